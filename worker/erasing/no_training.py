"""Keeps trainings away from texts that are erased, since a training writes some of its texts."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.orm import Session

from ner.errors import ErasureRefused
from ner.files import PRIVATE_FILE, PRIVATE_FOLDER
from worker.keeping.restore import interrupted_restores
from worker.settings import Settings
from worker.store.database import Store
from worker.store.training.runs import finish_run, is_alive, unfinished


@dataclass(frozen=True, slots=True)
class TrainingGuard:
    """Whether a process trains on this machine; none begins within `no_training` otherwise."""

    project: str
    host: str
    training_here: bool
    now: datetime

    def check(self, s: Session) -> None:
        """Raises ErasureRefused if a process works on a training of the project."""
        run = unfinished(s, self.project)
        if run and is_alive(run, host=self.host, running_here=self.training_here, now=self.now):
            raise ErasureRefused(
                f"run {run.id} of project {self.project!r} is training on {run.host} and would "
                "write texts again; erase once `nerloop status` shows that it has ended"
            )

    def end_abandoned_run(self, s: Session) -> bool:
        """Ends an unfinished run of a process that died, which would be resumed with its data."""
        self.check(s)
        run = unfinished(s, self.project)
        if run is None:
            return False
        error = "a document was erased while this run was interrupted"
        return finish_run(s, run.id, "failed", error=error, now=self.now)


@contextmanager
def no_training(
    settings: Settings, store: Store, project: str, *, host: str, now: datetime
) -> Iterator[TrainingGuard]:
    """Lets no training begin on this machine, ends what a dead one has left, and yields the guard.

    Another machine may begin one, so that a writer of erasures checks again. Raises ErasureRefused.
    """
    settings.data_dir.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    lock = FileLock(settings.data_dir / "training.lock", mode=PRIVATE_FILE)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        # Perhaps of another project, which does no harm.
        guard = TrainingGuard(project, host, True, now)
    else:
        guard = TrainingGuard(project, host, False, now)
    try:
        with store.begin() as s:
            guard.end_abandoned_run(s)
        _remove(settings.runs_dir / project)
        if not guard.training_here:  # then no restore runs either
            for left in interrupted_restores(settings):
                _remove(left)
        yield guard
    finally:
        lock.release()


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ErasureRefused(
            f"the folder {folder} may have the text and cannot be removed: "
            f"{error.strerror}; nothing was erased: remove it and erase again"
        ) from None
