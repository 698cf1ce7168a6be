"""Runs whose process is killed at different points; the next job finishes them."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from ner.versions.registry import Registry
from tests.support.training.fake_training import (
    PROJECT,
    Clock,
    FakeTraining,
    add_change,
    champion,
    runs,
    started_run,
)
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.retrain import retrain
from worker.store.database import Store
from worker.store.training.runs import unfinished


class Killed(BaseException):
    """Simulates a SIGKILL: a BaseException, which no code of the run handles."""


def kill(*_: object, **__: object) -> None:
    raise Killed


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("worker.retrain.version_making.seal", "after the training"),
        ("worker.retrain.comparison.HeldOut.score", "before the scores"),
        ("ner.versions.registry.Registry.add", "before the version"),
        ("worker.retrain.training_run.decide_promotion", "before the verdict"),
        ("ner.versions.registry.Registry.promote", "before the promotion"),
        ("worker.retrain.training_run.finish_run", "before the record"),
        ("ner.versions.registry.Registry.prune", "after the record"),
    ],
)
def test_a_run_killed_at_any_point_is_finished_by_the_next_job(
    dependencies: RetrainDependencies,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    name: str,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(target, kill)
        with pytest.raises(Killed):
            retrain(dependencies, PROJECT)
    result = retrain(dependencies, PROJECT)
    assert result.outcome == ("known" if name == "after the record" else "promoted")
    assert champion(dependencies) == "v0001"
    assert [run.state for run in runs(store)] == ["promoted"]
    assert dependencies.registry(PROJECT).names() == ("v0001",)
    assert "first model" in runs(store)[0].reasons[0]


def test_a_finished_training_is_not_repeated_after_a_kill(
    dependencies: RetrainDependencies, fake: FakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Registry, "add", kill)
        with pytest.raises(Killed):
            retrain(dependencies, PROJECT)
    assert retrain(dependencies, PROJECT).outcome == "promoted"
    assert len(fake.trained) == 1


def test_a_registered_version_is_not_trained_again_without_the_run_s_folder(
    dependencies: RetrainDependencies, fake: FakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("worker.retrain.training_run.decide_promotion", kill)
        with pytest.raises(Killed):
            retrain(dependencies, PROJECT)
    shutil.rmtree(dependencies.settings.runs_dir)
    assert retrain(dependencies, PROJECT).version == "v0001"
    assert len(fake.trained) == 1


def test_a_killed_training_resumes_with_its_checkpoints_data_and_options(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    def save_and_die(work_dir: Path) -> None:
        (work_dir / "checkpoint").write_text("half")
        raise Killed

    fake.during = save_and_die
    with pytest.raises(Killed):
        retrain(dependencies, PROJECT)
    with store.read() as session:
        before = unfinished(session, PROJECT)
    assert before is not None
    add_change(store, fake)
    checkpoints: list[str] = []
    fake.during = lambda work_dir: checkpoints.append((work_dir / "checkpoint").read_text())
    changed = dependencies.settings.model_copy(update={"base_model": "another"})
    retrain(dataclasses.replace(dependencies, settings=changed), PROJECT)
    assert checkpoints == ["half"]
    assert [options.base_model for options in fake.trained] == ["fake", "fake"]
    assert fake.documents == [before.documents, before.documents]
    (run,) = runs(store)
    assert (run.id, run.attempt, run.last_revision_id) == (before.id, 2, before.last_revision_id)


def test_a_rollback_after_the_promotion_is_not_undone_by_a_retry(
    dependencies: RetrainDependencies,
    store: Store,
    fake: FakeTraining,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake.shares = [0.5, 1.0]
    retrain(dependencies, PROJECT)
    add_change(store, fake)
    with monkeypatch.context() as patch:
        patch.setattr("worker.retrain.training_run.finish_run", kill)
        with pytest.raises(Killed):
            retrain(dependencies, PROJECT)
    dependencies.registry(PROJECT).rollback(reason="a person went back")
    assert retrain(dependencies, PROJECT).outcome == "promoted"
    assert champion(dependencies) == "v0001"


def test_a_run_of_a_killed_process_on_this_machine_is_taken_over_at_once(
    dependencies: RetrainDependencies, store: Store, clock: Clock
) -> None:
    run = started_run(store, clock, parameters={"base_model": "fake"}, last_revision_id=30)
    assert retrain(dependencies, PROJECT).run == run.id


def test_only_attempts_that_write_no_checkpoint_are_stalled(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    fake.during = kill
    for stalled in (0, 1, 2):
        with pytest.raises(Killed):
            retrain(dependencies, PROJECT)
        assert runs(store)[0].stalled == stalled
    fake.has_checkpoint = True
    with pytest.raises(Killed):
        retrain(dependencies, PROJECT)
    (run,) = runs(store)
    assert (run.attempt, run.stalled) == (4, 0)


def test_the_folder_of_a_run_that_is_killed_while_it_is_removed_does_not_stay(
    dependencies: RetrainDependencies, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("worker.retrain.run_folder.shutil.rmtree", kill)
        with pytest.raises(Killed):
            retrain(dependencies, PROJECT)
    assert retrain(dependencies, PROJECT).outcome == "promoted"
    assert not any(dependencies.settings.runs_dir.glob("*/*"))
