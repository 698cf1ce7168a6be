"""The job of a worker that was killed is removed by the next one on its machine."""

import socket
from pathlib import Path

import pytest
from redis import Redis
from rq.serializers import JSONSerializer
from rq.worker import Worker

from ner.clock import utc_now
from worker.queue.dead_workers import remove_lost_jobs
from worker.queue.known_job import KnownJob
from worker.queue.queues import Enqueued, JobState, Queues, open_queue
from worker.settings import Settings

# A process that has ended: no process gets so high a number.
DEAD = 2**22 + 1


@pytest.fixture
def queues(valkey: Redis, tmp_path: Path) -> Queues:
    return Queues(valkey, Settings(data_dir=tmp_path), utc_now)


def working(valkey: Redis, queues: Queues, name: str, *, host: str, pid: int) -> Worker:
    """A worker of this process number that has begun the training of papers."""
    assert queues.enqueue("retrain", "papers") is Enqueued.NEW
    queue = open_queue("training", valkey)
    worker = Worker(
        [queue], name=name, connection=valkey, serializer=JSONSerializer, job_class=KnownJob
    )
    worker.hostname, worker.pid = host, pid
    worker.register_birth()
    job, _ = queue.dequeue_any(
        [queue], None, connection=valkey, job_class=KnownJob, serializer=JSONSerializer
    )
    worker.execution = worker.prepare_execution(job)
    worker.prepare_job_execution(job)
    return worker


def test_the_job_of_a_dead_worker_makes_room_for_a_new_one(valkey: Redis, queues: Queues) -> None:
    dead = working(valkey, queues, "dead", host=socket.gethostname(), pid=DEAD)
    assert queues.state("retrain", "papers") is JobState.RUNNING
    remove_lost_jobs(valkey, queues)
    assert queues.state("retrain", "papers") is None
    assert queues.enqueue("retrain", "papers") is Enqueued.NEW
    assert dead not in Worker.all(connection=valkey, serializer=JSONSerializer)


@pytest.mark.parametrize(
    ("host", "pid"), [("elsewhere", DEAD), (socket.gethostname(), 1)], ids=["elsewhere", "alive"]
)
def test_the_job_of_a_worker_that_may_live_is_left_alone(
    valkey: Redis, queues: Queues, host: str, pid: int
) -> None:
    working(valkey, queues, "living", host=host, pid=pid)
    remove_lost_jobs(valkey, queues)
    assert queues.state("retrain", "papers") is JobState.RUNNING


def test_a_job_that_another_worker_has_begun_since_is_left_alone(
    valkey: Redis, queues: Queues
) -> None:
    working(valkey, queues, "dead", host=socket.gethostname(), pid=DEAD)
    assert not queues.remove_lost("retrain-papers", "an earlier one")
    assert queues.state("retrain", "papers") is JobState.RUNNING
    assert queues.remove_lost("retrain-papers", "dead")
    assert not queues.remove_lost("retrain-papers", "dead")
    assert not queues.remove_lost("something-else", "dead")
