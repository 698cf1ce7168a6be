"""Decides when a project is trained: pure functions that give their reasons as sentences.

README.md documents these rules for users.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.settings import RetrainSettings
from worker.wording import counted, in_words

LONGEST_BACKOFF = timedelta(days=1)
RESUMED_AT_ONCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainState:
    """The state of a project at a tick.

    Changes are counted since the last finished run; `oldest_change_at` and `newest_change_at` are
    None without changes. `finished_as` is the verdict (``promoted`` or ``refused``) of an earlier
    run on the same data with the same parameters, None without one. `warm_refused` is true if the
    last finished run was a warm challenger that was refused, so that a training from scratch is
    due. `attempts` counts the processes that have worked on the unfinished run, and
    `last_heartbeat_at` is the time of its last heartbeat.
    """

    changed_documents: int
    oldest_change_at: datetime | None
    newest_change_at: datetime | None
    training_documents: int
    training_spans: int
    running: bool = False
    unfinished: bool = False
    attempts: int = 0
    last_heartbeat_at: datetime | None = None
    finished_as: str | None = None
    warm_refused: bool = False
    failures: int = 0
    last_failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to train now, and why or why not."""

    go: bool
    reasons: tuple[str, ...]


def decide_retrain(
    state: RetrainState, settings: RetrainSettings, now: datetime, *, forced: bool = False
) -> Decision:
    """Decides whether a run is started, or the unfinished one resumed, at this tick.

    `forced` (a person asked for a training) overrides every reason to wait except a running
    training and a training side without spans.
    """
    if state.running:
        return Decision(False, ("a training of this project is running",))
    if state.unfinished:
        return _decide_resume(state, settings, now, forced=forced)
    if state.training_spans == 0:
        return Decision(False, (_nothing_to_train_on(state),))
    if forced:
        return Decision(True, ("a person asked for it",))
    if state.changed_documents == 0 and not state.warm_refused:
        return Decision(False, ("no document has changed since the last finished run",))
    if state.finished_as is not None:
        same = "the same documents with the same parameters were already trained on"
        return Decision(False, (f"{same} and {state.finished_as}",))
    pause = _pause(state.failures, state.last_failed_at, settings, now)
    if pause > timedelta(0):
        many = f"{state.failures} trainings" if state.failures > 1 else "training"
        return Decision(False, (f"the last {many} failed; the next is tried in {_words(pause)}",))
    if state.warm_refused:
        return Decision(True, ("the warm challenger was refused: one from scratch is due",))
    return _decide_by_changes(state, settings, now)


def _decide_resume(
    state: RetrainState, settings: RetrainSettings, now: datetime, *, forced: bool
) -> Decision:
    """Resumes an unfinished run; from the fourth death on, after a pause that doubles each time."""
    deaths = max(0, state.attempts - RESUMED_AT_ONCE)
    pause = _pause(deaths, state.last_heartbeat_at, settings, now)
    if pause > timedelta(0) and not forced:
        died = f"the unfinished run has died {counted(state.attempts, 'time')}"
        return Decision(False, (f"{died}; it is resumed in {_words(pause)}",))
    return Decision(True, ("an unfinished run is resumed",))


def _nothing_to_train_on(state: RetrainState) -> str:
    if state.training_documents == 0:
        return "nothing to train on: no document on the training side is approved yet"
    documents = counted(state.training_documents, "approved document")
    return f"nothing to train on: {documents} on the training side, none with a span"


def _decide_by_changes(state: RetrainState, settings: RetrainSettings, now: datetime) -> Decision:
    age = _since(state.oldest_change_at, now)
    longest = timedelta(seconds=settings.max_age_seconds)
    changed = counted(state.changed_documents, "document")
    if age >= longest:
        waited = f"{changed} changed, the first of them {_words(age)} ago"
        return Decision(True, (f"{waited} (longest wait {_words(longest)})",))
    if state.changed_documents < settings.min_changed:
        wanted = f"{changed} changed; a training starts at {settings.min_changed}"
        return Decision(False, (f"{wanted}, or anyway in {_words(longest - age)}",))
    quiet = _since(state.newest_change_at, now)
    needed = timedelta(seconds=settings.quiet_seconds)
    if quiet < needed:
        still = f"{changed} changed, the last of them {_words(quiet)} ago"
        return Decision(False, (f"{still}; waiting until it has been quiet for {_words(needed)}",))
    return Decision(True, (f"{changed} changed, at least {settings.min_changed} are wanted",))


def _pause(
    failures: int, last_at: datetime | None, settings: RetrainSettings, now: datetime
) -> timedelta:
    """The remaining pause after the given number of failures, the last of them at `last_at`."""
    if failures == 0 or last_at is None:
        return timedelta(0)
    # The exponent is limited because a larger power would overflow; LONGEST_BACKOFF applies then.
    seconds = settings.backoff_seconds * 2 ** min(failures - 1, 60)
    pause = timedelta(seconds=min(seconds, LONGEST_BACKOFF.total_seconds()))
    return max(timedelta(0), last_at + pause - now)


def _since(then: datetime | None, now: datetime) -> timedelta:
    return timedelta(0) if then is None else max(timedelta(0), now - then)


def _words(duration: timedelta) -> str:
    return in_words(duration.total_seconds())
