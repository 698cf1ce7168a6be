"""Spans of approved documents are read again after their counts have moved and rested."""

from datetime import UTC, datetime, timedelta

from worker.collect.checks.edited_spans import NEWEST, QUIET, documents_due, is_finished
from worker.collect.gate import Gate
from worker.doccano.models import ProjectProgress
from worker.store.pulls import PullState

NOW = datetime(2026, 11, 1, tzinfo=UTC)
GATE = Gate(ProjectProgress(2, 1), (), {"ann": {"CITY": 1}})
APPROVED = [str(number) for number in range(NEWEST + 1)]
SECOND = timedelta(seconds=1)


def state(rest: timedelta, since_check: timedelta, gate: str = GATE.digest) -> PullState:
    return PullState("papers", gate=gate, moved_at=NOW - rest, pulled_at=NOW - since_check)


def test_documents_are_due_when_no_count_has_moved_for_a_minute() -> None:
    assert documents_due(state(QUIET, SECOND), GATE, APPROVED, NOW)
    assert not documents_due(state(QUIET - SECOND, SECOND), GATE, APPROVED, NOW)
    assert not documents_due(state(QUIET, SECOND, "other"), GATE, APPROVED, NOW)


def test_a_short_rest_is_worth_the_newest_ten_documents() -> None:
    rested = state(QUIET, SECOND)
    assert documents_due(rested, GATE, APPROVED, NOW) == frozenset(APPROVED[-10:])
    assert not is_finished(rested, GATE, APPROVED, NOW)
    assert is_finished(rested, GATE, APPROVED[:10], NOW)


def test_a_longer_rest_is_worth_the_documents_before_those_of_the_last_check() -> None:
    rested = state(QUIET * 2, QUIET)
    assert documents_due(rested, GATE, APPROVED, NOW) == frozenset(APPROVED[-20:-10])


def test_the_newest_documents_are_each_read_once_in_a_long_rest() -> None:
    read: list[str] = []
    finished = []
    for seconds in range(0, 700, 31):
        rested = state(timedelta(seconds=seconds), timedelta(seconds=31))
        read += documents_due(rested, GATE, APPROVED, NOW)
        finished.append(is_finished(rested, GATE, APPROVED, NOW))
    assert sorted(read, key=int) == APPROVED[1:]
    assert finished.index(True) == 20


def test_all_are_due_at_once_when_the_start_of_the_rest_is_unknown() -> None:
    unknown = PullState("papers", gate=GATE.digest, pulled_at=NOW - SECOND)
    assert documents_due(unknown, GATE, APPROVED, NOW) == frozenset(APPROVED[1:])
    assert is_finished(unknown, GATE, APPROVED, NOW)
