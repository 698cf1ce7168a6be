"""A run from the data to the verdict, with a fake training."""

import dataclasses
import errno
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy.orm import Session

from ner.errors import RegistryUnwritable, StoreError, TrainingError
from ner.files import private_umask
from tests.support.running.file_rights import open_to_others, wide_umask
from tests.support.training import fake_training
from tests.support.training.fake_training import (
    PROJECT,
    Clock,
    FakeTraining,
    add_change,
    add_held_out_label,
    approve,
    champion,
    dependencies_for,
    gold_documents,
    runs,
    settings_for,
)
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.retrain import retrain
from worker.retrain.retrain_result import RetrainResult
from worker.retrain.retrain_state import read_retrain_state
from worker.settings import Settings
from worker.store.database import Store, open_store
from worker.store.labels import sync_labels
from worker.store.training.datasets import Dataset, load_dataset

GOLD = gold_documents()


def test_the_first_model_becomes_champion(
    dependencies: RetrainDependencies, store: Store, settings: Settings
) -> None:
    result = retrain(dependencies, PROJECT)
    assert (result.outcome, result.version, champion(dependencies)) == (
        "promoted",
        "v0001",
        "v0001",
    )
    (run,) = runs(store)
    assert (run.state, run.version, run.compared_with) == ("promoted", "v0001", None)
    assert run.reasons == result.reasons
    assert "first model" in run.reasons[0]
    assert not any(settings.runs_dir.glob("*/*"))


def test_what_a_training_makes_is_its_owners_alone(
    dependencies: RetrainDependencies, settings: Settings
) -> None:
    with wide_umask(), private_umask():
        assert retrain(dependencies, PROJECT).outcome == "promoted"
    assert open_to_others(settings.models_dir) == []
    assert (settings.data_dir / "training.lock").stat().st_mode & 0o077 == 0


def test_a_run_says_which_labels_only_held_out_documents_have(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    add_held_out_label(store, fake)
    retrain(dependencies, PROJECT)
    scratch, remark = runs(store)[0].start_reasons
    assert scratch == "from scratch: there is no champion yet"
    assert remark.startswith("label 'CITY' occurs only in held-out documents (1)")


def test_a_better_challenger_is_promoted_and_a_worse_one_refused(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    fake.shares = [0.5, 1.0, 0.2]
    retrain(dependencies, PROJECT)
    add_change(store, fake, seed=2)
    assert retrain(dependencies, PROJECT).outcome == "promoted"
    add_change(store, fake, seed=3)
    result = retrain(dependencies, PROJECT)
    assert (result.outcome, result.version, champion(dependencies)) == ("refused", "v0003", "v0002")
    assert runs(store)[0].compared_with == "v0002"
    scores = runs(store)[0].scores
    assert scores is not None
    assert scores["difference"]["difference"] < 0 < scores["champion"]["strict"]["micro"]["f1"]
    assert json.loads(json.dumps(scores)) == scores


def test_the_same_data_is_trained_on_once_warm_and_once_from_scratch(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    fake.shares = [1.0, 0.2]
    retrain(dependencies, PROJECT)
    add_change(store, fake)
    warm, refused = retrain(dependencies, PROJECT), retrain(dependencies, PROJECT)
    again = retrain(dependencies, PROJECT)
    assert (warm.warm_from, refused.warm_from) == ("v0001", None)
    assert (warm.outcome, refused.outcome, again.outcome) == ("refused", "refused", "known")
    assert (again.run, again.reasons) == (refused.run, refused.reasons)
    assert len(fake.trained) == 3


def test_force_repeats_a_training_on_the_same_data(
    dependencies: RetrainDependencies, fake: FakeTraining
) -> None:
    retrain(dependencies, PROJECT)
    result = retrain(dependencies, PROJECT, force=True)
    assert result.version == "v0002"
    assert len(fake.trained) == 2


def test_other_parameters_make_another_run(
    dependencies: RetrainDependencies, fake: FakeTraining
) -> None:
    retrain(dependencies, PROJECT)
    other = dependencies.settings.model_copy(update={"base_model": "another"})
    retrain(dataclasses.replace(dependencies, settings=other), PROJECT)
    assert [options.base_model for options in fake.trained] == ["fake", "another"]


def test_no_run_starts_without_a_span_on_the_training_side(
    store: Store, settings: Settings, clock: Clock
) -> None:
    approve(store, [dataclasses.replace(document, spans=()) for document in GOLD])
    dependencies, _ = dependencies_for(store, settings, FakeTraining(GOLD, [1.0]), clock)
    assert retrain(dependencies, PROJECT).outcome == "nothing"
    assert runs(store) == ()


def test_no_second_training_starts_on_a_machine(
    dependencies: RetrainDependencies, store: Store, settings: Settings
) -> None:
    with FileLock(settings.data_dir / "training.lock"):
        assert retrain(dependencies, PROJECT).outcome == "busy"
    assert runs(store) == ()


def test_no_second_training_starts_in_a_project_on_another_machine(
    dependencies: RetrainDependencies, fake: FakeTraining, clock: Clock
) -> None:
    results: list[RetrainResult] = []
    other = dataclasses.replace(
        dependencies,
        host="there",
        settings=settings_for(dependencies.settings.data_dir.parent / "other"),
    )
    fake.during = lambda _: results.append(retrain(other, PROJECT))
    assert retrain(dependencies, PROJECT).outcome == "promoted"
    assert [result.outcome for result in results] == ["busy"]


def test_a_failure_is_recorded_in_one_line_and_raised(
    dependencies: RetrainDependencies, store: Store, settings: Settings, fake: FakeTraining
) -> None:
    def fail(_: Path) -> None:
        raise TrainingError("the loss is not a number: lower NERLOOP_…LEARNING_RATE")

    fake.during = fail
    with pytest.raises(TrainingError):
        retrain(dependencies, PROJECT)
    (run,) = runs(store)
    assert (run.state, run.version) == ("failed", None)
    assert run.error == "the loss is not a number: lower NERLOOP_…LEARNING_RATE"
    assert not any(settings.runs_dir.glob("*/*"))
    fake.during = lambda _: None
    assert retrain(dependencies, PROJECT).outcome == "promoted"


def test_an_unexpected_error_is_recorded_without_its_traceback(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    def fail(_: Path) -> None:
        raise RuntimeError("out of memory")

    fake.during = fail
    with pytest.raises(RuntimeError):
        retrain(dependencies, PROJECT)
    assert runs(store)[0].error == "RuntimeError: out of memory"


def test_a_renamed_label_does_not_lower_the_champions_score(
    dependencies: RetrainDependencies,
    store: Store,
    fake: FakeTraining,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake.shares = [1.0, 1.0]
    retrain(dependencies, PROJECT)
    renamed = {7: "ORGANISATION"}
    monkeypatch.setattr(fake_training, "LABELS", {7: "ORG"})
    add_change(store, fake)
    with store.begin() as session:
        sync_labels(session, PROJECT, renamed)
    retrain(dependencies, PROJECT)
    scores = runs(store)[0].scores
    assert scores is not None
    assert scores["champion"]["strict"]["micro"]["f1"] == 1.0
    assert scores["champion"]["strict"]["labels"].keys() == {"ORGANISATION"}
    manifest = dependencies.registry(PROJECT).get("v0002").manifest
    assert manifest.label_keys == {"ORGANISATION": "7"}


def disk_is_full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def store_is_away(*_: object, **__: object) -> None:
    raise StoreError("the store cannot be used")


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ("ner.versions.registry.copy_model_folder", disk_is_full),  # before it is added
        ("worker.retrain.training_run.decide_promotion", store_is_away),  # while it is judged
        ("ner.versions.promotions.PromotionLog._record", disk_is_full),  # after the pointer
        ("worker.retrain.training_run.finish_run", store_is_away),  # when all is done
    ],
)
def test_trouble_with_disk_or_store_keeps_the_training(
    dependencies: RetrainDependencies,
    store: Store,
    fake: FakeTraining,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
    error: Callable[..., None],
) -> None:
    if "decide_promotion" in broken:
        fake.shares = [0.5, 1.0]
        retrain(dependencies, PROJECT)
        add_change(store, fake, seed=2)
        fake.trained.clear()
    with monkeypatch.context() as patched:
        patched.setattr(broken, error)
        with pytest.raises((StoreError, RegistryUnwritable)):
            retrain(dependencies, PROJECT)
    assert (runs(store)[0].state, len(fake.trained)) == ("running", 1)
    assert re.search("No space left|cannot be used", runs(store)[0].error or "")
    result = retrain(dependencies, PROJECT)
    assert (result.outcome, result.version, len(fake.trained)) == ("promoted", result.version, 1)
    assert champion(dependencies) == result.version
    assert runs(store)[0].error is None


def test_the_documents_are_read_without_the_write_lock(
    dependencies: RetrainDependencies,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    impatient = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}", busy_seconds=0)
    loaded = []

    def load_while_another_writes(session: Session, project: str) -> Dataset:
        dataset = load_dataset(session, project)
        with impatient.begin() as other:
            sync_labels(other, "another project", {1: "CITY"})
        loaded.append(project)
        return dataset

    monkeypatch.setattr("worker.retrain.retrain.load_dataset", load_while_another_writes)
    assert retrain(dependencies, PROJECT).outcome == "promoted"
    assert loaded == [PROJECT]
    impatient.close()


def test_a_run_that_cannot_succeed_with_its_settings_is_replaced_once_they_have_changed(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining, clock: Clock
) -> None:
    def no_such_model(_folder: Path) -> None:
        raise OSError("fake is no folder and no model of the Hub")

    fake.during = no_such_model
    for _ in range(2):
        with pytest.raises(OSError, match="is no folder"):
            retrain(dependencies, PROJECT, force=True)
    assert [(run.state, run.attempt) for run in runs(store)] == [("running", 2)]
    fake.during = lambda _folder: None
    other = dependencies.settings.model_copy(update={"base_model": "another"})
    changed = dataclasses.replace(dependencies, settings=other)
    with store.read() as session:
        state = read_retrain_state(
            session, other, PROJECT, host="here", training_here=False, now=clock()
        )
    assert state.outdated
    # Another machine may be at work on it.
    assert retrain(dataclasses.replace(changed, host="there"), PROJECT).outcome == "busy"
    assert retrain(changed, PROJECT).outcome == "promoted"
    new, old = runs(store)
    assert (new.parameters["base_model"], new.attempt, new.forced) == ("another", 1, True)
    assert old.state == "failed"
    assert (old.error or "").startswith("OSError: fake is no folder")
    assert "the settings have changed since" in (old.error or "")


def test_a_run_that_was_killed_is_resumed_with_its_own_settings(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    def killed(_folder: Path) -> None:
        raise KeyboardInterrupt

    fake.during = killed
    with pytest.raises(KeyboardInterrupt):
        retrain(dependencies, PROJECT)
    fake.during = lambda _folder: None
    other = dependencies.settings.model_copy(update={"base_model": "another"})
    assert retrain(dataclasses.replace(dependencies, settings=other), PROJECT).outcome == "promoted"
    (run,) = runs(store)
    assert (run.parameters["base_model"], run.attempt) == ("fake", 2)
