"""The sign of life of a run, and what happens when it was not heard."""

from datetime import timedelta

import pytest

from ner.errors import TrainingError
from tests.support.fake_training import PROJECT, Clock
from tests.support.processes import wait_until
from tests.support.stored import get_run
from worker.retrain.heartbeat import Heartbeat
from worker.store.database import Store
from worker.store.runs import Run, start_run


def start(store: Store, clock: Clock, host: str) -> Run:
    with store.begin() as session:
        run = start_run(
            session,
            PROJECT,
            fingerprint="f",
            parameters={},
            last_revision_id=0,
            documents=1,
            host=host,
            machine_free=True,
            now=clock(),
        )
    assert run is not None
    return run


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.retrain.heartbeat.BEAT_SECONDS", 0.001)


def test_a_run_at_work_prolongs_its_lease(store: Store, clock: Clock) -> None:
    run = start(store, clock, "here")
    clock.forward(50)

    def is_prolonged() -> bool:
        with store.read() as session:
            now = get_run(session, run.project, run.id)
        return now is not None and now.heartbeat_at == run.heartbeat_at + timedelta(seconds=50)

    with Heartbeat(store, run, clock) as heartbeat:
        wait_until("a heartbeat", is_prolonged)
        heartbeat.check()


def test_a_run_that_was_taken_over_is_told(store: Store, clock: Clock) -> None:
    run = start(store, clock, "here")
    clock.forward(61)
    assert start(store, clock, "there").attempt == 2

    with Heartbeat(store, run, clock) as heartbeat:

        def is_told() -> bool:
            try:
                heartbeat.check()
            except TrainingError as error:
                return "taken over" in str(error)
            return False

        wait_until("the news", is_told)
