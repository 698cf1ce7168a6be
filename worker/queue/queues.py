"""The two queues and their unique jobs, `tick-<project>` and `retrain-<project>`.

The state is in the store, not in the jobs: losing a job costs time, running one twice changes
nothing. A job that can no longer run (finished, failed, or left by a dead worker) therefore never
blocks a new job with its id.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Literal

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import WatchError
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.results import Result
from rq.serializers import JSONSerializer
from rq.utils import as_text

from worker.progress import JobProgress
from worker.queue.known_job import RETRAIN, TICK, KnownJob
from worker.redis_connection import mapped_errors, open_redis
from worker.settings import Settings

logger = logging.getLogger(__name__)

JobName = Literal["tick", "retrain"]
QueueName = Literal["default", "training"]
QUEUE_NAMES: tuple[QueueName, ...] = ("default", "training")

# RQ's own defaults (180 seconds, a year for failures) fit neither kind of job.
RESULT_SECONDS = 3_600
FAILURE_SECONDS = 86_400
WAITING_SECONDS = 86_400
# Between taking a job off the queue and recording that it runs, a worker needs a fraction of a
# second. A job that is in this state for longer than this was lost with its worker.
STARTING_SECONDS = 30


class JobState(StrEnum):
    """State of a job. ENDED: it has ended or was lost, and a new one may replace it."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"


class Enqueued(StrEnum):
    """Result of enqueueing: a new job, or the state of the one that exists already."""

    NEW = "new"
    WAITING = "waiting"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class _JobKind:
    queue: QueueName
    function: str
    timeout: int


class Queues:
    """The queues of one Redis. Every method raises QueueError when Redis cannot be used."""

    def __init__(
        self, connection: Redis, settings: Settings, clock: Callable[[], datetime]
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._clock = clock
        self._kinds: dict[JobName, _JobKind] = {
            "tick": _JobKind("default", TICK, settings.job_timeout_seconds),
            "retrain": _JobKind("training", RETRAIN, settings.training_timeout_seconds),
        }

    def ping(self) -> None:
        """Returns when Redis answers."""
        with mapped_errors(self._settings):
            self._connection.ping()

    def enqueue(self, name: JobName, project: str, *, force: bool = False) -> Enqueued:
        """Enqueues the project's job of that name, unless it waits or runs already.

        `force` is for `retrain` only: it trains even if the same documents were trained on before.
        """
        with mapped_errors(self._settings):
            return self._enqueue(name, project, ("force",) if force else ())

    def remove_lost(self, identity: str, worker: str) -> bool:
        """Removes a job that seems to run, if it is still that of this dead worker."""
        name = identity.partition("-")[0]
        if name not in self._kinds:
            return False
        with mapped_errors(self._settings), self._connection.pipeline() as pipeline:
            queue = self._queue(name)
            pipeline.watch(Job.key_for(identity))  # type: ignore[no-untyped-call]
            job = queue.fetch_job(identity)
            if job is None or job.worker_name != worker:
                return False
            self._remove(pipeline, queue, identity)
        return True

    def state(self, name: JobName, project: str) -> JobState | None:
        """Returns the state of that job, None when it does not exist."""
        with mapped_errors(self._settings):
            return self._state(self._queue(name), job_id(name, project))

    def progress(self, project: str) -> JobProgress | None:
        """Returns the progress of the project's training.

        None when none is running or when it has not reported any yet.
        """
        identity = job_id("retrain", project)
        with mapped_errors(self._settings):
            if self._state(self._queue("retrain"), identity) != JobState.RUNNING:
                return None
            meta = self._connection.hget(Job.key_for(identity), "meta")
        return JobProgress.from_meta(json.loads(meta)) if meta else None

    def _enqueue(self, name: JobName, project: str, flags: tuple[str, ...]) -> Enqueued:
        kind, queue, identity = self._kinds[name], self._queue(name), job_id(name, project)
        while True:
            state = self._remove_ended(queue, identity)
            if state is not None:
                return Enqueued(state)
            try:
                queue.enqueue_call(
                    kind.function,
                    args=(project,),
                    kwargs=dict.fromkeys(flags, True),
                    job_id=identity,
                    unique=True,
                    timeout=kind.timeout,
                    ttl=WAITING_SECONDS,
                    result_ttl=RESULT_SECONDS,
                    failure_ttl=FAILURE_SECONDS,
                    description=identity,
                )
            except DuplicateJobError:
                continue
            logger.debug("job=%s queue=%s enqueued", identity, queue.name)
            return Enqueued.NEW

    def _remove_ended(self, queue: Queue, identity: str) -> JobState | None:
        """Removes an ENDED job; returns the state of one that waits or runs, else None."""
        while True:
            with self._connection.pipeline() as pipeline:
                # The transaction fails if another process changes the job in the meantime.
                pipeline.watch(Job.key_for(identity))  # type: ignore[no-untyped-call]
                state = self._state(queue, identity)
                if state in (JobState.WAITING, JobState.RUNNING):
                    return state
                try:
                    self._remove(pipeline, queue, identity)
                except WatchError:
                    continue
                if state:
                    logger.debug("job=%s removed for a new one", identity)
                return None

    def _state(self, queue: Queue, identity: str) -> JobState | None:
        raw = self._connection.hmget(Job.key_for(identity), "status", "enqueued_at")
        if raw == [None, None] and not self._connection.exists(Job.key_for(identity)):
            return None
        status, enqueued_at = (as_text(value or b"") for value in raw)
        if status == "started":
            return JobState.RUNNING if self._is_executing(queue, identity) else JobState.ENDED
        if status != "queued":
            return JobState.ENDED
        if self._connection.lpos(queue.key, identity) is not None:
            return JobState.WAITING
        if self._is_executing(queue, identity) or self._is_recent(enqueued_at):
            return JobState.RUNNING
        return JobState.ENDED

    def _is_executing(self, queue: Queue, identity: str) -> bool:
        """Whether a worker's lease on the job is valid; the worker renews it while the job runs."""
        now = self._clock().timestamp()
        return bool(self._executions(queue, identity, since=now))

    def _executions(self, queue: Queue, identity: str, *, since: float) -> list[str]:
        """Returns the job's executions as RQ names them, `<job id>:<execution id>`.

        Only those whose lease ends after `since`, in seconds since the epoch.
        """
        key = queue.started_job_registry.key
        members = map(as_text, self._connection.zrangebyscore(key, since, "+inf"))
        return [member for member in members if member.rpartition(":")[0] == identity]

    def _is_recent(self, enqueued_at: str) -> bool:
        if not enqueued_at:
            return False
        age = self._clock() - datetime.fromisoformat(enqueued_at).astimezone(UTC)
        return abs(age) < timedelta(seconds=STARTING_SECONDS)

    def _remove(self, pipeline: Pipeline, queue: Queue, identity: str) -> None:
        """Removes all keys of a job, also those that RQ's Job.delete leaves.

        RQ would take these for the new job's: it fails a *running* job when an old execution under
        its id expires, and a *waiting* one whose id is still in the intermediate queue.
        """
        started = queue.started_job_registry.key
        executions = self._executions(queue, identity, since=0)
        pipeline.multi()
        for registry in (queue.finished_job_registry, queue.failed_job_registry):
            pipeline.zrem(registry.key, identity)
        for execution in executions:
            pipeline.zrem(started, execution)
            pipeline.delete(f"rq:execution:{execution}")
        intermediate = queue.intermediate_queue
        for queue_key in (queue.key, intermediate.key):
            pipeline.lrem(queue_key, 0, identity)
        job = Job(identity, connection=self._connection, serializer=JSONSerializer)
        pipeline.delete(
            job.key,
            job.dependents_key,
            job.dependencies_key,
            job.execution_registry.key,
            Result.get_key(identity),
            intermediate.get_first_seen_key(identity),
        )
        pipeline.execute()

    def _queue(self, name: JobName) -> Queue:
        return open_queue(self._kinds[name].queue, self._connection)


def job_id(name: JobName, project: str) -> str:
    """Returns the id of a project's job, of which RQ keeps one at a time."""
    return f"{name}-{project}"


def open_queue(name: str, connection: Redis) -> Queue:
    """Returns RQ's queue of that name, with JSON instead of pickle."""
    return Queue(name, connection=connection, serializer=JSONSerializer, job_class=KnownJob)


def connect(settings: Settings, *, clock: Callable[[], datetime]) -> Queues:
    """Returns the queues at NERLOOP_REDIS_URL or at the embedded server of `nerloop up`.

    Connects at first use. Raises QueueError when there is no address or it is not a Redis URL.
    """
    return Queues(open_redis(settings), settings, clock)
