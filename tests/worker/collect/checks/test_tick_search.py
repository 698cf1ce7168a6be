"""Moved ticks are found by few pages of a listing, whatever has moved."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from worker.collect.checks.tick_search import MAX_PAGES, PAGE, TickedPage, search_ticked


class Listing:
    """A listing of ticked documents; `pages` counts how often it was read."""

    def __init__(self, ticked: Sequence[int]) -> None:
        self.ticked = ticked
        self.pages = 0

    def read(self, offset: int, limit: int) -> TickedPage:
        self.pages += 1
        return TickedPage(len(self.ticked), tuple(self.ticked[offset : offset + limit]))


def test_new_ticks_behind_all_others_are_found_by_one_page_at_any_size() -> None:
    for size in (1_000, 100_000):
        listing = Listing(range(size + 10))
        assert search_ticked(listing.read, range(size)) == {*range(size + 10)}
        assert listing.pages == 1


def test_ten_times_the_documents_need_four_pages_more_for_each_stretch_that_moved() -> None:
    pages = []
    for size in (10_000, 100_000):
        expected = [number for number in range(size) if number not in (size // 3, size // 3 + 1)]
        listing = Listing(range(size))
        assert search_ticked(listing.read, expected) == {*range(size)}
        pages.append(listing.pages)
    assert pages[1] - pages[0] <= 4


def test_unticks_are_found_too() -> None:
    listing = Listing([number for number in range(1_000) if number not in (7, 500)])
    found = search_ticked(listing.read, range(1_000))
    assert found == {*range(1_000)} - {7, 500}


@given(st.sets(st.integers(0, 400)), st.sets(st.integers(0, 400), max_size=12), st.booleans())
def test_ticks_or_unticks_anywhere_are_all_found(
    known: set[int], moved: set[int], are_ticks: bool
) -> None:
    ticked = known | moved if are_ticks else known - moved
    found = search_ticked(Listing(sorted(ticked)).read, sorted(known))
    assert found is None or found == ticked
    if len(ticked) <= PAGE:
        assert found == ticked


@given(st.sets(st.integers(0, 400)), st.sets(st.integers(0, 400)))
def test_what_is_found_has_the_number_of_documents_that_are_ticked(
    known: set[int], ticked: set[int]
) -> None:
    found = search_ticked(Listing(sorted(ticked)).read, sorted(known))
    assert found is None or len(found) == len(ticked)


def test_ticks_in_too_many_places_are_left_to_the_whole_listing() -> None:
    listing = Listing(range(50_000))
    assert search_ticked(listing.read, range(0, 50_000, 2)) is None
    assert listing.pages == MAX_PAGES


@given(st.permutations(range(70)), st.integers(0, 70))
def test_in_whatever_order_no_document_is_left_out(order: list[int], known: int) -> None:
    found = search_ticked(Listing(order).read, range(known))
    assert found is None or found == {*order}


def test_a_listing_in_another_order_is_not_searched() -> None:
    listing = Listing([*range(500, 1_000), *range(500)])
    assert search_ticked(listing.read, range(990)) is None


def test_a_listing_that_changes_while_it_is_read_is_not_searched() -> None:
    listing = Listing([number for number in range(1_000) if number != 300])

    def read(offset: int, limit: int) -> TickedPage:
        page = listing.read(offset, limit)
        listing.ticked = listing.ticked[:-1]
        return page

    assert search_ticked(read, range(1_000)) is None


def test_a_page_that_lacks_entries_is_not_trusted() -> None:
    def read(offset: int, limit: int) -> TickedPage:
        return TickedPage(1_010, tuple(range(offset, offset + limit))[:5])

    assert search_ticked(read, range(1_000)) is None
