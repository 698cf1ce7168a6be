"""Renews a run's lease in the store from a background thread."""

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread
from types import TracebackType

from ner.errors import StoreError, TrainingError
from worker.store.database import Store
from worker.store.training.runs import LEASE, Run, heartbeat

logger = logging.getLogger(__name__)

BEAT_SECONDS = LEASE.total_seconds() / 4


class Heartbeat:
    """A context manager that renews the run's lease until it exits. `clock` returns aware times."""

    def __init__(self, store: Store, run: Run, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._run = run
        self._clock = clock
        self._stop = Event()
        self._taken_over = False
        self._thread = Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        """Raises TrainingError when another process has taken the run over."""
        if self._taken_over:
            raise TrainingError(
                f"run {self._run.id} was taken over by another machine because this one sent no "
                f"heartbeat for {LEASE.total_seconds():.0f} s; the other machine finishes it"
            )

    def _beat(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            try:
                with self._store.begin() as session:
                    renewed = heartbeat(
                        session, self._run.id, self._clock(), attempt=self._run.attempt
                    )
            except Exception as error:  # whatever it is, the lease must be renewed after it
                said = error if isinstance(error, StoreError) else type(error).__name__
                logger.warning("run=%d no heartbeat: %s", self._run.id, said)
                continue
            self._taken_over = not renewed
