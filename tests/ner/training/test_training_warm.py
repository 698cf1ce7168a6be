"""Trainings that start from a version instead of the base model."""

import dataclasses
from pathlib import Path

import numpy as np

from ner.spans import Span
from ner.training.options import TrainingOptions
from ner.training.training import train
from ner.versions.trained_on import document_difference, read_trained_on
from tests.ner.conftest import Trained
from tests.support.models.easy_task import easy_documents
from tests.support.models.model_weights import saved_weights
from tests.support.models.tolerances import WEIGHT


def test_a_warm_start_begins_with_the_weights_of_its_version(
    trained: Trained, tmp_path: Path
) -> None:
    options = TrainingOptions(
        base_model=trained.report.base_model,
        warm_from=trained.version.path,
        learning_rate=1e-7,
        epochs=1,
    )
    report = train(
        trained.documents,
        options=options,
        output=tmp_path / "out",
        work_dir=tmp_path / "work",
        dev=trained.unseen,
    )
    assert report.parent == trained.version.path.name
    assert report.dev is not None
    assert report.dev.strict.micro.f1 > 0.9


def test_a_warm_start_trains_on_new_documents_and_a_replay_without_forgetting_the_rest(
    trained: Trained, tmp_path: Path
) -> None:
    new = easy_documents(5, seed=7)
    options = TrainingOptions(
        base_model=trained.report.base_model,
        warm_from=trained.version.path,
        learning_rate=5e-4,
        replay=2,
        window=32,
        overlap=8,
        word_dropout=0.0,
    )
    report = train(
        [*trained.documents, *new],
        options=options,
        output=tmp_path / "out",
        work_dir=tmp_path / "work",
        dev=trained.unseen,
    )
    assert (report.documents, report.passed_over, report.validation_documents) == (65, 50, 0)
    assert report.windows < trained.report.windows / 2
    assert report.best_step == report.steps < trained.report.steps
    assert report.dev is not None
    assert report.dev.strict.micro.f1 > 0.9
    known = read_trained_on(tmp_path / "out")
    assert known is not None
    assert not document_difference([*trained.documents, *new], known).new


def test_a_warm_start_keeps_the_rows_of_labels_that_still_exist(
    trained: Trained, tmp_path: Path
) -> None:
    documents = [
        dataclasses.replace(d, spans=(*d.spans, Span(0, len(d.text.split()[0]), "FIRST")))
        for d in trained.documents[:9]
    ]
    options = TrainingOptions(
        base_model=trained.report.base_model,
        warm_from=trained.version.path,
        learning_rate=1e-9,
        epochs=1,
    )
    train(documents, options=options, output=tmp_path / "out", work_dir=tmp_path / "work")
    before = saved_weights(trained.version.path)["classifier.weight"]
    after = saved_weights(tmp_path / "out")["classifier.weight"]
    # O, B-FIRST, I-FIRST, B-ORG, I-ORG: FIRST sorts before ORG.
    np.testing.assert_allclose(after[[0, 3, 4]], before, atol=WEIGHT)
    assert abs(after[[1, 2]]).max() < abs(before).max()


def test_a_warm_start_keeps_the_rows_of_renamed_labels(trained: Trained, tmp_path: Path) -> None:
    documents = [
        dataclasses.replace(
            d, spans=tuple(dataclasses.replace(span, label="COMPANY") for span in d.spans)
        )
        for d in trained.documents[:9]
    ]
    options = TrainingOptions(
        base_model=trained.report.base_model,
        warm_from=trained.version.path,
        renamed={"ORG": "COMPANY"},
        learning_rate=1e-9,
        epochs=1,
    )
    report = train(documents, options=options, output=tmp_path / "out", work_dir=tmp_path / "work")
    assert report.labels == ("COMPANY",)
    before = saved_weights(trained.version.path)["classifier.weight"]
    after = saved_weights(tmp_path / "out")["classifier.weight"]
    np.testing.assert_allclose(after, before, atol=WEIGHT)
    known = read_trained_on(tmp_path / "out")
    assert known is not None
    assert not document_difference(documents, known).new
