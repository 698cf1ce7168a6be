"""Listings are read page by page, without omissions when they change meanwhile."""

from typing import Any

import pytest

from ner.errors import DoccanoUnavailable
from worker.doccano import paging
from worker.doccano.models import LabelType
from worker.doccano.paging import all_pages, each_page


class Listing:
    """Replaces the transport: a listing that may change between two pages."""

    def __init__(
        self,
        entries: list[int],
        *,
        deletions: dict[int, int] | None = None,
        additions: dict[int, int] | None = None,
    ) -> None:
        self.entries = entries
        self.deletions = deletions or {}
        self.additions = additions or {}
        self.pages = 0

    def get(self, _path: str, *, limit: int, offset: int) -> Any:
        results = [{"id": n, "text": "x"} for n in self.entries[offset : offset + limit]]
        answer = {"count": len(self.entries), "results": results, "next": "http://wrong/"}
        self.pages += 1
        if (deleted := self.deletions.get(self.pages)) is not None:
            self.entries.remove(deleted)
        if (added := self.additions.get(self.pages)) is not None:
            self.entries.append(added)
        return answer


def read_all(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(paging, "PAGE", 2)
    return [label.id for label in all_pages(listing, LabelType, "labels")]  # type: ignore[arg-type]


def test_all_pages_are_read_by_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_all(Listing([1, 2, 3, 4, 5]), monkeypatch) == [1, 2, 3, 4, 5]
    assert read_all(Listing([]), monkeypatch) == []


def test_a_deletion_between_two_pages_omits_no_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Listing([1, 2, 3, 4, 5], deletions={1: 1})
    assert read_all(listing, monkeypatch) == [2, 3, 4, 5]


def test_entries_added_meanwhile_are_read_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Listing([1, 2, 3], additions={1: 4, 2: 5})
    assert read_all(listing, monkeypatch) == [1, 2, 3, 4, 5]


def test_a_deletion_and_an_addition_at_once_omit_no_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Listing([1, 2, 3, 4, 5], deletions={1: 1}, additions={1: 6})
    assert read_all(listing, monkeypatch) == [2, 3, 4, 5, 6]


def test_a_listing_that_keeps_changing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Listing(list(range(20)), deletions={n + 1: n for n in range(9)})
    with pytest.raises(DoccanoUnavailable, match="changed"):
        read_all(listing, monkeypatch)


def test_pages_are_read_only_as_far_as_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "SHORT_PAGE", 2)
    listing = Listing([5, 4, 3, 2, 1])
    pages = each_page(listing, LabelType, "labels")  # type: ignore[arg-type]
    assert [label.id for label in next(pages)] == [5, 4]
    assert listing.pages == 1
    assert [[label.id for label in page] for page in pages] == [[3, 2], [1]]
    assert list(each_page(Listing([]), LabelType, "labels")) == []  # type: ignore[arg-type]
