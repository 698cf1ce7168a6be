"""The process that runs jobs: RQ's worker, with a fresh Python process for each job.

Torch after a fork and the Trainer's precision, which is kept per process, are both traps, so jobs
do not share a process. RQ's own SpawnWorker writes the Redis password on the command line of the
new process, for every user of the machine to read; `worker.queue.work_horse` reads the settings
instead.
"""

import logging
import os
import socket
import sys
from collections.abc import Sequence

from redis.exceptions import RedisError
from rq.executions import Execution
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.worker import Worker

from ner.errors import QueueError
from worker.queue.queues import open_queue, open_redis
from worker.settings import Settings
from worker.store.database import open_store

logger = logging.getLogger(__name__)

MONITORING_SECONDS = 5
LEASE_SECONDS = 30


class LoopWorker(Worker):  # type: ignore[misc]
    """Runs jobs one after the other. Stopping it stops its job: every job can be done again."""

    max_connection_wait_time = 5.0
    log_result_lifespan = False
    stopped = False

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Starts a new Python for the job, in a process group of its own."""
        arguments = [self.name, queue.name, job.id, self.execution.id, str(os.getpid())]
        # -P: a folder called `worker` where somebody starts this must not be taken for ours.
        command = [sys.executable, "-P", "-m", "worker.queue.work_horse", *arguments]
        self._horse_pid = os.posix_spawn(sys.executable, command, _job_environment(), setpgroup=0)
        if self.stopped:
            self.kill_horse()

    def handle_warm_shutdown_request(self) -> None:
        """Stops the job at once. A training would take hours; its next run resumes it."""
        self.stopped = True
        if self.horse_pid:
            logger.info(
                "worker=%s stopping with a job unfinished: the next tick redoes it", self.name
            )
            self.kill_horse()

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:  # noqa: ARG002
        """Seconds until a job counts as abandoned when its worker is gone; RQ takes 90."""
        return LEASE_SECONDS

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """As RQ, but Redis may be away for a while: a training need not die of that."""
        try:
            super().maintain_heartbeats(job, execution)
        except RedisError as error:
            logger.warning("job=%s goes on without Redis: %s", job.id, error)


def _job_environment() -> dict[str, str]:
    """OpenMP's threads wait asleep, not spinning: a training shares the cores with what answers."""
    return {"OMP_WAIT_POLICY": "PASSIVE", **os.environ}


def is_working(settings: Settings) -> bool:
    """Whether a worker of this machine is registered and gives signs of life.

    Raises QueueError when Redis cannot be reached.
    """
    try:
        workers = Worker.all(connection=open_redis(settings), serializer=JSONSerializer)
    except RedisError as error:
        raise QueueError(f"Redis cannot be used: {error}; check NERLOOP_REDIS_URL") from None
    return any(worker.hostname == socket.gethostname() for worker in workers)


def run_worker(settings: Settings, queues: Sequence[str]) -> None:
    """Runs jobs of these queues, the first ones first, until SIGINT or SIGTERM.

    Raises QueueError when Redis cannot be reached or was lost for good, StoreError as `open_store`.
    """
    open_store(settings.resolved_store_url).close()
    connection = open_redis(settings)
    try:
        worker = LoopWorker(
            [open_queue(name, connection) for name in queues],
            name=f"{socket.gethostname()}.{os.getpid()}",
            connection=connection,
            serializer=JSONSerializer,
            job_monitoring_interval=MONITORING_SECONDS,
        )
        logger.info("worker=%s queues=%s started", worker.name, ",".join(queues))
        worker.work(logging_level="DEBUG" if settings.log_level == "DEBUG" else "WARNING")
    except RedisError as error:
        raise QueueError(
            f"the worker lost Redis: {error}; start it again once Redis is up"
        ) from None
    if not worker.stopped:
        raise QueueError("the worker stopped on a failure, see the lines above; start it again")
    logger.info("worker=%s stopped", worker.name)
