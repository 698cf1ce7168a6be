"""The progress of a training in the meta of its job and in the log."""

import logging

import pytest
from redis import Redis
from rq.job import Job
from rq.serializers import JSONSerializer

from worker.progress import JobProgress
from worker.queue.job_reports import JobReports
from worker.queue.queues import open_queue


class Seconds:
    """A clock of seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def job(valkey: Redis) -> Job:
    return open_queue("training", valkey).enqueue_call("os.getpid", job_id="retrain-papers")


def saved(valkey: Redis) -> JobProgress | None:
    job = Job.fetch("retrain-papers", connection=valkey, serializer=JSONSerializer)
    return JobProgress.from_meta(job.meta)


def test_progress_is_saved_once_a_second_and_at_once_in_a_new_phase(
    job: Job, valkey: Redis
) -> None:
    clock = Seconds()
    reports = JobReports(job, clock)
    reports(JobProgress(phase="training", epoch=0.1))
    reports(JobProgress(phase="training", epoch=0.2))
    assert saved(valkey) == JobProgress(phase="training", epoch=0.1)
    clock.now = 1.0
    reports(JobProgress(phase="training", epoch=0.3))
    assert saved(valkey) == JobProgress(phase="training", epoch=0.3)
    reports(JobProgress(phase="comparing"))
    assert saved(valkey) == JobProgress(phase="comparing")


def test_progress_is_logged_once_a_minute(job: Job, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Seconds()
    reports = JobReports(job, clock)
    for second in range(121):
        clock.now = float(second)
        reports(JobProgress(phase="training", loss=0.5, f1=None))
    assert len(caplog.records) == 3
    assert "job=retrain-papers phase=training loss=0.5" in caplog.text
    assert "f1" not in caplog.text


def test_a_training_continues_without_redis(job: Job) -> None:
    job.connection = Redis.from_url("unix:///nowhere/valkey.sock")
    JobReports(job, Seconds())(JobProgress(phase="training"))
