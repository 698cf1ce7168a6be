"""The version of a run: its manifest, the documents it is trained on, and its samples."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from ner.spans import Document
from ner.training.report import TrainingReport
from tests.support.training.fake_training import PROJECT, FakeTraining, runs
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.retrain import retrain
from worker.store.database import Store


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
    assert manifest.samples
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
