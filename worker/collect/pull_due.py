"""When a full pull is due. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.settings import Settings
from worker.store.pulls import PullState


@dataclass(frozen=True, slots=True)
class PullDecision:
    """Whether to make a full pull now, and why (not), in words."""

    go: bool
    reason: str


def decide_pull(
    state: PullState, gate: str, settings: Settings, now: datetime, *, force: bool
) -> PullDecision:
    """A full pull when something moved, not more often than ``export_seconds``.

    And one every ``full_pull_seconds``, because not every change moves the gate; `force` overrides
    both. Doccano never deletes an export.
    """
    if force:
        return PullDecision(True, "asked for")
    if state.exported_at is None:
        moved = gate != state.gate_exported
        return PullDecision(
            moved, "nothing was exported yet" if moved else "nothing is approved yet"
        )
    age = now - state.exported_at
    if age >= timedelta(seconds=settings.full_pull_seconds):
        return PullDecision(True, f"the last full pull was {age.total_seconds():.0f} s ago")
    if gate == state.gate_exported:
        return PullDecision(False, "nothing moved since the last full pull")
    wait = timedelta(seconds=settings.export_seconds) - age
    if wait > timedelta(0):
        return PullDecision(
            False, f"something moved; the next export is due in {wait.total_seconds():.0f} s"
        )
    return PullDecision(True, "something moved since the last full pull")
