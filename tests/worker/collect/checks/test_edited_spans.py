"""Spans of approved documents are read again after their counts have moved and rested."""

from datetime import UTC, datetime, timedelta

from worker.collect.checks.edited_spans import NEWEST, QUIET, newest_approved, reading_is_due
from worker.collect.gate import Gate
from worker.doccano.models import ProjectProgress
from worker.store.pulls import PullState

NOW = datetime(2026, 11, 1, tzinfo=UTC)
GATE = Gate(ProjectProgress(2, 1), (), {"ann": {"CITY": 1}})


def state(gate: str | None, moved: timedelta, spans_known: str | None = None) -> PullState:
    return PullState("papers", gate=gate, moved_at=NOW - moved, spans_known=spans_known)


def test_counts_of_spans_are_read_after_they_have_rested() -> None:
    assert reading_is_due(state(GATE.digest, QUIET), GATE, NOW)
    assert not reading_is_due(state(GATE.digest, QUIET / 2), GATE, NOW)
    assert not reading_is_due(state("other", QUIET), GATE, NOW)
    assert not reading_is_due(state(GATE.digest, QUIET, GATE.spans), GATE, NOW)


def test_the_newest_approved_documents_are_read() -> None:
    approved = [str(number) for number in range(NEWEST + 1)]
    assert newest_approved(approved) == frozenset(approved[1:])
