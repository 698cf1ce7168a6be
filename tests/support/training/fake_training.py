"""A fake training: its model's "weights" are the share of the gold spans that it predicts."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ner.corpus.corpus import fingerprint
from ner.decoding.decoding import Decoding
from ner.hashing import side_of, text_hash
from ner.spans import Document, Prediction, Span
from ner.training.options import TrainingOptions
from ner.training.progress import Listener, Stage, TrainingProgress
from ner.training.report import TrainingReport
from ner.versions.manifest import read_manifest
from ner.versions.trained_on import write_trained_on
from tests.support.models.easy_task import easy_documents
from tests.support.store.stored import record_approved
from worker.progress import JobProgress
from worker.project_settings import ProjectSettings, PromotionSettings
from worker.retrain.dependencies import RetrainDependencies
from worker.settings import Settings
from worker.store.corpus.revisions import Approval
from worker.store.database import Store
from worker.store.labels import sync_labels
from worker.store.training.runs import Run, list_runs, start_run

PROJECT = "papers"
LABELS = {7: "ORG"}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    """A clock that changes only when a test advances it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def approve(store: Store, documents: Sequence[Document], *, share: float = 0.5) -> None:
    """Records the documents as approved in the project, with label keys for label names."""
    keys = {name: str(number) for number, name in LABELS.items()}
    with store.begin() as session:
        sync_labels(session, PROJECT, LABELS)
        for document in documents:
            spans = tuple(replace(span, label=keys[span.label]) for span in document.spans)
            approval = Approval(document.id, document.text, spans)
            record_approved(session, PROJECT, approval, share=share, now=NOON)


def settings_for(data_dir: Path, **changes: Any) -> Settings:
    """Settings of one project, for which 3 held-out documents are enough for a full comparison."""
    project = ProjectSettings(
        doccano_project=1, promotion=PromotionSettings(min_documents=3, min_spans=3)
    )
    return Settings(data_dir=data_dir, base_model="fake", projects={PROJECT: project}, **changes)


class FakeTraining:
    """`train` and `load` for RetrainDependencies; records the arguments of the calls.

    `shares` contains the share of gold spans for the model of each training in order; the last one
    is used for all further trainings. `during` is called with the work folder in each training.
    """

    def __init__(self, gold: Sequence[Document], shares: Sequence[float]) -> None:
        self.gold = {document.text: document.spans for document in gold}
        self.shares = [*shares]
        self.trained: list[TrainingOptions] = []
        self.documents: list[int] = []
        self.loaded: list[Path] = []
        self.has_checkpoint = False
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
        if self.has_checkpoint:
            progress(TrainingProgress(stage=Stage.CHECKPOINT, step=1, steps=2))
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
    """Predicts the first gold spans of each text, up to the share, with the model's first label."""

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
        predicted = gold[: round(self._share * len(gold))]
        spans = tuple(replace(span, label=self._labels[0]) for span in predicted)
        return Prediction(text, spans, (1.0,) * len(spans))


def dependencies_for(
    store: Store, settings: Settings, fake: FakeTraining, clock: Clock, *, host: str = "here"
) -> tuple[RetrainDependencies, list[JobProgress]]:
    """Dependencies with the fake training, and the list to which progress is reported."""
    reports: list[JobProgress] = []
    dependencies = RetrainDependencies(
        store=store,
        settings=settings,
        host=host,
        train=fake.train,
        load=fake.load,
        load_reference=fake.load,
        export=lambda version, **_: version,
        clock=clock,
        report=reports.append,
    )
    return dependencies, reports


def gold_documents(count: int = 30, *, seed: int = 1) -> tuple[Document, ...]:
    """Documents with six sentences each. Their ids differ from those of other seeds."""
    return tuple(
        replace(document, id=f"{seed}-{document.id}")
        for document in easy_documents(count, seed=seed, sentences=6)
    )


def runs(store: Store) -> tuple[Run, ...]:
    """The project's runs, newest first."""
    with store.read() as session:
        return list_runs(session, PROJECT)


def champion(dependencies: RetrainDependencies) -> str | None:
    """The name of the champion's version, or None."""
    version = dependencies.registry(PROJECT).champion()
    return version.name if version else None


def started_run(
    store: Store,
    clock: Clock,
    *,
    host: str = "here",
    fingerprint: str = "f",
    parameters: Mapping[str, Any] | None = None,
    last_revision_id: int = 0,
) -> Run:
    """Starts a run of the project in the store, or takes over the unfinished one."""
    with store.begin() as session:
        run = start_run(
            session,
            PROJECT,
            fingerprint=fingerprint,
            parameters=parameters or {},
            last_revision_id=last_revision_id,
            documents=1,
            approved=1,
            host=host,
            machine_free=True,
            now=clock(),
        )
    assert run is not None
    return run


def add_change(store: Store, fake: FakeTraining, *, seed: int = 2) -> None:
    """Approves 4 more documents and makes them known to the fake training."""
    documents = gold_documents(4, seed=seed)
    fake.gold |= {document.text: document.spans for document in documents}
    approve(store, documents)


def add_held_out_label(store: Store, fake: FakeTraining) -> None:
    """Approves a held-out document with the label CITY, which no training document has."""
    texts = (f"In Lyon {number}" for number in range(99))
    text = next(text for text in texts if side_of(text_hash(text), 0.5) == "held_out")
    fake.gold[text] = ()
    with store.begin() as session:
        sync_labels(session, PROJECT, {**LABELS, 8: "CITY"})
        approval = Approval("city", text, (Span(3, 7, "8"),))
        record_approved(session, PROJECT, approval, share=0.5, now=NOON)
