"""The state of a project that the retrain policy decides on, read from a real store."""

from datetime import timedelta

import pytest

from tests.support.training.fake_training import (
    NOON,
    PROJECT,
    Clock,
    FakeTraining,
    add_change,
    add_held_out_label,
    started_run,
)
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.policies.retrain_policy import RetrainState
from worker.retrain.retrain import retrain
from worker.retrain.retrain_state import read_retrain_state, with_data
from worker.settings import Settings
from worker.store.database import Store
from worker.store.training.datasets import load_dataset
from worker.store.training.runs import LEASE


def read(
    store: Store, settings: Settings, clock: Clock, *, training_here: bool = False
) -> RetrainState:
    """The state as seen on the host "here"."""
    with store.read() as session:
        state = read_retrain_state(
            session, settings, PROJECT, host="here", training_here=training_here, now=clock()
        )
        return with_data(session, settings, PROJECT, state, load_dataset(session, PROJECT))


def test_an_empty_project_has_nothing_to_train_on(
    store: Store, settings: Settings, clock: Clock
) -> None:
    assert read(store, settings, clock) == RetrainState(
        changed_at=(),
        newest_change_at=None,
        training_documents=0,
        training_spans=0,
    )


def test_changes_are_counted_since_the_last_finished_run(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining, clock: Clock
) -> None:
    before = read(store, dependencies.settings, clock)
    assert (len(before.changed_at), before.newest_change_at) == (len(fake.gold), NOON)
    assert before.trained_on is None
    assert 0 < before.training_documents < len(fake.gold)
    assert before.training_documents + before.held_out_documents == len(fake.gold)
    retrain(dependencies, PROJECT)
    after = read(store, dependencies.settings, clock)
    assert (after.changed_at, after.finished_as) == ((), "promoted")
    assert after.trained_on == before.training_documents + before.held_out_documents
    add_change(store, fake)
    changed = read(store, dependencies.settings, clock)
    assert (changed.changed_at, changed.finished_as) == ((NOON,) * 4, None)
    assert changed.trained_on == after.trained_on


@pytest.mark.parametrize(
    ("host", "age", "training_here", "running"),
    [
        ("here", 10 * LEASE, True, True),
        ("here", timedelta(0), False, False),
        ("there", LEASE - timedelta(seconds=1), False, True),
        ("there", LEASE, True, False),
    ],
)
def test_a_run_is_running_by_its_job_on_this_host_and_by_its_heartbeat_on_another(
    store: Store,
    settings: Settings,
    clock: Clock,
    host: str,
    age: timedelta,
    training_here: bool,
    running: bool,
) -> None:
    started_run(store, clock, host=host)
    clock.forward(age.total_seconds())
    state = read(store, settings, clock, training_here=training_here)
    assert (state.running, state.unfinished) == (running, True)
    assert (state.stalled, state.last_heartbeat_at) == (1, NOON)


def test_a_refused_warm_challenger_makes_a_training_from_scratch_due(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining, clock: Clock
) -> None:
    fake.shares = [0.9, 0.2, 0.2]
    retrain(dependencies, PROJECT)
    add_change(store, fake)
    due = [read(store, dependencies.settings, clock).warm_refused]
    for _ in range(2):
        retrain(dependencies, PROJECT)
        due.append(read(store, dependencies.settings, clock).warm_refused)
    assert due == [False, True, False]


def test_the_remarks_are_those_of_the_data(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining, clock: Clock
) -> None:
    assert read(store, dependencies.settings, clock).remarks == ()
    add_held_out_label(store, fake)
    (remark,) = read(store, dependencies.settings, clock).remarks
    assert "'CITY' occurs only in held-out documents" in remark
