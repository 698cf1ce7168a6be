"""Runs that start from the champion, and the conditions for a start from the base model."""

import dataclasses
from pathlib import Path

import pytest

from ner.errors import TrainingError
from ner.versions.trained_on import TRAINED_ON_FILE
from tests.support.training.fake_training import (
    PROJECT,
    FakeTraining,
    add_change,
    runs,
)
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.retrain import retrain
from worker.settings import Settings
from worker.store.corpus.revisions import record_withdrawals
from worker.store.database import Store


def with_training(dependencies: RetrainDependencies, **chosen: object) -> RetrainDependencies:
    project = dependencies.settings.project(PROJECT)
    training = project.training.model_copy(update=chosen)
    changed = project.model_copy(update={"training": training})
    settings = dependencies.settings.model_copy(update={"projects": {PROJECT: changed}})
    return dataclasses.replace(dependencies, settings=settings)


def starts(store: Store) -> list[str | None]:
    """The versions that the runs started from, oldest first; None from scratch."""
    return [run.warm_from for run in reversed(runs(store))]


def reason(store: Store) -> str:
    """The reasons for the start of the newest run."""
    return "; ".join(runs(store)[0].start_reasons)


def rounds(dependencies: RetrainDependencies, store: Store, fake: FakeTraining, count: int) -> None:
    """Trains once, and `count` more times after 4 new documents each."""
    retrain(dependencies, PROJECT)
    for seed in range(2, 2 + count):
        add_change(store, fake, seed=seed)
        retrain(dependencies, PROJECT)


def test_after_a_few_new_documents_a_run_starts_from_the_champion(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    rounds(dependencies, store, fake, 1)
    run = runs(store)[0]
    assert (run.warm_from, run.state, run.version) == ("v0001", "promoted", "v0002")
    assert reason(store).startswith("warm from v0001: new to it are ")
    assert fake.trained[1].warm_from == dependencies.registry(PROJECT).get("v0001").path
    assert dependencies.registry(PROJECT).get("v0002").manifest.parent == "v0001"
    assert run.key != runs(store)[1].key


def test_the_first_run_has_the_reason_why_it_starts_from_scratch(
    dependencies: RetrainDependencies, store: Store
) -> None:
    retrain(dependencies, PROJECT)
    assert reason(store) == "from scratch: there is no champion yet"


def test_after_scratch_interval_warm_runs_one_starts_from_scratch(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    rounds(with_training(dependencies, scratch_interval=2), store, fake, 4)
    assert starts(store) == [None, "v0001", "v0002", None, "v0004"]


def test_a_refused_warm_run_is_followed_by_one_from_scratch_and_then_by_warm_ones_again(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    fake.shares = [0.6, 0.2, 0.9]
    rounds(dependencies, store, fake, 1)
    assert retrain(dependencies, PROJECT).outcome == "promoted"
    assert "from scratch: the last warm challenger was refused" in runs(store)[0].start_reasons
    add_change(store, fake, seed=3)
    retrain(dependencies, PROJECT)
    assert starts(store) == [None, "v0001", None, "v0003"]
    documents = [run.fingerprint for run in runs(store)]
    assert documents[1] == documents[2] != documents[0]


def test_a_promoted_warm_run_is_not_trained_again_from_scratch(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    rounds(dependencies, store, fake, 1)
    assert retrain(dependencies, PROJECT).outcome == "known"
    assert len(fake.trained) == 2


def test_a_failed_warm_run_is_followed_by_one_from_scratch(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    retrain(dependencies, PROJECT)
    add_change(store, fake)

    def fail(_: Path) -> None:
        raise TrainingError("cannot start from this version")

    fake.during = fail
    with pytest.raises(TrainingError):
        retrain(dependencies, PROJECT)
    fake.during = lambda _: None
    retrain(dependencies, PROJECT)
    assert starts(store) == [None, "v0001", None]
    assert reason(store) == "from scratch: the last warm training failed"


def test_a_forced_run_on_the_same_data_starts_from_scratch(
    dependencies: RetrainDependencies, store: Store
) -> None:
    retrain(dependencies, PROJECT)
    retrain(dependencies, PROJECT, force=True)
    assert reason(store) == "from scratch: no document is new to v0001"


def test_a_changed_setting_starts_from_scratch(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    rounds(dependencies, store, fake, 1)
    add_change(store, fake, seed=3)
    retrain(with_training(dependencies, learning_rate=1e-3), PROJECT)
    assert reason(store) == "from scratch: v0002 was trained with another learning_rate"


def test_many_withdrawn_documents_start_from_scratch(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    retrain(dependencies, PROJECT)
    add_change(store, fake)
    with store.begin() as session:
        gone = {f"1-{number}": "gone" for number in range(12)}
        record_withdrawals(session, PROJECT, gone, now=dependencies.clock())
    retrain(dependencies, PROJECT)
    assert "were withdrawn or changed" in reason(store)


@pytest.mark.parametrize("broken", [True, False])
def test_without_a_readable_list_of_its_documents_a_champion_is_not_started_from(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining, broken: bool
) -> None:
    retrain(dependencies, PROJECT)
    add_change(store, fake)
    path = dependencies.registry(PROJECT).get("v0001").path / TRAINED_ON_FILE
    if broken:
        path.write_bytes(b"\xff")
    else:
        path.unlink()
    retrain(dependencies, PROJECT)
    expected = "cannot be read" if broken else "does not say which documents"
    assert starts(store)[-1] is None
    assert expected in reason(store)


def test_a_run_that_is_taken_over_keeps_the_version_that_it_started_from(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    class KilledError(BaseException):
        pass

    def die(_: Path) -> None:
        raise KilledError

    rounds(dependencies, store, fake, 1)
    add_change(store, fake, seed=3)
    fake.during = die
    with pytest.raises(KilledError):
        retrain(dependencies, PROJECT)
    fake.during = lambda _: None
    dependencies.registry(PROJECT).rollback(reason="a person went back")
    result = retrain(with_training(dependencies, warm=False), PROJECT)
    assert (result.warm_from, len(runs(store))) == ("v0002", 3)
    assert fake.trained[-1] == fake.trained[-2]


def test_progress_names_the_version_that_the_run_started_from(
    store: Store, settings: Settings, fake: FakeTraining, dependencies: RetrainDependencies
) -> None:
    reported: list[str | None] = []
    reporting = dataclasses.replace(
        dependencies, report=lambda progress: reported.append(progress.warm_from)
    )
    rounds(reporting, store, fake, 1)
    assert reported == [None, None, "v0001", "v0001"]


def test_a_warm_run_that_forgot_is_followed_by_one_from_scratch(
    dependencies: RetrainDependencies,
    store: Store,
    fake: FakeTraining,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds(dependencies, store, fake, 1)
    add_change(store, fake, seed=3)
    scores = runs(store)[0].scores
    assert scores is not None
    forgot = {
        "forgetting": {"old": {"difference": -0.03, "low": -0.05, "high": -0.02}, "new": None}
    }
    run = dataclasses.replace(runs(store)[0], scores={**scores, **forgot})
    monkeypatch.setattr("worker.retrain.start_state.warm_streak", lambda *_: (run,))
    retrain(dependencies, PROJECT)
    assert reason(store) == (
        "from scratch: the last warm training lost at least 0.020 of F1 on the documents held out "
        "before"
    )
