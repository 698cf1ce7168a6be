"""The schedule of checks, and the loop during an outage."""

import logging
import os
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from redis import Redis

from ner.errors import QueueError
from ner.spans import Prediction
from tests.support.training.fake_training import NOON, PROJECT, Clock
from worker.project_settings import ProjectSettings
from worker.queue.cron import Cron, ProjectSchedule, beat_file, is_beating
from worker.queue.queues import Enqueued, JobName, JobState, Queues, connect
from worker.settings import Settings
from worker.store.database import Store
from worker.store.served import Call, LastCall, record_call

SECOND = timedelta(seconds=1)


def settings_of(*names: str) -> Settings:
    projects = {project: ProjectSettings(doccano_project=1) for project in names}
    return Settings(projects=projects, poll_seconds=30, hint_seconds=3)


class FakeQueues(Queues):
    """Records what is enqueued, and returns or raises what a test sets."""

    def __init__(self) -> None:
        self.enqueued: list[str] = []
        self.answer: Enqueued | QueueError = Enqueued.NEW

    def enqueue(self, name: JobName, project: str, *, force: bool = False) -> Enqueued:  # noqa: ARG002
        if isinstance(self.answer, QueueError):
            raise self.answer
        self.enqueued.append(f"{name}-{project}")
        return self.answer


@pytest.fixture
def queues() -> FakeQueues:
    return FakeQueues()


def call(store: Store, clock: Clock, project: str = PROJECT) -> None:
    with store.begin() as session:
        record_call(session, Call(project, "no_model", Prediction("a text"), clock()))


def beat(cron: Cron, clock: Clock, seconds: int) -> None:
    for _ in range(seconds):
        cron.beat()
        clock.forward(1)


def test_a_project_is_checked_at_the_start_and_at_every_interval(
    store: Store, queues: FakeQueues, clock: Clock
) -> None:
    cron = Cron(store, queues, settings_of(PROJECT), clock)
    beat(cron, clock, 61)
    assert queues.enqueued == ["tick-papers"] * 3


def test_a_clock_that_steps_back_stops_neither_polls_nor_hints(
    store: Store, queues: FakeQueues, clock: Clock
) -> None:
    cron = Cron(store, queues, settings_of(PROJECT), clock)
    cron.beat()
    clock.forward(1)
    call(store, clock)
    clock.forward(-6 * 3600)
    beat(cron, clock, 31)
    assert queues.enqueued == ["tick-papers"] * 3
    schedule = ProjectSchedule(NOON + 9 * SECOND, 30 * SECOND, 3 * SECOND)
    assert not schedule.is_due(NOON, None)
    assert schedule.is_due(NOON, LastCall(1, NOON + timedelta(hours=6)))


def test_projects_are_spread_over_the_interval(
    store: Store, queues: FakeQueues, clock: Clock
) -> None:
    cron = Cron(store, queues, settings_of("a", "b", "c"), clock)
    beat(cron, clock, 10)
    assert queues.enqueued == ["tick-a"]
    beat(cron, clock, 10)
    assert queues.enqueued == ["tick-a", "tick-b"]
    beat(cron, clock, 12)
    assert queues.enqueued == ["tick-a", "tick-b", "tick-c", "tick-a"]


def test_a_call_brings_the_check_forward_once(
    store: Store, queues: FakeQueues, clock: Clock
) -> None:
    cron = Cron(store, queues, settings_of(PROJECT), clock)
    beat(cron, clock, 5)
    call(store, clock)
    beat(cron, clock, 3)
    assert len(queues.enqueued) == 1
    beat(cron, clock, 10)
    assert len(queues.enqueued) == 2


def test_calls_in_a_row_cause_one_check_after_the_last(
    store: Store, queues: FakeQueues, clock: Clock
) -> None:
    cron = Cron(store, queues, settings_of(PROJECT), clock)
    beat(cron, clock, 2)
    for _ in range(6):
        call(store, clock)
        beat(cron, clock, 2)
    assert len(queues.enqueued) == 1
    beat(cron, clock, 3)
    assert len(queues.enqueued) == 2


def test_a_call_of_one_project_causes_no_check_of_another(
    store: Store, queues: FakeQueues, clock: Clock
) -> None:
    cron = Cron(store, queues, settings_of("a", "b"), clock)
    beat(cron, clock, 16)
    call(store, clock, "b")
    beat(cron, clock, 5)
    assert queues.enqueued == ["tick-a", "tick-b", "tick-b"]


def test_calls_from_before_the_start_cause_no_check(clock: Clock) -> None:
    schedule = ProjectSchedule(NOON + 10 * SECOND, 30 * SECOND, 3 * SECOND)
    old = LastCall(5, NOON - 60 * SECOND)
    assert not schedule.is_due(NOON, old)
    assert schedule.is_due(NOON + 4 * SECOND, LastCall(6, NOON + SECOND))


def test_a_call_during_a_check_causes_another_check_afterwards(
    store: Store, queues: FakeQueues, clock: Clock
) -> None:
    cron = Cron(store, queues, settings_of(PROJECT), clock)
    beat(cron, clock, 1)
    call(store, clock)
    queues.answer = Enqueued.RUNNING
    beat(cron, clock, 6)
    queues.answer = Enqueued.NEW
    queues.enqueued.clear()
    beat(cron, clock, 10)
    assert queues.enqueued == ["tick-papers"]


def test_an_outage_is_logged_once_and_the_loop_continues(
    store: Store, queues: FakeQueues, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    cron = Cron(store, queues, settings_of(PROJECT), clock)
    queues.answer = QueueError("Redis cannot be used")
    beat(cron, clock, 100)
    assert caplog.text.count("Redis cannot be used") == 1
    queues.answer = Enqueued.NEW
    beat(cron, clock, 1)
    assert queues.enqueued == ["tick-papers"]
    assert caplog.text.count("outage over") == 1


def test_a_long_outage_is_logged_again_after_five_minutes(
    store: Store, queues: FakeQueues, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    cron = Cron(store, queues, settings_of(PROJECT), clock)
    queues.answer = QueueError("Redis cannot be used")
    beat(cron, clock, 601)
    assert caplog.text.count("Redis cannot be used") == 3


def test_a_cron_beats_until_its_file_is_a_minute_old(settings: Settings, clock: Clock) -> None:
    assert not is_beating(settings, NOON)
    settings.data_dir.mkdir(exist_ok=True)
    beat_file(settings).touch()
    os.utime(beat_file(settings), (NOON.timestamp(), NOON.timestamp()))
    assert is_beating(settings, NOON + 59 * SECOND)
    assert not is_beating(settings, NOON + 60 * SECOND)


def test_after_a_flush_of_valkey_the_job_is_enqueued_again(
    store: Store, valkey: Redis, valkey_url: str, clock: Clock
) -> None:
    settings = settings_of(PROJECT).model_copy(
        update={"redis_url": Settings(redis_url=valkey_url).redis_url}
    )
    real = connect(settings, clock=clock)
    cron = Cron(store, real, settings, clock)
    cron.beat()
    valkey.flushall()
    beat(cron, clock, 31)
    assert real.state("tick", PROJECT) is JobState.WAITING


def test_the_loop_ends_when_the_event_is_set(
    store: Store, queues: FakeQueues, clock: Clock, tmp_path: Path
) -> None:
    stop = Event()
    stop.set()
    settings = settings_of(PROJECT).model_copy(update={"data_dir": tmp_path})
    beat_file(settings).touch()
    Cron(store, queues, settings, clock).run(stop)
    assert queues.enqueued == []
    assert not beat_file(settings).exists()
