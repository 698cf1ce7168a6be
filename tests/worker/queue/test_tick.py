"""One check of a project: what it stores, decides and enqueues."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest
from redis import Redis

from ner.errors import DoccanoAuthError, DoccanoUnavailable, QueueError
from tests.support.store.statements import counted
from tests.support.training.fake_training import (
    PROJECT,
    Clock,
    FakeTraining,
    approve,
    dependencies_for,
    gold_documents,
    started_run,
)
from worker.queue.queues import Enqueued, JobState, Queues
from worker.queue.tick import TickDependencies, run_tick
from worker.retrain.retrain import retrain
from worker.settings import Settings
from worker.store.database import Store
from worker.store.pulls import get_pull
from worker.store.training.runs import finish_run, start_run

GOLD = gold_documents()


class FakeCollect:
    """Collects nothing, or raises the error that a test sets."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __call__(self, project: str) -> Mapping[str, Any]:  # noqa: ARG002
        if self.error:
            raise self.error
        return {"new": 0}


class FakeFeed:
    """Counts the calls, or raises the error that a test sets."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.calls = 0

    def __call__(self, project: str) -> int:  # noqa: ARG002
        self.calls += 1
        if self.error:
            raise self.error
        return 0


@pytest.fixture
def feed() -> FakeFeed:
    return FakeFeed()


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.forward(3_600)
    return clock


@pytest.fixture
def collect() -> FakeCollect:
    return FakeCollect()


@pytest.fixture
def dependencies(
    store: Store,
    settings: Settings,
    valkey: Redis,
    clock: Clock,
    collect: FakeCollect,
    feed: FakeFeed,
) -> TickDependencies:
    return TickDependencies(
        store=store,
        queues=Queues(valkey, settings, clock),
        settings=settings,
        host="here",
        collect=collect,
        feed=feed,
        clock=clock,
    )


def last_error(store: Store) -> str | None:
    with store.read() as session:
        return get_pull(session, PROJECT).last_error


def test_enough_changes_enqueue_a_training(dependencies: TickDependencies, store: Store) -> None:
    approve(store, GOLD)
    result = run_tick(dependencies, PROJECT)
    assert result.training is Enqueued.NEW
    assert dependencies.queues.state("retrain", PROJECT) is JobState.WAITING
    assert json.loads(json.dumps(result.to_json()))["training"] == "new"


def test_the_next_check_does_not_enqueue_the_training_again(
    dependencies: TickDependencies, store: Store
) -> None:
    approve(store, GOLD)
    run_tick(dependencies, PROJECT)
    assert run_tick(dependencies, PROJECT).training is Enqueued.WAITING


def test_too_few_changes_enqueue_none(dependencies: TickDependencies, store: Store) -> None:
    approve(store, GOLD[:4])
    result = run_tick(dependencies, PROJECT)
    assert result.training is None
    assert result.reasons[0].startswith("4 of 5 documents approved; the first training starts at 5")


def test_a_lost_training_is_enqueued_again(
    dependencies: TickDependencies, store: Store, valkey: Redis
) -> None:
    approve(store, GOLD)
    run_tick(dependencies, PROJECT)
    valkey.flushall()
    assert run_tick(dependencies, PROJECT).training is Enqueued.NEW


def test_a_finished_training_is_not_enqueued_again(
    dependencies: TickDependencies, store: Store, settings: Settings, clock: Clock
) -> None:
    approve(store, GOLD)
    training, _ = dependencies_for(store, settings, FakeTraining(GOLD, [0.5]), clock)
    retrain(training, PROJECT)
    assert run_tick(dependencies, PROJECT).training is None


@pytest.mark.parametrize(("host", "resumes"), [("here", True), ("there", False)])
def test_an_unfinished_run_is_resumed_once_no_host_works_on_it(
    dependencies: TickDependencies, store: Store, clock: Clock, host: str, resumes: bool
) -> None:
    with store.begin() as session:
        start_run(
            session,
            PROJECT,
            fingerprint="f",
            parameters={},
            last_revision_id=0,
            documents=1,
            approved=1,
            host=host,
            machine_free=True,
            now=clock(),
        )
    assert (run_tick(dependencies, PROJECT).training is Enqueued.NEW) is resumes
    clock.forward(61)
    assert run_tick(dependencies, PROJECT).training is not None


def test_without_doccano_the_error_is_stored_and_logged_once_and_the_decision_is_made(
    dependencies: TickDependencies,
    store: Store,
    collect: FakeCollect,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    approve(store, GOLD)
    collect.error = DoccanoUnavailable("Doccano does not answer")
    results = [run_tick(dependencies, PROJECT) for _ in range(3)]
    assert results[0].unavailable == "Doccano does not answer"
    assert results[0].training is Enqueued.NEW
    assert last_error(store) == "Doccano does not answer"
    assert caplog.text.count("Doccano does not answer") == 1
    collect.error = None
    assert run_tick(dependencies, PROJECT).collected == {"new": 0}
    assert last_error(store) is None
    assert caplog.text.count("collected again") == 1


def test_any_other_error_fails_the_job_but_not_the_training(
    dependencies: TickDependencies, store: Store, collect: FakeCollect
) -> None:
    approve(store, GOLD)
    collect.error = DoccanoAuthError("wrong password")
    with pytest.raises(DoccanoAuthError):
        run_tick(dependencies, PROJECT)
    assert last_error(store) == "wrong password"
    assert dependencies.queues.state("retrain", PROJECT) is JobState.WAITING


def test_an_unexpected_error_keeps_its_details_out_of_the_store(
    dependencies: TickDependencies, store: Store, collect: FakeCollect
) -> None:
    collect.error = KeyError("https://admin:secret@doccano")
    with pytest.raises(KeyError):
        run_tick(dependencies, PROJECT)
    assert last_error(store) == "KeyError"


def _refuse_to_load(*_arguments: object) -> None:
    raise AssertionError("the documents are read")


def test_a_tick_that_starts_no_training_reads_no_documents_whatever_their_number(
    dependencies: TickDependencies,
    store: Store,
    settings: Settings,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("worker.queue.tick.load_dataset", _refuse_to_load)
    gold = [d for seed in (1, 2, 3, 101, 102) for d in gold_documents(seed=seed)]
    statements = []
    run_tick(dependencies, PROJECT)  # writes the project's row
    for seed in range(1, 4):
        approve(store, gold_documents(seed=seed))
        training, _ = dependencies_for(store, settings, FakeTraining(gold, [0.5]), clock)
        retrain(training, PROJECT)
        with counted(store) as executed:
            assert run_tick(dependencies, PROJECT).training is None
        with counted(store) as changed:
            approve(store, gold_documents(1, seed=seed + 100))
            assert run_tick(dependencies, PROJECT).training is None
        statements.append((executed.statements, changed.statements))
    assert statements[1:] == statements[:-1]
    monkeypatch.undo()
    approve(store, gold_documents(seed=50))
    assert run_tick(dependencies, PROJECT).training is Enqueued.NEW


def test_a_check_removes_the_folder_of_a_finished_run_that_could_not_be_removed(
    dependencies: TickDependencies, settings: Settings, store: Store, clock: Clock
) -> None:
    left = settings.runs_dir / PROJECT / "1-20261123T120000000000"
    left.mkdir(parents=True)
    (left / "text").write_text("Bonn")
    run = started_run(store, clock)
    run_tick(dependencies, PROJECT)
    assert left.exists()
    with store.begin() as s:
        finish_run(s, run.id, "refused", now=clock())
    run_tick(dependencies, PROJECT)
    assert not left.exists()


@pytest.mark.parametrize("error", [QueueError("no Redis"), ValueError("a text")])
def test_that_nothing_is_predicted_beforehand_fails_no_check(
    dependencies: TickDependencies,
    store: Store,
    feed: FakeFeed,
    error: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    approve(store, GOLD)
    feed.error = error
    assert run_tick(dependencies, PROJECT).training is Enqueued.NEW
    said = str(error) if isinstance(error, QueueError) else "ValueError"
    assert f"nothing is predicted beforehand: {said}" in caplog.text
    assert "a text" not in caplog.text
    assert last_error(store) is None


def test_a_doccano_that_is_down_is_not_asked_for_texts(
    dependencies: TickDependencies, collect: FakeCollect, feed: FakeFeed
) -> None:
    collect.error = DoccanoUnavailable("Doccano does not answer")
    run_tick(dependencies, PROJECT)
    assert feed.calls == 0
    collect.error = None
    run_tick(dependencies, PROJECT)
    assert feed.calls == 1
