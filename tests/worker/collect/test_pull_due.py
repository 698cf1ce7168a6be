"""The gate and the time since the last full pull decide when the next one is due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from worker.collect.pull_due import decide_pull, full_pull_due_at
from worker.settings import Settings
from worker.store.pulls import PullState

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SETTINGS = Settings(export_seconds=600, full_pull_seconds=3600)


def state(age: float | None, *, gate: str | None = "g1") -> PullState:
    exported_at = None if age is None else NOW - timedelta(seconds=age)
    return PullState("papers", gate_exported=gate, exported_at=exported_at)


@pytest.mark.parametrize(
    ("before", "gate", "due", "reason"),
    [
        (state(None, gate=None), "g1", True, "nothing was exported yet"),
        (state(None), "g1", False, "nothing is approved yet"),
        (state(None), "g2", True, "nothing was exported yet"),
        (state(599), "g1", False, "nothing has changed"),
        (state(599), "g2", False, "the next export is due in 1 second"),
        (state(600), "g2", True, "something has changed"),
        (state(600), "g1", False, "nothing has changed"),
        (state(3600), "g1", True, "the last full pull was 1 hour ago"),
        (state(-30 * 86_400), "g1", True, "a clock that was ahead"),
    ],
)
def test_the_gate_and_the_time_decide(before: PullState, gate: str, due: bool, reason: str) -> None:
    decision = decide_pull(before, gate, SETTINGS, NOW, last_movement=None, force=False)
    assert decision.go is due
    assert reason in decision.reason


def test_force_overrides_both() -> None:
    assert decide_pull(state(1), "g1", SETTINGS, NOW, last_movement=None, force=True).go


def test_the_next_full_pull_comes_sooner_when_something_has_moved() -> None:
    moved = replace(state(0), gate="g2")
    assert full_pull_due_at(moved, SETTINGS, last_movement=None) == NOW + timedelta(seconds=600)
    same = replace(moved, gate="g1")
    assert full_pull_due_at(same, SETTINGS, last_movement=NOW) == NOW + timedelta(seconds=3600)
    often = SETTINGS.model_copy(update={"full_pull_seconds": 60})
    assert full_pull_due_at(moved, often, last_movement=NOW) == NOW + timedelta(seconds=60)
    assert full_pull_due_at(state(None), SETTINGS, last_movement=None) is None


def exports_in(hours: int, *, moved_after: float | None = None) -> list[float]:
    """The hours of the exports of a project, looked at each half hour, that moves at most once."""
    before, at, moved = state(0), [], NOW
    for half in range(1, 2 * hours + 1):
        now = NOW + timedelta(hours=half / 2)
        if moved_after is not None and now >= NOW + timedelta(hours=moved_after):
            moved = NOW + timedelta(hours=moved_after)
        if decide_pull(before, "g1", SETTINGS, now, last_movement=moved, force=False).go:
            before = replace(before, exported_at=now)
            at.append(half / 2)
    return at


def test_exports_come_less_often_the_longer_nothing_happens() -> None:
    assert exports_in(24 * 4) == [1, 2, 4, 8, 16, 32, 56, 80]


def test_a_movement_makes_exports_frequent_again() -> None:
    assert exports_in(24, moved_after=15.5) == [1, 2, 4, 8, 15.5, 16.5, 17.5, 19.5, 23.5]


def test_a_long_interval_stays_as_it_is_set() -> None:
    weekly = SETTINGS.model_copy(update={"full_pull_seconds": 7 * 86_400})
    week_ago = NOW - timedelta(days=30)
    due = full_pull_due_at(state(0), weekly, last_movement=week_ago)
    # The state's gate has moved, so that the next export only waits for the shortest time.
    assert due == NOW + timedelta(seconds=600)
    assert full_pull_due_at(
        replace(state(0), gate="g1"), weekly, last_movement=week_ago
    ) == NOW + timedelta(days=7)
