"""A job in a process of its own, as `benchmarks.running.run_process` starts it."""

import _thread
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from ner.errors import NerloopError

J = TypeVar("J")


def run_job(kind: type[J], run: Callable[[J, Path], None]) -> None:
    """Runs the job (JSON) with the path that the command line names; a failure is one line."""
    job = TypeAdapter(kind).validate_json(sys.argv[1])
    try:
        end_with_parent()
        run(job, Path(sys.argv[2]))
    except NerloopError as error:
        sys.exit(f"{job}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{job}: interrupted")


def end_with_parent() -> None:
    """Interrupts this process when standard input ends: nobody is left then to wait for the job.

    A training that went on would steal time from those that are measured next.
    """
    # A shell's background jobs ignore it, and so would this one.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def watch() -> None:
        # Unbuffered: a buffer's lock would still be held when the interpreter shuts down.
        os.read(sys.stdin.fileno(), 1)
        _thread.interrupt_main()

    threading.Thread(target=watch, daemon=True).start()
