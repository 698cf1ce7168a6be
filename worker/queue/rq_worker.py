"""The process that runs jobs: RQ's worker, with a process of its own for each job.

A check is forked from the worker, which has imported what it needs, so that it costs what it does.
A training gets a new Python process, because torch is not safe after a fork and the Trainer keeps
its precision for the whole process. RQ's own SpawnWorker puts the Redis password on the command
line of the new process, where every user of the machine can read it; `worker.queue.work_horse`
reads the settings instead.
"""

import logging
import os
import secrets
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime
from typing import Any

from redis.client import Pipeline
from redis.exceptions import RedisError
from rq.executions import Execution
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.worker import Worker
from rq.worker_registration import register

from ner.clock import utc_now
from ner.errors import NerloopError, QueueError
from worker.logs import LIFECYCLE
from worker.queue.dead_workers import remove_lost_jobs
from worker.queue.jobs import prepare_checks
from worker.queue.known_job import KnownJob
from worker.queue.parent_death import die_with_parent
from worker.queue.queues import QueueName, Queues, open_queue
from worker.redis_connection import mapped_errors, open_redis
from worker.settings import Settings
from worker.store.database import open_store
from worker.store.models_folder import claim_models_folder, other_models_folder

logger = logging.getLogger(__name__)
lifecycle = logging.getLogger(LIFECYCLE)

MONITORING_SECONDS = 5
LEASE_SECONDS = 30
# An idle worker waits for a job for 15 seconds less than this, then sends a heartbeat. RQ's default
# lets a worker that was killed count as alive for eight minutes.
WORKER_SECONDS = 25
CHECKS: QueueName = "default"
TRAININGS: QueueName = "training"


class LoopWorker(Worker):  # type: ignore[misc]
    """Runs jobs one after the other. Stopping it stops its job: every job can be run again."""

    max_connection_wait_time = 5.0
    log_result_lifespan = False
    stopped = False

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Starts the job's process, in its own process group."""
        if queue.name == CHECKS:
            self._horse_pid = self._fork(job, queue)
        else:
            self._horse_pid = self._spawn(job, queue)
        if self.stopped:
            self.kill_horse()

    def _fork(self, job: Job, queue: Queue) -> int:
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            try:
                os.setpgid(0, 0)
                die_with_parent(parent, signal.SIGKILL)
                self.main_work_horse(job, queue)
            finally:
                os._exit(1)
        # By both processes: killing a job that is not in its group yet would kill the worker's.
        with suppress(ProcessLookupError, PermissionError):
            os.setpgid(child, 0)
        return child

    def _spawn(self, job: Job, queue: Queue) -> int:
        arguments = [self.name, queue.name, job.id, self.execution.id, str(os.getpid())]
        # -P: a folder named `worker` in the working directory must not be imported.
        command = [sys.executable, "-P", "-m", "worker.queue.work_horse", *arguments]
        return os.posix_spawn(sys.executable, command, job_environment(), setpgroup=0)

    def handle_warm_shutdown_request(self) -> None:
        """Stops the job at once: a training may take hours, and the next job resumes it."""
        self.stopped = True
        # RQ warns of a process that "terminated unexpectedly", which this one does not.
        self.log.setLevel(logging.ERROR)
        if self.horse_pid:
            logger.info(
                "worker=%s stopping with a job unfinished: the next tick enqueues it again",
                self.name,
            )
            self.kill_horse()

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Logs a job's error in one line.

        RQ's own log has the traceback, whose message can contain the text of a document.
        """
        logger.error("job=%s failed: %s", job.id, _described(exc_info[1]))

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: Any = None,
        exc_string: str = "",
        execution: Execution | None = None,
    ) -> None:
        """Like RQ's, but Redis gets the error in one line, without a traceback."""
        error = sys.exc_info()[1]
        said = exc_string if error is None else _described(error)
        super().handle_job_failure(job, queue, started_job_registry, said, execution)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Like RQ's, and registers the worker again: a Redis that was restarted may know none."""
        super().heartbeat(timeout, pipeline=pipeline)
        if self.birth_date is None:  # the process of a job, which was never registered
            return
        connection = self.connection if pipeline is None else pipeline
        connection.hset(self.key, mapping=self.serialize())
        register(self, connection)

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:  # noqa: ARG002
        """Seconds until the job of a dead worker counts as abandoned; RQ's default is 90."""
        return LEASE_SECONDS

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Like RQ's, but without an error when Redis is unavailable, which would end the job."""
        try:
            super().maintain_heartbeats(job, execution)
        except RedisError as error:
            logger.warning("job=%s continues without Redis: %s", job.id, error)


def _described(error: BaseException) -> str:
    """The message of an error of nerloop; of others, which may quote texts, kind and place."""
    if isinstance(error, NerloopError):
        return str(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {frame.filename}:{frame.lineno}"


def job_environment() -> dict[str, str]:
    """The environment of a job's process.

    OpenMP's threads wait without spinning, because a training shares the cores with the server.
    """
    return {"OMP_WAIT_POLICY": "PASSIVE", **os.environ}


def is_working(settings: Settings, now: datetime) -> bool:
    """Whether a worker on this machine is alive; see `working_hosts`."""
    return socket.gethostname() in working_hosts(settings, now)


def working_hosts(settings: Settings, now: datetime) -> list[str]:
    """The hosts of the workers that have sent a heartbeat within `LEASE_SECONDS`.

    Raises QueueError when Redis cannot be reached.
    """
    with mapped_errors(settings):
        workers = Worker.all(connection=open_redis(settings), serializer=JSONSerializer)
    return sorted(
        {
            str(worker.hostname)
            for worker in workers
            if worker.last_heartbeat is not None
            and abs(now - worker.last_heartbeat).total_seconds() < LEASE_SECONDS
        }
    )


def _new_name() -> str:
    """A name that no worker had before.

    In a container a worker is always process 1, and its host name may be fixed.
    """
    return f"{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(4)}"


def _check_models_folder(settings: Settings, *, trains: bool) -> None:
    """Warns of a models folder that is not shared; the one of a worker that `trains` is the one."""
    folder, host = settings.models_dir, socket.gethostname()
    with closing(open_store(settings.resolved_store_url)) as store, store.begin() as s:
        if other := other_models_folder(s, folder, host):
            logger.warning("%s", other)
        if trains:
            claim_models_folder(s, folder, host)


def run_worker(settings: Settings, queues: Sequence[str]) -> None:
    """Runs the jobs of these queues, those of earlier queues first, until SIGINT or SIGTERM.

    Raises QueueError when Redis cannot be reached or stays unavailable, StoreError like
    `open_store`.
    """
    _check_models_folder(settings, trains=TRAININGS in queues)
    if CHECKS in queues:
        prepare_checks(settings)
    connection = open_redis(settings)
    try:
        remove_lost_jobs(connection, Queues(connection, settings, utc_now))
        worker = LoopWorker(
            [open_queue(name, connection) for name in queues],
            name=_new_name(),
            connection=connection,
            serializer=JSONSerializer,
            job_class=KnownJob,
            job_monitoring_interval=MONITORING_SECONDS,
            worker_ttl=WORKER_SECONDS,
        )
        lifecycle.info("worker=%s queues=%s started", worker.name, ",".join(queues))
        worker.work(logging_level="DEBUG" if settings.log_level == "DEBUG" else "WARNING")
    except RedisError as error:
        raise QueueError(
            f"the worker lost Redis: {error}; start it again once Redis is up"
        ) from None
    if not worker.stopped:
        raise QueueError("the worker stopped because of the error shown above; start it again")
    lifecycle.info("worker=%s stopped", worker.name)
