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
    ],
)
def test_the_gate_and_the_time_decide(before: PullState, gate: str, due: bool, reason: str) -> None:
    decision = decide_pull(before, gate, SETTINGS, NOW, force=False)
    assert decision.go is due
    assert reason in decision.reason


def test_force_overrides_both() -> None:
    assert decide_pull(state(1), "g1", SETTINGS, NOW, force=True).go


def test_the_next_full_pull_comes_sooner_when_something_has_moved() -> None:
    moved = replace(state(0), gate="g2")
    assert full_pull_due_at(moved, SETTINGS) == NOW + timedelta(seconds=600)
    same = replace(moved, gate="g1")
    assert full_pull_due_at(same, SETTINGS) == NOW + timedelta(seconds=3600)
    often = SETTINGS.model_copy(update={"full_pull_seconds": 60})
    assert full_pull_due_at(moved, often) == NOW + timedelta(seconds=60)
    assert full_pull_due_at(state(None), SETTINGS) is None
