"""Folders in the making: invisible until finished, swept once their maker is dead.

A maker holds a lock on a file beside the content for as long as it lives; the kernel drops the
lock with the process. A folder whose lock can be taken has therefore no maker any more.
"""

import fcntl
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

PREFIX = ".tmp-"
_LOCK_FILE = "lock"


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Holds an exclusive lock on `path` across processes and threads; waits until it is free."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Staging:
    """One folder in the making; `content` is what will be published by a rename.

    Make and sweep such folders while holding the lock of the folder that they are in: between
    its making and its locking a new one looks abandoned.
    """

    def __init__(self, parent: Path) -> None:
        self._folder = parent / f"{PREFIX}{uuid.uuid4().hex}"
        self.content = self._folder / "content"
        self.content.mkdir(parents=True)
        self._lock = (self._folder / _LOCK_FILE).open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def close(self) -> None:
        """Removes what was not published."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.close()


def sweep(parent: Path) -> None:
    """Removes what dead makers left in `parent`: folders in the making, and unfinished files."""
    for path in parent.glob(f"{PREFIX}*"):
        if not path.is_dir():
            path.unlink(missing_ok=True)
        elif _is_abandoned(path):
            shutil.rmtree(path, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    try:
        lock: TextIO = (folder / _LOCK_FILE).open("a")
    except FileNotFoundError:
        return True
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
