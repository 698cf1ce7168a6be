"""A training without a model: its "weights" are the share of gold spans that it will find."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ner.corpus.corpus import fingerprint
from ner.decoding.decoding import Decoding
from ner.spans import Document, Prediction, Span
from ner.training.options import TrainingOptions
from ner.training.progress import Listener, Stage, TrainingProgress
from ner.training.report import TrainingReport
from ner.versions.manifest import read_manifest
from ner.versions.trained_on import write_trained_on
from tests.support.easy_task import easy_documents
from worker.progress import JobProgress
from worker.retrain.dependencies import RetrainDependencies
from worker.settings import ProjectSettings, PromotionSettings, Settings
from worker.store.database import Store
from worker.store.labels import sync_labels
from worker.store.revisions import Approval, record_approved
from worker.store.runs import Run, list_runs

PROJECT = "papers"
LABELS = {7: "ORG"}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def approve(store: Store, documents: Sequence[Document], *, share: float = 0.5) -> None:
    """Has the documents approved in the project, their labels under Doccano's ids."""
    keys = {name: str(number) for number, name in LABELS.items()}
    with store.begin() as session:
        sync_labels(session, PROJECT, LABELS)
        for document in documents:
            spans = tuple(replace(span, label=keys[span.label]) for span in document.spans)
            approval = Approval(document.id, document.text, spans)
            record_approved(session, PROJECT, approval, share=share, now=NOON)


def settings_for(data_dir: Path, **changes: Any) -> Settings:
    """Settings of one project that takes a comparison of a few documents for a full one."""
    project = ProjectSettings(
        doccano_project=1, promotion=PromotionSettings(min_documents=3, min_spans=3)
    )
    return Settings(data_dir=data_dir, base_model="fake", projects={PROJECT: project}, **changes)


class FakeTraining:
    """`train` and `load` for a Trainer, and what was asked of them.

    `shares` are the shares of gold spans that the next trainings' models find, then the last one.
    `during` is called in the middle of each training.
    """

    def __init__(self, gold: Sequence[Document], shares: Sequence[float]) -> None:
        self.gold = {document.text: document.spans for document in gold}
        self.shares = [*shares]
        self.trained: list[TrainingOptions] = []
        self.documents: list[int] = []
        self.loaded: list[Path] = []
        self.during: Callable[[Path], None] = lambda _: None

    def train(
        self,
        documents: Sequence[Document],
        *,
        options: TrainingOptions,
        output: Path,
        work_dir: Path,
        progress: Listener,
    ) -> TrainingReport:
        assert not output.exists()
        work_dir.mkdir(parents=True, exist_ok=True)
        self.trained.append(options)
        self.documents.append(len(documents))
        progress(TrainingProgress(stage=Stage.TRAINING, step=1, steps=2, epoch=0.5, epochs=1))
        self.during(work_dir)
        share = self.shares.pop(0) if len(self.shares) > 1 else self.shares[0]
        output.mkdir(parents=True)
        (output / "config.json").write_text("{}")
        (output / "tokenizer.json").write_text("{}")
        (output / "model.safetensors").write_text(json.dumps(share))
        write_trained_on(output, documents)
        labels = {label for document in documents for label in document.labels}
        return TrainingReport(
            base_model=options.base_model,
            decoding=Decoding(tuple(sorted(labels))),
            fingerprint=fingerprint(documents),
            parameters=options.parameters,
            window=options.window,
            overlap=options.overlap,
            documents=len(documents),
            validation_documents=0,
            windows=len(documents),
            steps=2,
            best_step=2,
            loss=0.5,
            validation_f1=None,
            dev=None,
            seconds=1.0,
            parent=options.warm_from.name if options.warm_from else "",
        )

    def load(self, path: Path) -> "FakePredictor":
        self.loaded.append(path)
        share = json.loads((path / "model.safetensors").read_text())
        return FakePredictor(self.gold, share, read_manifest(path).labels)


class FakePredictor:
    """Finds the first part of the gold spans of all texts, under its own labels' names."""

    def __init__(
        self, gold: dict[str, tuple[Span, ...]], share: float, labels: tuple[str, ...]
    ) -> None:
        self._gold = gold
        self._share = share
        self._labels = labels

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return [self._predict(text) for text in texts]

    def _predict(self, text: str) -> Prediction:
        gold = self._gold[text]
        found = gold[: round(self._share * len(gold))]
        spans = tuple(replace(span, label=self._labels[0]) for span in found)
        return Prediction(text, spans, (1.0,) * len(spans))


def dependencies_for(
    store: Store, settings: Settings, fake: FakeTraining, clock: Clock, *, host: str = "here"
) -> tuple[RetrainDependencies, list[JobProgress]]:
    """A dependencies on the fake, and the list that its progress goes to."""
    heard: list[JobProgress] = []
    dependencies = RetrainDependencies(
        store=store,
        settings=settings,
        host=host,
        train=fake.train,
        load=fake.load,
        clock=clock,
        report=heard.append,
    )
    return dependencies, heard


def gold_documents(count: int = 30, *, seed: int = 1) -> tuple[Document, ...]:
    """Documents of four to eight spans in all, under ids that no other seed uses."""
    return tuple(
        replace(document, id=f"{seed}-{document.id}")
        for document in easy_documents(count, seed=seed, sentences=6)
    )


def runs(store: Store) -> tuple[Run, ...]:
    """The runs, newest first."""
    with store.read() as session:
        return list_runs(session, PROJECT)


def champion(dependencies: RetrainDependencies) -> str | None:
    """The champion's number."""
    version = dependencies.registry(PROJECT).champion()
    return version.name if version else None


def add_change(store: Store, fake: FakeTraining, *, seed: int = 2) -> None:
    """Other documents are approved, so that the data is new."""
    more = gold_documents(4, seed=seed)
    fake.gold |= {document.text: document.spans for document in more}
    approve(store, more)
