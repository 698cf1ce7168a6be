"""Staging folders: hidden until they are finished, removed when their process was killed.

A process holds a lock on a file beside the content until it ends; the kernel releases the lock with
the process. A staging folder whose lock can be acquired is therefore abandoned.
"""

import shutil
import uuid
from pathlib import Path

from filelock import FileLock, Timeout

from ner.files import PRIVATE_FILE, TEMPORARY

_LOCK_FILE = "lock"


class Staging:
    """One staging folder; `content` is published by a rename.

    Make and sweep staging folders only while holding the lock of the folder that they are in: a new
    one looks abandoned until it is locked.
    """

    def __init__(self, parent: Path) -> None:
        self._folder = parent / f"{TEMPORARY}{uuid.uuid4().hex}"
        self.content = self._folder / "content"
        self.content.mkdir(parents=True)
        self._lock = FileLock(self._folder / _LOCK_FILE, mode=PRIVATE_FILE, thread_local=False)
        self._lock.acquire()

    def close(self) -> None:
        """Removes what was not published."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.release()


def sweep(parent: Path, *, ignore_errors: bool = True) -> None:
    """Removes what killed processes left in `parent`: staging folders and unfinished files.

    With `ignore_errors`, folders that cannot be removed stay, for the next call.
    """
    for path in parent.glob(f"{TEMPORARY}*"):
        if not path.is_dir():
            path.unlink(missing_ok=True)
        elif _is_abandoned(path):
            shutil.rmtree(path, ignore_errors=ignore_errors)


def _is_abandoned(folder: Path) -> bool:
    lock = folder / _LOCK_FILE
    if not lock.exists():
        return True
    try:
        with FileLock(lock, mode=PRIVATE_FILE).acquire(blocking=False):
            return True
    except Timeout:
        return False
    except FileNotFoundError:  # closed in the meantime
        return True
