"""Removes the jobs of workers on this machine that were killed, before their leases end."""

import logging
import os
import socket

from redis import Redis
from rq.serializers import JSONSerializer
from rq.worker import Worker
from rq.worker_registration import unregister

from worker.queue.known_job import KnownJob
from worker.queue.queues import Queues

logger = logging.getLogger(__name__)


def remove_lost_jobs(connection: Redis, queues: Queues) -> None:
    """Removes what dead workers of this machine had begun, and forgets these workers.

    The next check decides when a training is resumed, which it cannot while the job seems to run.
    Call it before this process registers as a worker. The job of a worker on another machine, or of
    one whose number another process has got, seems to run until its lease ends. Raises the errors
    of Redis, and QueueError.
    """
    for worker in Worker.all(connection=connection, serializer=JSONSerializer, job_class=KnownJob):
        if worker.hostname != socket.gethostname() or _is_alive(worker.pid):
            continue
        identity = worker.get_current_job_id()
        if identity is not None and queues.remove_lost(identity, worker.name):
            logger.info("job=%s removed: its worker %s is dead", identity, worker.name)
        unregister(worker)
        connection.delete(worker.key)


def _is_alive(pid: int | None) -> bool:
    """Whether another process of this machine has this number.

    In a container a worker that was killed had the number of this process.
    """
    if pid is None:
        return True
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
