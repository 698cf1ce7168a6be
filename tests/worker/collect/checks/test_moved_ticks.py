"""Doccano's counts and its listing of ticked documents are compared with the store."""

from datetime import UTC, datetime, timedelta

from worker.collect.checks.moved_ticks import (
    MAX_READ,
    MovedTicks,
    find_moved_ticks,
    is_explained,
    listing_is_due,
)
from worker.collect.gate import Gate
from worker.doccano.models import ProjectProgress
from worker.store.pulls import PullState

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def gate(ticked: int) -> Gate:
    return Gate(ProjectProgress(10_000, ticked), (), None)


def test_what_was_found_explains_the_counts_when_the_numbers_agree() -> None:
    assert is_explained(gate(2), ["1"], ["1", "2"])
    assert not is_explained(gate(3), ["1"], ["1", "2"])
    assert not is_explained(gate(1), ["1"], ["1"])


def test_the_pause_between_two_listings_grows_with_the_ticked_documents() -> None:
    listed = PullState("papers", listed_at=NOW - timedelta(seconds=50))
    assert listing_is_due(listed, gate(1_000), NOW)
    assert not listing_is_due(listed, gate(1_001), NOW)
    assert listing_is_due(PullState("papers"), gate(5_000), NOW)


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
