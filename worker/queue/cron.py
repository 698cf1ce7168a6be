"""The process that enqueues checks of every project: at intervals, and after auto-label calls.

RQ's CronScheduler (3.0.0) is not used: it pickles the arguments of its jobs and cannot enqueue
unique jobs, so that the checks of a slow project would accumulate. Several of these processes may
run at once: a check that already waits is not enqueued again.
"""

import logging
import socket
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from ner.errors import NerloopError, QueueError, StoreError
from worker.logs import LIFECYCLE
from worker.queue.queues import Enqueued, Queues
from worker.settings import Settings
from worker.store.database import Store
from worker.store.served import LastCall, last_call

logger = logging.getLogger(__name__)
lifecycle = logging.getLogger(LIFECYCLE)

BEAT_SECONDS = 1.0
STALLED_SECONDS = 60.0
BEAT_PREFIX, BEAT_SUFFIX = "cron-", ".beat"
# How often a continuing outage is logged.
OUTAGE_LOG_INTERVAL = timedelta(minutes=5)


class ProjectSchedule:
    """Decides when one project is due.

    Nothing is stored: after a restart, the first poll covers what was missed.
    """

    def __init__(self, first_poll: datetime, poll: timedelta, quiet: timedelta) -> None:
        self._next_poll = first_poll
        self._poll = poll
        self._quiet = quiet
        self._seen_id: int | None = None

    def is_due(self, now: datetime, call: LastCall | None) -> bool:
        """Whether a check should be enqueued now. `call` is the project's newest auto-label call.

        A call means that a reviewer has opened a document, and may have ticked another one before.
        It makes the project due once no further call has followed for the quiet time, so that
        paging through documents causes one check.
        """
        return self._is_polled(now) or self._is_hinted(now, call)

    def enqueued(self, now: datetime, call: LastCall | None) -> None:
        """Records that a check was enqueued which will start after `call`."""
        if self._is_polled(now):
            self._next_poll = now + self._poll
        self._seen_id = call.id if call else 0

    def _is_polled(self, now: datetime) -> bool:
        """Whether the interval is over, or was set by a clock that was ahead."""
        return now >= self._next_poll or self._next_poll - now > self._poll

    def _is_hinted(self, now: datetime, call: LastCall | None) -> bool:
        if self._seen_id is None:
            self._seen_id = call.id if call else 0
        if call is None or call.id <= self._seen_id:
            return False
        # A call of a clock that was ahead is none to wait for either.
        return abs(now - call.served_at) >= self._quiet


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
        """Calls `beat` once a second until `stop` is set, also while Redis or the store is down."""
        lifecycle.info("cron projects=%s started", ",".join(self._schedules))
        while not stop.is_set():
            self.beat()
            self._beat_file.touch()
            stop.wait(BEAT_SECONDS)
        self._beat_file.unlink(missing_ok=True)
        lifecycle.info("cron stopped")

    def beat(self) -> None:
        """Enqueues a check of every project that is due."""
        now = self._clock()
        try:
            for project, schedule in self._schedules.items():
                self._check(project, schedule, now)
        except (QueueError, StoreError) as error:
            self._outage.record_failure(error, now)
        else:
            self._outage.record_success(now)

    def _check(self, project: str, schedule: ProjectSchedule, now: datetime) -> None:
        with self._store.read() as session:
            call = last_call(session, project)
        if not schedule.is_due(now, call):
            return
        # A running check may have read the document before its tick: try again at the next beat.
        if self._queues.enqueue("tick", project) != Enqueued.RUNNING:
            schedule.enqueued(now, call)


class Outage:
    """Logs an outage when it begins, at intervals while it lasts, and when it is over."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._logged_at: datetime | None = None

    def record_failure(self, error: NerloopError, now: datetime) -> None:
        """Begins or continues an outage."""
        self._since = self._since or now
        if self._logged_at is None or now - self._logged_at >= OUTAGE_LOG_INTERVAL:
            self._logged_at = now
            seconds = (now - self._since).total_seconds()
            logger.warning("outage seconds=%.0f, trying again every second: %s", seconds, error)

    def record_success(self, now: datetime) -> None:
        """Ends an outage, if there is one."""
        if self._since is not None:
            seconds = (now - self._since).total_seconds()
            logger.info("outage over after seconds=%.0f, nothing was lost", seconds)
        self._since = self._logged_at = None


def beat_file(settings: Settings) -> Path:
    """The file that a cron on this machine touches at every beat, for the health check."""
    return settings.data_dir / f"{BEAT_PREFIX}{socket.gethostname()}{BEAT_SUFFIX}"


def is_beating(settings: Settings, now: datetime) -> bool:
    """Whether a cron on this machine is alive; see `beating_hosts`."""
    return socket.gethostname() in beating_hosts(settings, now)


def beating_hosts(settings: Settings, now: datetime) -> list[str]:
    """The hosts with this data directory whose cron has finished a beat within the last minute."""
    files = settings.data_dir.glob(f"{BEAT_PREFIX}*{BEAT_SUFFIX}")
    return sorted(
        file.name.removeprefix(BEAT_PREFIX).removesuffix(BEAT_SUFFIX)
        for file in files
        if abs(now.timestamp() - _touched_at(file)) < STALLED_SECONDS
    )


def _touched_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # the cron has just stopped
        return 0.0


def _spread(settings: Settings, start: datetime) -> dict[str, ProjectSchedule]:
    """Spreads the first polls over an interval, so that not all projects ask Doccano at once."""
    names: Sequence[str] = sorted(settings.projects)
    poll = timedelta(seconds=settings.poll_seconds)
    quiet = timedelta(seconds=settings.hint_seconds)
    return {
        project: ProjectSchedule(start + poll * index / len(names), poll, quiet)
        for index, project in enumerate(names)
    }
