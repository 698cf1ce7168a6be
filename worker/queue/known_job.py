"""RQ's job, restricted to the functions of nerloop.

RQ calls whatever function a job names, its callbacks and its webhooks. A worker knows Doccano's
password, so whoever could write to Redis could read it and run any program; a `KnownJob` runs
nothing else.
"""

from collections.abc import Callable
from typing import Any

from rq.job import Job
from rq.utils import import_attribute

from ner.errors import QueueError

TICK = "worker.queue.jobs.tick"
RETRAIN = "worker.queue.jobs.retrain"


class KnownJob(Job):  # type: ignore[misc]
    """A job of RQ that runs `TICK` or `RETRAIN`, without callbacks and webhooks."""

    @property
    def func(self) -> Callable[..., Any]:
        """The function to call. Raises QueueError if it is another one."""
        if self.func_name not in (TICK, RETRAIN):
            raise QueueError(
                f"the job {self.id} names the function {self.func_name}, which nerloop does not "
                "run; another program writes to this Redis, so give nerloop one of its own"
            )
        function: Callable[..., Any] = import_attribute(self.func_name)
        return function

    @property
    def success_callback(self) -> None:
        """Not called, whatever Redis says."""

    @property
    def failure_callback(self) -> None:
        """Not called, whatever Redis says."""

    @property
    def stopped_callback(self) -> None:
        """Not called, whatever Redis says."""

    def send_webhooks(self, *_arguments: object, **_named: object) -> None:
        """Sends nothing, whatever Redis says."""
