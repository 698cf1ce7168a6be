"""Decides when a project is trained: pure functions that give their reasons as sentences.

docs/policy.md states these rules for users.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.project_settings import RetrainSettings
from worker.retrain.policies.changes_wanted import changes_wanted, is_small
from worker.wording import counted, in_words

LONGEST_BACKOFF = timedelta(days=1)
RESUMED_AT_ONCE = 3
# Clocks of two machines may differ by this without a wrong one.
CLOCK_TOLERANCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainState:
    """The state of a project at a tick.

    Changes are counted since the last finished run: `changed_at` has the time of the first change
    of each changed document in ascending order, `newest_change_at` is the time of the last change
    of any of them, None without changes. `trained_on` counts the documents that were approved at
    that run, held-out ones included; it is None without a finished run. `training_documents`,
    `training_spans` and `held_out_documents` are those of the data as it is now, `remarks` what
    `Dataset.remarks` says about it. `finished_as` is the verdict (``promoted`` or ``refused``) of
    an earlier run on the same data with the same parameters, None without one. These five cost
    reading all documents; until then `training_spans` is None. `warm_refused` is
    true if the last finished run was a warm challenger that was refused, so that a training from
    scratch is due. `stalled` counts the processes that have worked on the unfinished run since
    it last came further, and `last_heartbeat_at` is the time of its last heartbeat; `outdated` says
    that an error interrupted it and that the settings have changed since. `missing_champion` says
    why no version can answer although one was promoted, None if one can or none was.
    """

    changed_at: tuple[datetime, ...]
    newest_change_at: datetime | None
    training_documents: int = 0
    training_spans: int | None = None
    held_out_documents: int = 0
    remarks: tuple[str, ...] = ()
    trained_on: int | None = None
    running: bool = False
    unfinished: bool = False
    stalled: int = 0
    last_heartbeat_at: datetime | None = None
    outdated: bool = False
    finished_as: str | None = None
    warm_refused: bool = False
    failures: int = 0
    last_failed_at: datetime | None = None
    missing_champion: str | None = None


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
    training and a training side without spans. Without the data, a decision against a training
    holds with the data too, though for a reason that may be another.
    """
    if state.running:
        return Decision(False, ("a training of this project is running",))
    if state.unfinished:
        return _decide_resume(state, settings, now, forced=forced)
    if state.training_spans == 0:
        return Decision(False, _nothing_to_train_on(state, settings))
    if forced:
        return Decision(True, ("requested with `nerloop retrain`",))
    missing = state.missing_champion
    if not state.changed_at and not state.warm_refused and not missing:
        return Decision(False, ("no document has changed since the last finished training",))
    if state.finished_as is not None and not missing:
        same = "the same documents were already trained on with the same settings"
        return Decision(False, (f"{same}; that model was {state.finished_as}",))
    pause = _pause(state.failures, state.last_failed_at, settings, now)
    if pause > timedelta(0):
        many = f"{state.failures} trainings" if state.failures > 1 else "training"
        return Decision(False, (f"the last {many} failed; the next is tried in {_words(pause)}",))
    if missing:
        return Decision(True, (f"{missing}: a new one is trained",))
    if state.warm_refused:
        return Decision(
            True, ("the last warm training was refused; the next one starts from scratch",)
        )
    return _decide_by_changes(state, settings, now)


def _decide_resume(
    state: RetrainState, settings: RetrainSettings, now: datetime, *, forced: bool
) -> Decision:
    """Resumes an unfinished run at once while it comes further each time.

    From the fourth death in a row without that, after a pause that doubles each time.
    """
    if state.outdated:
        return Decision(True, ("the unfinished training is replaced: its settings have changed",))
    deaths = max(0, state.stalled - RESUMED_AT_ONCE)
    pause = _pause(deaths, state.last_heartbeat_at, settings, now)
    if pause > timedelta(0) and not forced:
        died = f"the unfinished training was interrupted {counted(state.stalled, 'time')} in a row"
        return Decision(
            False, (f"{died} without getting further; it is resumed in {_words(pause)}",)
        )
    return Decision(True, ("an unfinished training is resumed",))


def _nothing_to_train_on(state: RetrainState, settings: RetrainSettings) -> tuple[str, ...]:
    if state.training_documents:
        documents = counted(state.training_documents, "approved document")
        reason = f"nothing to train on: {documents} on the training side, none with a span"
        return (reason, *state.remarks)
    if state.held_out_documents:
        held_out = f"all approved documents ({state.held_out_documents}) are held out for testing"
        return (f"nothing to train on: {held_out}; approve more",)
    if state.trained_on is None:
        first = changes_wanted(None, settings)
        return (f"no document is approved yet; the first training starts at {first}",)
    return ("nothing to train on: no document is approved any more",)


def _decide_by_changes(state: RetrainState, settings: RetrainSettings, now: datetime) -> Decision:
    """Decides by the number of changes, of which there is at least one, and by their times."""
    first = state.trained_on is None
    verb = "approved" if first else "changed since the last training"
    number, wanted = len(state.changed_at), changes_wanted(state.trained_on, settings)
    longest = timedelta(seconds=settings.max_age_seconds)
    age = _since(state.changed_at[0], now)
    if age >= longest:
        waited = f"{counted(number, 'document')} {verb}, the first of them {_words(age)} ago"
        return Decision(True, (f"{waited} (longest wait {_words(longest)})",))
    if number < wanted:
        there = f"{number} of {counted(wanted, 'document')} {verb}"
        changed = "" if first else " that have changed"
        start = f"the {'first' if first else 'next'} training starts at {wanted}{changed}"
        return Decision(False, (f"{there}; {start}, or anyway in {_words(longest - age)}",))
    enough = f"{counted(number, 'document')} {verb}, {wanted} are needed"
    quiet, needed = _since(state.newest_change_at, now), timedelta(seconds=settings.quiet_seconds)
    if _is_ahead(state.newest_change_at, now):
        quiet = needed
    # The training of a small project is short, and its model is improved most by an early one.
    if quiet >= needed or is_small(state.trained_on):
        return Decision(True, (enough,))
    longest_quiet = timedelta(seconds=settings.max_wait_seconds)
    waited_for = _since(state.changed_at[wanted - 1], now)
    if waited_for >= longest_quiet:
        over = f"the longest wait for quiet ({_words(longest_quiet)}) is over"
        return Decision(True, (f"{enough}; {over}",))
    left = min(longest_quiet - waited_for, longest - age)
    start = f"a training starts when nothing has changed for {_words(needed)}"
    countdown = f"last change {_words(quiet)} ago"
    return Decision(False, (f"{enough}; {start} ({countdown}), or anyway in {_words(left)}",))


def _pause(
    failures: int, last_at: datetime | None, settings: RetrainSettings, now: datetime
) -> timedelta:
    """The remaining pause after the given number of failures, the last of them at `last_at`."""
    if failures == 0 or last_at is None or _is_ahead(last_at, now):
        return timedelta(0)
    # The exponent is limited because a larger power would overflow; LONGEST_BACKOFF applies then.
    seconds = settings.backoff_seconds * 2 ** min(failures - 1, 60)
    pause = timedelta(seconds=min(seconds, LONGEST_BACKOFF.total_seconds()))
    return max(timedelta(0), last_at + pause - now)


def _is_ahead(then: datetime | None, now: datetime) -> bool:
    """Whether the time was noted while the clock was ahead: nothing may wait until it has come."""
    return then is not None and then - now > CLOCK_TOLERANCE


def _since(then: datetime | None, now: datetime) -> timedelta:
    return timedelta(0) if then is None else max(timedelta(0), now - then)


def _words(duration: timedelta) -> str:
    return in_words(duration.total_seconds())
