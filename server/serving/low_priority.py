"""Runs work to which answers are preferred."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")

# Not higher: some of the work holds Python's lock, without which no answer is made, and beside
# other busy programs it would hardly run.
NICENESS = 10


def run_at_low_priority(work: Callable[[], Result]) -> Result:
    """What `work` returns or raises, which runs in a thread of its own with a low priority.

    A thread that it starts has the low priority, too, and for good. Where threads have no
    priority of their own, which is everywhere but on Linux, it is the usual one.
    """
    future: Future[Result] = Future()

    def run() -> None:
        if sys.platform == "linux":
            with suppress(OSError):  # a sandbox may forbid it
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        try:
            future.set_result(work())
        except BaseException as error:  # whoever waits for it has to learn of it
            future.set_exception(error)

    # A daemon, because a stopped server does not wait for it.
    threading.Thread(target=run, name="low-priority", daemon=True).start()
    return future.result()
