"""Spans of approved documents are read again after their counts have moved and rested."""

from datetime import UTC, datetime, timedelta

from worker.collect.checks.edited_spans import NEWEST, QUIET, has_rested, newest_approved
from worker.collect.gate import Gate
from worker.doccano.models import ProjectProgress
from worker.store.pulls import PullState

NOW = datetime(2026, 11, 1, tzinfo=UTC)
GATE = Gate(ProjectProgress(2, 1), (), {"ann": {"CITY": 1}})


def state(gate: str | None, moved: timedelta) -> PullState:
    return PullState("papers", gate=gate, moved_at=NOW - moved)


def test_counts_have_rested_when_none_has_moved_for_a_minute() -> None:
    assert has_rested(state(GATE.digest, QUIET), GATE, NOW)
    assert not has_rested(state(GATE.digest, QUIET / 2), GATE, NOW)
    assert not has_rested(state("other", QUIET), GATE, NOW)
    assert has_rested(PullState("papers", gate=GATE.digest), GATE, NOW)


def test_the_newest_approved_documents_are_read() -> None:
    approved = [str(number) for number in range(NEWEST + 1)]
    assert newest_approved(approved) == frozenset(approved[1:])
