"""Runs work to which answers are preferred."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")

# The highest: loading a model takes seconds of both cores of a small machine.
NICENESS = 19


def run_at_low_priority(work: Callable[[], Result]) -> Result:
    """What `work` returns or raises, which runs in a thread of its own with the lowest priority.

    A thread that it starts has the lowest priority, too, and for good. Where threads have no
    priority of their own, which is everywhere but on Linux, it is the usual one.
    """
    future: Future[Result] = Future()

    def run() -> None:
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        try:
            future.set_result(work())
        except BaseException as error:  # whoever waits for it has to learn of it
            future.set_exception(error)

    # A daemon, because a stopped server does not wait for it.
    threading.Thread(target=run, name="low-priority", daemon=True).start()
    return future.result()
