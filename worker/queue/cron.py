"""The process that has every project checked: at intervals, and soon after an auto-label call.

An own loop, because RQ's CronScheduler (3.0.0) pickles its jobs' arguments and cannot ask for a
unique one, so that a slow project would pile up checks of itself. Several of these may run at once:
a check that waits already is not doubled.
"""

import logging
import socket
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from ner.errors import NerloopError, QueueError, StoreError
from worker.queue.queues import Enqueued, Queues
from worker.settings import Settings
from worker.store.database import Store
from worker.store.served import LastCall, last_call

logger = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
STALLED_SECONDS = 60.0
# How often a lasting outage is said again.
REMINDER = timedelta(minutes=5)


class ProjectSchedule:
    """When one project is due. Nothing is kept: after a restart the first poll makes up for it."""

    def __init__(self, first_poll: datetime, poll: timedelta, quiet: timedelta) -> None:
        self._next_poll = first_poll
        self._poll = poll
        self._quiet = quiet
        self._seen_id: int | None = None

    def is_due(self, now: datetime, call: LastCall | None) -> bool:
        """Whether a check should be enqueued now. `call` is the project's newest auto-label call.

        A call means that a reviewer has just left another document, maybe ticked. It counts once,
        when no further call has followed for the quiet time: a person who leafs through documents
        causes one check.
        """
        return now >= self._next_poll or self._is_hinted(now, call)

    def enqueued(self, now: datetime, call: LastCall | None) -> None:
        """Notes that a check which began after `call` is on its way."""
        if now >= self._next_poll:
            self._next_poll = now + self._poll
        self._seen_id = call.id if call else 0

    def _is_hinted(self, now: datetime, call: LastCall | None) -> bool:
        if self._seen_id is None:
            self._seen_id = call.id if call else 0
        if call is None or call.id <= self._seen_id:
            return False
        return now - call.served_at >= self._quiet


class Cron:
    """The loop over all projects. `clock` gives aware times."""

    def __init__(
        self, store: Store, queues: Queues, settings: Settings, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._queues = queues
        self._clock = clock
        self._schedules = _spread(settings, clock())
        self._outage = Outage()
        self._beat_file = beat_file(settings)

    def run(self, stop: Event) -> None:
        """Beats once a second until `stop` is set; an outage of Redis or the store is sat out."""
        logger.info("cron projects=%s started", ",".join(self._schedules))
        while not stop.is_set():
            self.beat()
            self._beat_file.touch()
            stop.wait(BEAT_SECONDS)
        logger.info("cron stopped")

    def beat(self) -> None:
        """Enqueues a check of every project that is due."""
        now = self._clock()
        try:
            for project, schedule in self._schedules.items():
                self._check(project, schedule, now)
        except (QueueError, StoreError) as error:
            self._outage.noticed(error, now)
        else:
            self._outage.over(now)

    def _check(self, project: str, schedule: ProjectSchedule, now: datetime) -> None:
        with self._store.read() as session:
            call = last_call(session, project)
        if not schedule.is_due(now, call):
            return
        # A check under way may have looked at that document already: then ask again in a second.
        if self._queues.enqueue("tick", project) != Enqueued.RUNNING:
            schedule.enqueued(now, call)


class Outage:
    """Says once that something is away, now and then that it still is, and once that it is back."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._said: datetime | None = None

    def noticed(self, error: NerloopError, now: datetime) -> None:
        """Something did not answer."""
        self._since = self._since or now
        if self._said is None or now - self._said >= REMINDER:
            self._said = now
            away = (now - self._since).total_seconds()
            logger.warning("outage seconds=%.0f, trying again every second: %s", away, error)

    def over(self, now: datetime) -> None:
        """Everything answered."""
        if self._since is not None:
            away = (now - self._since).total_seconds()
            logger.info("outage over after seconds=%.0f, nothing was lost", away)
        self._since = self._said = None


def beat_file(settings: Settings) -> Path:
    """Touched at every beat of a cron on this machine, so that a health check sees it alive."""
    return settings.data_dir / f"cron-{socket.gethostname()}.beat"


def is_beating(settings: Settings, now: datetime) -> bool:
    """Whether a cron of this machine has done its round within the last minute."""
    try:
        touched = beat_file(settings).stat().st_mtime
    except FileNotFoundError:
        return False
    return now.timestamp() - touched < STALLED_SECONDS


def _spread(settings: Settings, start: datetime) -> dict[str, ProjectSchedule]:
    """A phase of its own for each project, so that they do not all ask Doccano at once."""
    names: Sequence[str] = sorted(settings.projects)
    poll = timedelta(seconds=settings.poll_seconds)
    quiet = timedelta(seconds=settings.hint_seconds)
    return {
        project: ProjectSchedule(start + poll * index / len(names), poll, quiet)
        for index, project in enumerate(names)
    }
