"""The version of a run: its manifest, the documents it is trained on, and its samples."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ner.spans import Document, Span
from ner.training.options import TrainingOptions
from ner.training.report import TrainingReport
from ner.versions.registry import Registry
from tests.support.training.fake_training import PROJECT, Clock, FakeTraining, runs
from worker.retrain.comparison import HeldOut
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.retrain import retrain
from worker.retrain.version_making import VersionMaker
from worker.store.database import Store
from worker.store.training.datasets import Dataset


def test_the_manifest_has_label_keys_run_id_scores_and_samples(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    retrain(dependencies, PROJECT)
    version = dependencies.registry(PROJECT).verify("v0001")
    manifest = version.manifest
    assert manifest.label_keys == {"ORG": "7"}
    assert manifest.run_id
    assert manifest.scores is not None
    assert manifest.scores["documents"] == len(fake.gold) - manifest.documents
    assert 1 <= len(manifest.samples) <= 3
    tagger = fake.load(version.path)
    for sample in manifest.samples:
        assert sample.spans == tagger.predict([sample.text])[0].spans


def test_held_out_texts_are_neither_trained_on_nor_samples(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    trained_on: list[str] = []
    train = dependencies.train

    def record(documents: Sequence[Document], **arguments: Any) -> TrainingReport:
        trained_on.extend(document.text for document in documents)
        return train(documents, **arguments)

    retrain(dataclasses.replace(dependencies, train=record), PROJECT)
    scores = runs(store)[0].scores
    assert scores is not None
    assert scores["challenger"]["documents"] + len(trained_on) == len(fake.gold)
    samples = dependencies.registry(PROJECT).get("v0001").manifest.samples
    assert {sample.text for sample in samples} <= {*trained_on}


def test_samples_are_the_shortest_texts_and_those_with_spans_come_first(
    tmp_path: Path, clock: Clock
) -> None:
    span = Span(0, 3, "ORG")
    documents = (
        Document("empty"),
        Document("ABC, the longer one", (span,)),
        Document("ABC, short", (span,)),
        Document("ABC" + " too long" * 40, (span,)),
        Document("also empty"),
    )
    fake = FakeTraining(documents, [1.0])
    dataset = Dataset(
        train=documents,
        held_out=(),
        labels=("ORG",),
        label_keys={"ORG": "7"},
        last_revision_id=1,
        fingerprint="f",
        left_out={},
    )
    maker = VersionMaker(
        run_id="1-now",
        folder=tmp_path / "run",
        registry=Registry(tmp_path / "models", PROJECT),
        train=fake.train,
        load=fake.load,
        clock=clock,
    )
    options = TrainingOptions(base_model="fake")
    version = maker.make(dataset, options, HeldOut(dataset, fake.load), lambda _: None)
    samples = version.manifest.samples
    assert [sample.text for sample in samples] == ["ABC, short", "ABC, the longer one", "empty"]
    assert [sample.spans for sample in samples] == [(span,), (span,), ()]
