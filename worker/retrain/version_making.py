"""Makes the version of a run: trains it, scores it, adds it to the registry.

Steps that an earlier attempt has finished are skipped.
"""

import dataclasses
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ner.spans import Document
from ner.text_tagger import LoadTagger
from ner.training.options import TrainingOptions
from ner.training.progress import Listener
from ner.training.report import TrainingReport
from ner.training.samples import samples_of
from ner.training.versioning import manifest_of
from ner.versions.manifest import MANIFEST_FILE
from ner.versions.registry import Registry
from ner.versions.version import Version, open_version, seal
from worker.retrain.comparison import HeldOut
from worker.store.training.datasets import Dataset

logger = logging.getLogger(__name__)


class Train(Protocol):
    """The part of `ner.training.training.train` that is used here."""

    def __call__(
        self,
        documents: Sequence[Document],
        *,
        options: TrainingOptions,
        output: Path,
        work_dir: Path,
        progress: Listener,
    ) -> TrainingReport:
        """Trains into `output`, resuming from the checkpoints in `work_dir`."""
        ...


class Export(Protocol):
    """The interface of `ner.training.exporting.export_version`."""

    def __call__(
        self,
        version: Version,
        *,
        documents: Sequence[Document],
        texts: Sequence[str],
        held_out: bool,
        progress: Listener,
    ) -> Version:
        """Adds the version's models for OpenVINO, checked on `documents`."""
        ...


def version_of_run(registry: Registry, run_id: str) -> Version | None:
    """The version that a run added to the registry, None if there is none or it was removed."""
    return next((v for v in registry.versions() if v.manifest.run_id == run_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionMaker:
    """Makes the version of one run. `folder` and `run_id` belong to this run alone."""

    run_id: str
    folder: Path
    registry: Registry
    train: Train
    load_reference: LoadTagger
    export: Export
    clock: Callable[[], datetime]

    def make(
        self, dataset: Dataset, options: TrainingOptions, held_out: HeldOut, progress: Listener
    ) -> Version:
        """Trains and scores the version and adds it to the registry, unless an attempt before did.

        Raises TrainingError, BaseModelError and RegistryError.
        """
        registered = version_of_run(self.registry, self.run_id)
        if registered:
            return registered
        trained = self._train(dataset, options, progress)
        exported = self.export(
            self._with_samples(trained, dataset),
            documents=dataset.held_out or dataset.train,
            texts=[document.text for document in dataset.train],
            held_out=bool(dataset.held_out),
            progress=progress,
        )
        scores = held_out.score(exported).to_json()
        manifest = dataclasses.replace(exported.manifest, scores=scores)
        return self.registry.add(exported.path, manifest)

    def _with_samples(self, trained: Version, dataset: Dataset) -> Version:
        """The version with samples, which it needs before the precisions are compared on them."""
        if trained.manifest.samples:
            return trained
        samples = samples_of(self.load_reference(trained.path), dataset.train)
        return seal(trained.path, dataclasses.replace(trained.manifest, samples=samples))

    def _train(self, dataset: Dataset, options: TrainingOptions, progress: Listener) -> Version:
        output = self.folder / "model"
        # The manifest is written last, so a folder that has one contains a finished training.
        if (output / MANIFEST_FILE).exists():
            logger.info("run=%s was already trained", self.run_id)
            return open_version(output)
        shutil.rmtree(output, ignore_errors=True)
        report = self.train(
            dataset.train,
            options=options,
            output=output,
            work_dir=self.folder / "checkpoints",
            progress=progress,
        )
        logger.info(
            "run=%s trained documents=%d steps=%d resumed_from=%s validation_f1=%s dropped=%s",
            self.run_id,
            report.documents,
            report.steps,
            report.resumed_from,
            report.validation_f1,
            dict(report.dropped) or 0,
        )
        keys = {label: dataset.label_keys[label] for label in report.labels}
        manifest = manifest_of(report, created_at=self.clock(), label_keys=keys, run_id=self.run_id)
        return seal(output, manifest)
