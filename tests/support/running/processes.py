"""Runs nerloop's processes in tests and waits for their effects."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
# Long, because a loaded machine may be slow; only a broken program waits this long.
PATIENCE_SECONDS = 180.0
PROGRAM = ("-P", "-m", "server.cli")


def wait_until(what: str, look: Callable[[], T | None]) -> T:
    """Calls `look` until its result is true, and returns it. Raises AssertionError with `what`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if result := look():
            return result
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE_SECONDS:.0f} s for {what}")


def found(folder: Path, pattern: str) -> list[Path]:
    """What matches below the folder, while a process may remove folders that are looked into.

    `Path.glob` raises FileNotFoundError then.
    """
    return [folder / name for name in glob(pattern, root_dir=folder, recursive=True)]  # noqa: PTH207


@contextmanager
def nerloop(
    *arguments: str,
    settings: Mapping[str, str],
    folder: Path,
    program: Sequence[str] = PROGRAM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs `nerloop` with these arguments in `folder`; kills it when the block ends.

    `settings` are those of `NERLOOP_…`, by the lower-case rest of the name. Its output is in
    `folder`/output. `program` has Python's arguments.
    """
    # A tiny model is slower on several threads than on one.
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    environment |= {f"NERLOOP_{name.upper()}": value for name, value in settings.items()}
    with (folder / "output").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
