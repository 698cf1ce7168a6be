"""Doccano's counts and its listing of ticked documents are compared with the store."""

from datetime import UTC, datetime, timedelta

from worker.collect.checks.moved_ticks import (
    FEW,
    MAX_READ,
    MovedTicks,
    find_moved_ticks,
    listing_is_due,
    search_is_due,
    search_pause,
)
from worker.collect.gate import Gate
from worker.doccano.models import ProjectProgress
from worker.store.pulls import PullState

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def gate(ticked: int) -> Gate:
    return Gate(ProjectProgress(10_000, ticked), (), None)


def test_the_pause_between_two_listings_grows_with_the_ticked_documents() -> None:
    listed = PullState("papers", listed_at=NOW - timedelta(seconds=50))
    assert listing_is_due(listed, gate(1_000), NOW)
    assert not listing_is_due(listed, gate(1_001), NOW)
    assert listing_is_due(PullState("papers"), gate(5_000), NOW)


def test_the_pause_between_two_searches_is_twenty_times_as_long_as_a_search() -> None:
    searched = PullState("papers", search_after=NOW + search_pause(3))
    assert not search_is_due(searched, gate(5_000), NOW + timedelta(seconds=59))
    assert search_is_due(searched, gate(5_000), NOW + timedelta(seconds=60))
    assert search_is_due(PullState("papers"), gate(FEW + 1), NOW)


def test_few_documents_are_listed_and_not_searched() -> None:
    assert not search_is_due(PullState("papers"), gate(FEW), NOW)


def test_a_search_that_a_clock_ahead_noted_is_not_waited_for() -> None:
    searched = PullState("papers", search_after=NOW + timedelta(days=30))
    assert search_is_due(searched, gate(5_000), NOW)


def test_documents_whose_tick_differs_are_read_in_order_of_their_numbers() -> None:
    moved = find_moved_ticks(["10", "9", "3"], ["3", "4"])
    assert moved == MovedTicks(("9", "10", "4"), (), complete=True)


def test_more_documents_than_are_read_at_once_leave_the_rest() -> None:
    ticked = [str(number) for number in range(MAX_READ + 1)]
    moved = find_moved_ticks(ticked, [])
    assert (len(moved.to_read), moved.complete) == (MAX_READ, False)


def test_too_many_vanished_documents_are_held_back_and_not_read() -> None:
    moved = find_moved_ticks(["9"], [str(number) for number in range(8)])
    assert moved == MovedTicks(("9",), tuple(map(str, range(8))), complete=True)
