"""The steps of a run: make the version, compare it with the champion, promote it or not."""

import logging
from contextlib import suppress
from typing import Literal

from ner.errors import (
    ChampionChanged,
    CorruptVersion,
    StoreError,
    TrainingError,
    VersionNotFound,
)
from ner.training.progress import Stage, TrainingProgress
from ner.versions.version import Version
from worker.progress import JobProgress
from worker.retrain.comparison import Comparison, HeldOut
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.heartbeat import Heartbeat
from worker.retrain.policies.promotion_policy import decide_promotion
from worker.retrain.retrain_result import RetrainResult
from worker.retrain.run_folder import remove_folders, run_folder, run_folders
from worker.retrain.run_parameters import recorded_options
from worker.retrain.version_making import VersionMaker
from worker.store.training.datasets import Dataset, load_dataset
from worker.store.training.runs import Run, finish_run, note_progress, run_by_id, run_id_of

logger = logging.getLogger(__name__)

# A comparison is repeated only when a person promotes or rolls back during it.
COMPARISONS = 5


class TrainingRun:
    """Finishes a run that was started or taken over."""

    def __init__(self, dependencies: RetrainDependencies, run: Run, heartbeat: Heartbeat) -> None:
        self._dependencies = dependencies
        self._run = run
        self._heartbeat = heartbeat
        self._registry = dependencies.registry(run.project)
        self._folder = run_folder(dependencies.settings, run)
        self._came_further = False

    def finish(self) -> RetrainResult:
        """Does the remaining steps. Raises the errors of training, registry and store."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # Of failed runs: the run's lease excludes other runs of the project.
        earlier = run_folders(self._dependencies.settings, self._run.project)
        remove_folders(path for path in earlier if path != self._folder)
        with self._dependencies.store.read() as session:
            dataset = load_dataset(session, self._run.project, up_to=self._run.last_revision_id)
        held_out = HeldOut(dataset, self._dependencies.load)
        version = self._make(dataset, held_out)
        # Before the verdict: an attempt that dies in the removal is resumed, and does the rest.
        remove_folders([self._folder])
        result = self._judge(version, held_out)
        self._registry.prune(self._dependencies.settings.project(self._run.project).keep_versions)
        return result

    def _make(self, dataset: Dataset, held_out: HeldOut) -> Version:
        maker = VersionMaker(
            run_id=run_id_of(self._run),
            folder=self._folder,
            registry=self._registry,
            train=self._dependencies.train,
            load_reference=self._dependencies.load_reference,
            export=self._dependencies.export,
            clock=self._dependencies.clock,
        )
        options = recorded_options(
            self._run.parameters,
            self._dependencies.settings,
            self._registry,
            dataset.label_names,
        )
        return maker.make(dataset, options, held_out, self._on_progress)

    def _judge(self, version: Version, held_out: HeldOut) -> RetrainResult:
        promotion = next(
            (entry for entry in self._registry.history() if entry.version == version.name), None
        )
        if promotion:
            # An earlier attempt of this run promoted the version; later changes of the champion
            # stay.
            return self._conclude("promoted", version, (promotion.reason,), promotion.previous)
        self._dependencies.report(JobProgress(phase="comparing", warm_from=self._run.warm_from))
        policy = self._dependencies.settings.project(self._run.project).promotion
        for _ in range(COMPARISONS):
            self._heartbeat.check()
            current, champion = self._registry.current(), self._champion()
            before = self._held_out_before(champion) if champion else None
            comparison = held_out.compare(version, champion, before=before)
            verdict = decide_promotion(comparison.evidence, policy)
            compared_with = champion.name if champion else ""
            if not verdict.promote:
                return self._conclude(
                    "refused", version, verdict.reasons, compared_with, comparison
                )
            try:
                self._registry.promote(
                    version.name,
                    expected=current.version if current else None,
                    reason="; ".join(verdict.reasons),
                )
            except ChampionChanged as error:
                logger.info("run=%d compares again: %s", self._run.id, error)
                continue
            return self._conclude("promoted", version, verdict.reasons, compared_with, comparison)
        raise TrainingError(
            f"the champion of {self._run.project!r} changed {COMPARISONS} times while version "
            f"{version.name} was compared with it; promote it by hand if it should be used"
        )

    def _champion(self) -> Version | None:
        """The champion to compare with, None if there is none or its folder cannot be read."""
        try:
            return self._registry.champion()
        except (VersionNotFound, CorruptVersion) as error:
            logger.warning("run=%d is compared with no champion: %s", self._run.id, error)
            return None

    def _held_out_before(self, champion: Version) -> frozenset[str] | None:
        """The texts held out when the champion was trained; None if the store lacks its run."""
        with self._dependencies.store.read() as session:
            run = run_by_id(session, self._run.project, champion.manifest.run_id)
            if run is None:
                return None
            dataset = load_dataset(session, run.project, up_to=run.last_revision_id)
        return frozenset(document.text for document in dataset.held_out)

    def _conclude(
        self,
        outcome: Literal["promoted", "refused"],
        version: Version,
        reasons: tuple[str, ...],
        compared_with: str,
        comparison: Comparison | None = None,
    ) -> RetrainResult:
        scores = comparison.to_json() if comparison else {"challenger": version.manifest.scores}
        with self._dependencies.store.begin() as session:
            recorded = finish_run(
                session,
                self._run.id,
                outcome,
                reasons=reasons,
                scores=scores,
                version=version.name,
                compared_with=compared_with or None,
                attempt=self._run.attempt,
                now=self._dependencies.clock(),
            )
        logger.info(
            "run=%d project=%s version=%s compared_with=%s outcome=%s recorded=%s reasons=%s",
            self._run.id,
            self._run.project,
            version.name,
            compared_with or "none",
            outcome,
            recorded,
            "; ".join(reasons),
        )
        return RetrainResult(
            outcome=outcome,
            reasons=reasons,
            run=self._run.id,
            version=version.name,
            warm_from=self._run.warm_from,
        )

    def _on_progress(self, progress: TrainingProgress) -> None:
        self._heartbeat.check()
        if progress.stage is Stage.CHECKPOINT:
            self._note_progress()
        self._dependencies.report(
            JobProgress(
                phase=progress.stage.value,
                warm_from=self._run.warm_from,
                epoch=progress.epoch,
                epochs=progress.epochs,
                loss=progress.loss,
                f1=progress.f1,
                seconds_left=progress.seconds_left,
            )
        )

    def _note_progress(self) -> None:
        """Notes once that this attempt has written a checkpoint, where the next one resumes."""
        if self._came_further:
            return
        self._came_further = True
        with suppress(StoreError), self._dependencies.store.begin() as session:
            note_progress(session, self._run.id, attempt=self._run.attempt)
