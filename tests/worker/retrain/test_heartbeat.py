"""The heartbeat renews the lease of a run, and notices when the run was taken over."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from ner.errors import TrainingError
from tests.support.running.processes import wait_until
from tests.support.store.stored import get_run
from tests.support.training.fake_training import Clock, started_run
from worker.retrain.heartbeat import Heartbeat
from worker.store.database import Store


@pytest.fixture(autouse=True)
def short_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.retrain.heartbeat.BEAT_SECONDS", 0.001)


def test_the_lease_of_a_run_is_renewed(store: Store, clock: Clock) -> None:
    run = started_run(store, clock)
    clock.forward(50)

    def is_renewed() -> bool:
        with store.read() as session:
            now = get_run(session, run.project, run.id)
        return now is not None and now.heartbeat_at == run.heartbeat_at + timedelta(seconds=50)

    with Heartbeat(store, run, clock) as heartbeat:
        wait_until("a heartbeat", is_renewed)
        heartbeat.check()


def test_the_lease_is_renewed_after_any_error(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started_run(store, clock)
    beats: list[datetime] = []

    def fail_first(_session: Session, _run: int, now: datetime, **_: object) -> bool:
        beats.append(now)
        if len(beats) == 1:
            raise RuntimeError("an error that no one has mapped")
        return True

    monkeypatch.setattr("worker.retrain.heartbeat.heartbeat", fail_first)
    with Heartbeat(store, run, clock):
        wait_until("another heartbeat", lambda: len(beats) > 1)


def test_check_raises_after_the_run_was_taken_over(store: Store, clock: Clock) -> None:
    run = started_run(store, clock)
    clock.forward(61)
    assert started_run(store, clock, host="there").attempt == 2

    with Heartbeat(store, run, clock) as heartbeat:

        def has_noticed() -> bool:
            try:
                heartbeat.check()
            except TrainingError as error:
                return "was taken over by another machine" in str(error)
            return False

        wait_until("the heartbeat to notice", has_noticed)
