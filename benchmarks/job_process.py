"""A job in a process of its own: how it is started, and how it runs in there."""

import _thread
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click
from pydantic import TypeAdapter

from ner.errors import NerloopError

J = TypeVar("J")
Say = Callable[[str], None]

# Seconds between two lines about a job that is still running.
LINE_SECONDS = 60.0


def run_job(kind: type[J], run: Callable[[J, Path], None]) -> None:
    """Runs the job and path in `sys.argv`, the job as JSON. Exits with one line on an error."""
    job = TypeAdapter(kind).validate_json(sys.argv[1])
    try:
        end_with_parent()
        run(job, Path(sys.argv[2]))
    except NerloopError as error:
        sys.exit(f"{job}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{job}: interrupted")


def end_with_parent() -> None:
    """Interrupts this process when standard input ends, which means that the parent has ended.

    A training that ran on would slow down those that are measured next.
    """
    # A shell makes its background jobs ignore SIGINT, and their child processes inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def watch() -> None:
        # Unbuffered: the lock of a buffer would still be held when the interpreter shuts down.
        os.read(sys.stdin.fileno(), 1)
        _thread.interrupt_main()

    threading.Thread(target=watch, daemon=True).start()


def to_stderr(line: str) -> None:
    """Prints a line about progress; standard output is for the table alone."""
    click.echo(line, err=True)


def clock(seconds: float) -> str:
    """The time as ``h:mm:ss``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def run_process(module: str, arguments: Sequence[str], say: Say) -> bool:
    """Runs `python -m MODULE ARGUMENT…`, with a line a minute; whether it succeeded."""
    command = [sys.executable, "-m", module, *arguments]
    began = time.monotonic()
    # The pipe is closed when this process ends, even if it is killed: see `end_with_parent`.
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        while (code := _wait(process)) is None:
            say(f"  {clock(time.monotonic() - began)} so far")
    return code == 0


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(LINE_SECONDS)
    except subprocess.TimeoutExpired:
        return None
