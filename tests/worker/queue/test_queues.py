"""The queues on a real Valkey: unique jobs, and jobs that have ended or were lost."""

import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from ner.errors import QueueError
from ner.files import write_private
from worker.progress import JobProgress
from worker.queue.queues import STARTING_SECONDS, Enqueued, JobState, Queues, connect, open_queue
from worker.settings import Settings


class Clock:
    """Real time, shifted by what a test sets."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queues(valkey: Redis, clock: Clock) -> Queues:
    return Queues(valkey, Settings(job_timeout_seconds=77, training_timeout_seconds=7_777), clock)


def fetch(valkey: Redis, identity: str) -> Job:
    return Job.fetch(identity, connection=valkey, serializer=JSONSerializer)


def take(valkey: Redis, queue_name: str) -> Job:
    """Takes a job off the queue, as a worker does before it starts executing it."""
    queue = open_queue(queue_name, valkey)
    identity = valkey.lmove(queue.key, queue.intermediate_queue.key)
    assert isinstance(identity, bytes)
    return fetch(valkey, identity.decode())


def start(valkey: Redis, queue_name: str, *, lease: int = 30) -> Job:
    """Starts a job with a lease in seconds, as a worker does after taking it."""
    job = take(valkey, queue_name)
    with valkey.pipeline() as pipeline:
        Execution.create(job, lease, pipeline=pipeline, worker_name="w")
        job.prepare_for_execution("w", pipeline=pipeline)
        pipeline.execute()
    return job


def test_a_job_is_named_by_a_string_and_carries_json(queues: Queues, valkey: Redis) -> None:
    assert queues.enqueue("retrain", "papers", force=True) is Enqueued.NEW
    job = fetch(valkey, "retrain-papers")
    assert (job.func_name, job.args, job.kwargs) == (
        "worker.queue.jobs.retrain",
        ["papers"],
        {"force": True},
    )
    assert valkey.lrange(open_queue("training", valkey).key, 0, -1) == [b"retrain-papers"]


def test_every_lifetime_and_time_limit_is_set(queues: Queues, valkey: Redis) -> None:
    queues.enqueue("tick", "papers")
    queues.enqueue("retrain", "papers")
    tick, retrain = fetch(valkey, "tick-papers"), fetch(valkey, "retrain-papers")
    assert (tick.timeout, retrain.timeout) == (77, 7_777)
    for job in (tick, retrain):
        assert 0 < job.result_ttl <= 86_400
        assert 0 < job.failure_ttl <= 86_400
        assert 0 < job.ttl <= 86_400


def test_a_job_that_waits_is_not_enqueued_again(queues: Queues, valkey: Redis) -> None:
    queues.enqueue("tick", "papers")
    assert queues.enqueue("tick", "papers") is Enqueued.WAITING
    assert open_queue("default", valkey).count == 1


def test_projects_do_not_share_a_job(queues: Queues, valkey: Redis) -> None:
    assert queues.enqueue("tick", "a") is Enqueued.NEW
    assert queues.enqueue("tick", "b") is Enqueued.NEW


def test_a_job_that_runs_is_not_enqueued_again(queues: Queues, valkey: Redis) -> None:
    queues.enqueue("tick", "papers")
    start(valkey, "default")
    assert queues.enqueue("tick", "papers") is Enqueued.RUNNING
    assert queues.state("tick", "papers") is JobState.RUNNING


@pytest.mark.parametrize(
    "status", [JobStatus.FINISHED, JobStatus.FAILED, JobStatus.STOPPED, JobStatus.CANCELED]
)
def test_a_job_that_has_ended_is_replaced(queues: Queues, valkey: Redis, status: JobStatus) -> None:
    queues.enqueue("tick", "papers")
    start(valkey, "default").set_status(status)
    assert queues.enqueue("tick", "papers") is Enqueued.NEW
    assert fetch(valkey, "tick-papers").get_status() is JobStatus.QUEUED


def test_a_job_whose_worker_died_is_replaced_when_its_lease_ends(
    queues: Queues, valkey: Redis, clock: Clock
) -> None:
    queues.enqueue("tick", "papers")
    start(valkey, "default", lease=30)
    clock.shift = timedelta(seconds=29)
    assert queues.enqueue("tick", "papers") is Enqueued.RUNNING
    clock.shift = timedelta(seconds=31)
    assert queues.enqueue("tick", "papers") is Enqueued.NEW


def test_a_job_lost_between_queue_and_worker_is_replaced(
    queues: Queues, valkey: Redis, clock: Clock
) -> None:
    queues.enqueue("tick", "papers")
    take(valkey, "default")
    assert queues.enqueue("tick", "papers") is Enqueued.RUNNING
    clock.shift = timedelta(seconds=STARTING_SECONDS + 1)
    assert queues.enqueue("tick", "papers") is Enqueued.NEW


def test_the_hash_that_remains_of_a_killed_job_is_replaced(queues: Queues, valkey: Redis) -> None:
    valkey.hset("rq:job:tick-papers", "last_heartbeat", "now")
    assert queues.enqueue("tick", "papers") is Enqueued.NEW


def test_keys_of_a_lost_job_do_not_fail_the_new_one(
    queues: Queues, valkey: Redis, clock: Clock
) -> None:
    queues.enqueue("tick", "papers")
    start(valkey, "default", lease=5)
    clock.shift = timedelta(seconds=6)
    queues.enqueue("tick", "papers")
    new = start(valkey, "default")
    queue = open_queue("default", valkey)
    StartedJobRegistry(queue=queue).cleanup(timestamp=datetime.now(UTC).timestamp() + 10)
    assert new.get_status() is JobStatus.STARTED
    assert len(queue.intermediate_queue.get_job_ids()) == 1


def test_an_expired_job_is_not_in_the_queue_twice(queues: Queues, valkey: Redis) -> None:
    queues.enqueue("tick", "papers")
    valkey.delete("rq:job:tick-papers")
    assert queues.enqueue("tick", "papers") is Enqueued.NEW
    assert open_queue("default", valkey).count == 1


def test_concurrent_calls_replace_an_ended_job_by_one(queues: Queues, valkey: Redis) -> None:
    queues.enqueue("tick", "papers")
    start(valkey, "default").set_status(JobStatus.FAILED)
    outcomes: list[Enqueued] = []
    barrier = threading.Barrier(8)

    def enqueue() -> None:
        barrier.wait()
        outcomes.append(queues.enqueue("tick", "papers"))

    threads = [threading.Thread(target=enqueue) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [Enqueued.NEW, *[Enqueued.WAITING] * 7]
    assert open_queue("default", valkey).count == 1


def test_a_flushed_valkey_takes_new_jobs(queues: Queues, valkey: Redis) -> None:
    queues.enqueue("tick", "papers")
    valkey.flushall()
    valkey.script_flush()
    assert queues.state("tick", "papers") is None
    assert queues.enqueue("tick", "papers") is Enqueued.NEW


def test_progress_is_that_of_a_running_training(queues: Queues, valkey: Redis) -> None:
    assert queues.progress("papers") is None
    queues.enqueue("retrain", "papers")
    job = start(valkey, "training")
    assert queues.progress("papers") is None
    progress = JobProgress(phase="training", epoch=1.5, epochs=6, loss=0.25, seconds_left=12.0)
    job.meta = progress.to_meta()
    job.save_meta()
    assert queues.progress("papers") == progress
    job.set_status(JobStatus.FINISHED)
    assert queues.progress("papers") is None


def test_without_redis_the_error_names_the_remedy(tmp_path: Path, clock: Clock) -> None:
    settings = Settings(redis_url=f"unix://{tmp_path}/none.sock")
    with pytest.raises(QueueError, match=r"NERLOOP_REDIS_URL.*nerloop up"):
        connect(settings, clock=clock).enqueue("tick", "papers")


def test_without_an_address_the_error_names_both_ways(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(QueueError, match=r"nerloop is not running: start `nerloop up`.*REDIS_URL"):
        connect(Settings(data_dir=tmp_path), clock=clock)


def test_an_address_that_a_killed_nerloop_left_reads_as_not_running(
    tmp_path: Path, clock: Clock
) -> None:
    settings = Settings(data_dir=tmp_path)
    write_private(settings.redis_url_file, f"unix://{tmp_path}/none.sock")
    with pytest.raises(QueueError, match="nerloop is not running: start `nerloop up`"):
        connect(settings, clock=clock).ping()


def test_an_address_that_is_not_a_redis_url_is_refused_without_its_password(clock: Clock) -> None:
    settings = Settings(redis_url="http://user:secret@host")
    with pytest.raises(QueueError, match="redis://") as caught:
        connect(settings, clock=clock)
    assert "secret" not in str(caught.value)


def test_the_embedded_server_is_found_by_its_file(
    tmp_path: Path, valkey_url: str, clock: Clock
) -> None:
    settings = Settings(data_dir=tmp_path)
    write_private(settings.redis_url_file, valkey_url)
    assert stat.S_IMODE(settings.redis_url_file.stat().st_mode) == 0o600
    connect(settings, clock=clock).ping()
