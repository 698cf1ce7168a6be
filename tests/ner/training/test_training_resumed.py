"""Trainings that are stopped, and resumed by the next call."""

import dataclasses
from pathlib import Path

import pytest

from ner.training import callbacks
from ner.training.options import TrainingOptions
from ner.training.progress import Stage, TrainingProgress
from ner.training.training import train
from tests.ner.conftest import Trained
from tests.support.models.easy_task import easy_documents
from tests.support.models.model_weights import same_weights
from tests.support.training.stopped_training import StopAt, StoppedError

DOCUMENTS = easy_documents(24)


def test_a_stopped_training_resumes_and_ends_with_the_weights_of_one_that_was_not_stopped(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    output, work = tmp_path / "out", tmp_path / "work"
    with pytest.raises(StoppedError):
        train(DOCUMENTS, options=quick, output=output, work_dir=work, progress=StopAt(9))
    assert {path.name for path in tmp_path.iterdir()} == {"work"}

    events: list[TrainingProgress] = []
    report = train(DOCUMENTS, options=quick, output=output, work_dir=work, progress=events.append)
    train(DOCUMENTS, options=quick, output=tmp_path / "whole", work_dir=tmp_path / "other")
    assert report.resumed_from == 8
    assert next(event.step for event in events if event.stage is Stage.TRAINING) == 9
    assert same_weights(output, tmp_path / "whole")


@pytest.mark.parametrize("validation_share", [0.0, 0.25])
def test_a_training_resumes_from_a_checkpoint_that_was_made_in_time(
    quick: TrainingOptions,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    validation_share: float,
) -> None:
    options = dataclasses.replace(quick, validation_share=validation_share)
    output, work = tmp_path / "out", tmp_path / "work"
    train(DOCUMENTS, options=options, output=tmp_path / "whole", work_dir=tmp_path / "other")
    monkeypatch.setattr(callbacks, "CHECKPOINT_SECONDS", 0.0)
    with pytest.raises(StoppedError):
        train(DOCUMENTS, options=options, output=output, work_dir=work, progress=StopAt(10))
    report = train(DOCUMENTS, options=options, output=output, work_dir=work)
    assert report.resumed_from == 9
    assert same_weights(output, tmp_path / "whole")


def test_an_incomplete_checkpoint_is_not_used_and_the_one_before_it_is(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    output, work = tmp_path / "out", tmp_path / "work"
    with pytest.raises(StoppedError):
        train(DOCUMENTS, options=quick, output=output, work_dir=work, progress=StopAt(9))
    (work / "checkpoints" / "checkpoint-8" / "trainer_state.json").unlink()
    report = train(DOCUMENTS, options=quick, output=output, work_dir=work)
    assert report.resumed_from == 6


def test_checkpoints_of_another_training_are_not_used(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    with pytest.raises(StoppedError):
        train(DOCUMENTS, options=quick, output=tmp_path / "x", work_dir=work, progress=StopAt(9))
    report = train(DOCUMENTS[1:], options=quick, output=tmp_path / "out", work_dir=work)
    assert report.resumed_from is None


def test_a_warm_start_that_was_stopped_resumes_from_halfway(
    trained: Trained, tmp_path: Path
) -> None:
    options = TrainingOptions(
        base_model=trained.report.base_model, warm_from=trained.version.path, batch_size=4
    )
    documents = [*trained.documents, *easy_documents(4, seed=7)]
    work = tmp_path / "work"
    with pytest.raises(StoppedError):
        train(
            documents,
            options=options,
            output=tmp_path / "out",
            work_dir=work,
            progress=StopAt(12),
        )
    report = train(documents, options=options, output=tmp_path / "out", work_dir=work)
    train(documents, options=options, output=tmp_path / "whole", work_dir=tmp_path / "other")
    assert report.resumed_from == report.steps // 2 + 1 < 12
    assert same_weights(tmp_path / "out", tmp_path / "whole")
