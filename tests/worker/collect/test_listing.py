"""A full pull lists what has changed, and all documents only if it must."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ner.errors import CollectError
from tests.support.doccano.collecting import Collecting
from tests.support.doccano.doccano_projects import TestProject
from worker.collect.document_change import DocumentChange
from worker.collect.listing import MOST_MISSED, WHOLE_INTERVAL, Listing, whole_is_due
from worker.doccano import paging
from worker.doccano.models import Example
from worker.store.pulls import PullState

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EXAMPLES = [Example(number, f"Bonn {number}", {}, confirmed=True) for number in range(100)]


class Listed:
    """Counts the documents that Doccano has listed, by the filters of the request."""

    def __init__(self, project: TestProject, monkeypatch: pytest.MonkeyPatch) -> None:
        self.whole, self.latest = 0, 0
        examples, latest = project.client.examples, project.client.latest_examples

        def counted(*arguments: int, **filters: bool) -> list[Example]:
            found = list(examples(*arguments, **filters))
            self.whole += len(found)
            return found

        def counted_latest(number: int) -> Iterator[tuple[Example, ...]]:
            for page in latest(number):
                self.latest += len(page)
                yield page

        monkeypatch.setattr(project.client, "examples", counted)
        monkeypatch.setattr(project.client, "latest_examples", counted_latest)


def test_a_pull_without_a_change_lists_one_page_at_every_size(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "SHORT_PAGE", 3)
    for size in (4, 12):
        collecting.approve(*(f"Kiel {size} {number}" for number in range(size)))
        collecting.collect(force=True)
        with monkeypatch.context() as patch:
            listed = Listed(project, patch)
            assert collecting.collect(force=True).revisions == 0
        assert (listed.whole, listed.latest) == (0, 3)


def test_what_was_added_edited_and_ticked_is_found_without_a_whole_listing(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "SHORT_PAGE", 2)
    first, *_ = collecting.approve(*(f"Kiel {number}" for number in range(6)))
    listed = Listed(project, monkeypatch)
    project.client.update_example(project.id, first, text="Kiel an der Förde")
    new = project.document("Jena", approved=True)
    result = collecting.collect_later()
    assert listed.whole == 0
    assert {*result.changes} == {
        DocumentChange(str(first), "edited"),
        DocumentChange(str(new), "ticked"),
    }
    assert "Kiel an der Förde" in collecting.approved


def test_all_documents_are_listed_once_a_day(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    collecting.approve("Kiel", "Jena")
    listed = Listed(project, monkeypatch)
    collecting.pass_seconds(WHOLE_INTERVAL.total_seconds() - 1)
    collecting.collect(force=True)
    assert listed.whole == 0
    collecting.pass_seconds(1)
    collecting.collect(force=True)
    assert listed.whole == 2
    collecting.collect(force=True)
    assert listed.whole == 2


def test_a_meta_key_of_a_document_that_was_listed_before_is_named(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "SHORT_PAGE", 1)
    collecting.approve("Kiel", "Jena")
    bad = project.document("Bonn", meta={"id": 9_999_999}, approved=True)
    project.document("Ulm", approved=True)
    for _ in range(2):
        with pytest.raises(CollectError, match=rf"meta of documents {bad} \(id\)"):
            collecting.collect(force=True)


@pytest.fixture
def reading() -> tuple[list[int], Callable[[], list[Example]]]:
    """What reads all documents, and how often it did."""
    calls: list[int] = []

    def read_all() -> list[Example]:
        calls.append(1)
        return EXAMPLES

    return calls, read_all


def test_few_documents_that_were_not_listed_are_left_to_single_requests(
    reading: tuple[list[int], Callable[[], list[Example]]],
) -> None:
    calls, read_all = reading
    listing = Listing(EXAMPLES[:10], frozenset(map(str, range(100))), read_all)
    assert listing.get(3) == EXAMPLES[3]
    assert [listing.get(50) for _ in range(MOST_MISSED)] == [None] * MOST_MISSED
    assert (calls, listing.is_whole) == ([], False)
    assert listing.get(51) == EXAMPLES[51]
    assert listing.get(52) == EXAMPLES[52]
    assert (calls, listing.is_whole, len(listing.names)) == ([1], True, 100)


def test_a_whole_listing_is_due_at_first_and_whatever_a_clock_ahead_has_noted() -> None:
    assert whole_is_due(PullState("papers"), NOW)
    assert not whole_is_due(PullState("papers", all_listed_at=NOW - timedelta(hours=23)), NOW)
    assert whole_is_due(PullState("papers", all_listed_at=NOW + timedelta(days=30)), NOW)
