"""Decides when a full pull is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.settings import Settings
from worker.store.pulls import PullState
from worker.wording import in_words

LONGEST_PAUSE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PullDecision:
    """Whether to make a full pull now, and why or why not, as a message for the user."""

    go: bool
    reason: str


def decide_pull(
    state: PullState,
    gate: str,
    settings: Settings,
    now: datetime,
    *,
    last_movement: datetime | None,
    force: bool,
) -> PullDecision:
    """Decides on a full pull from the last one and the digest of the gate.

    One is due when the gate has changed, but not within ``export_seconds`` of the last one, because
    Doccano never deletes an export. One is also due some time after the last one, because not every
    change alters the gate (see `_longest_pause`). `force` overrides both. Between two exports of a
    collaborative project, `worker.collect.checks` reads single documents.
    """
    if force:
        return PullDecision(True, "requested")
    if state.exported_at is None:
        changed = gate != state.gate_exported
        return PullDecision(
            changed, "nothing was exported yet" if changed else "nothing is approved yet"
        )
    age = now - state.exported_at
    if age < timedelta(0):
        return PullDecision(True, "the last full pull was noted by a clock that was ahead")
    if age >= _longest_pause(state.exported_at, last_movement, settings):
        return PullDecision(True, f"the last full pull was {in_words(age.total_seconds())} ago")
    if gate == state.gate_exported:
        return PullDecision(False, "nothing has changed since the last full pull")
    wait = timedelta(seconds=settings.export_seconds) - age
    if wait > timedelta(0):
        left = in_words(wait.total_seconds())
        return PullDecision(False, f"something has changed; the next export is due in {left}")
    return PullDecision(True, "something has changed since the last full pull")


def full_pull_due_at(
    state: PullState, settings: Settings, *, last_movement: datetime | None
) -> datetime | None:
    """When the next full pull is due as far as the last check knows; None before the first one."""
    if state.exported_at is None:
        return None
    pause = _longest_pause(state.exported_at, last_movement, settings)
    if state.gate != state.gate_exported:
        pause = min(pause, timedelta(seconds=settings.export_seconds))
    return state.exported_at + pause


def _longest_pause(
    exported_at: datetime, last_movement: datetime | None, settings: Settings
) -> timedelta:
    """How long after an export the next one is due although nothing seems changed.

    This is ``full_pull_seconds``, or as long as nothing had moved before the export, up to
    `LONGEST_PAUSE`: each such export in a row waits about twice as long as the one before.
    """
    shortest = timedelta(seconds=settings.full_pull_seconds)
    if last_movement is None:
        return shortest
    return max(shortest, min(exported_at - last_movement, LONGEST_PAUSE))
