from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ner.hashing import exact_hash, side_of, text_hash
from tests.support.store.revising import approve, withdraw
from tests.support.store.statements import explained
from tests.support.store.stored import get_document, stored_documents, unapproved
from worker.store.corpus.documents import (
    ListedDocument,
    count_unapproved,
    external_ids,
    mark_deleted,
    next_unapproved,
)
from worker.store.corpus.listings import sync_listing
from worker.store.database import Store, open_store
from worker.store.removal.erasing import erase_rows


def listing(texts: dict[str, str], *, approved: Iterable[str] = ()) -> list[ListedDocument]:
    return [ListedDocument(name, text, name in approved) for name, text in texts.items()]


def sync(
    store: Store,
    listed: list[ListedDocument],
    now: datetime,
    *,
    complete: bool = True,
    share: float = 0.5,
) -> None:
    sync_listing(store, "papers", listed, complete=complete, share=share, now=now)


def sides(store: Store, names: Iterable[str]) -> dict[str, str]:
    with store.read() as s:
        documents = {name: get_document(s, "papers", name) for name in names}
    return {name: document.side for name, document in documents.items() if document is not None}


def text_on(side: str, share: float = 0.5) -> str:
    """A text that its hash assigns to this side."""
    texts = (f"text {number}" for number in range(100))
    return next(text for text in texts if side_of(text_hash(text), share) == side)


def test_the_same_listing_again_changes_nothing(store: Store, now: datetime) -> None:
    listed = listing({"1": "one", "2": "two"}, approved=["2"])
    sync(store, listed, now)
    with store.read() as s:
        before = stored_documents(s, "papers")
    sync(store, listed, now + timedelta(hours=1))
    with store.read() as s:
        assert stored_documents(s, "papers") == before
    assert list(before) == ["1", "2"]


def test_only_a_complete_listing_marks_missing_documents_as_deleted(
    store: Store, now: datetime
) -> None:
    sync(store, listing({"1": "one", "2": "two"}), now)
    rest = listing({"2": "two"})
    sync(store, rest, now, complete=False)
    with store.read() as s:
        assert unapproved(s, "papers") == ["1", "2"]
    sync(store, rest, now)
    with store.read() as s:
        deleted = get_document(s, "papers", "1")
        assert deleted is not None
        assert deleted.deleted
        assert unapproved(s, "papers") == ["2"]


def test_a_document_that_is_listed_again_is_no_longer_deleted(store: Store, now: datetime) -> None:
    both = listing({"1": "one", "2": "two"})
    for listed in (both, both[:1], both):
        sync(store, listed, now)
    with store.read() as s:
        back = get_document(s, "papers", "2")
        assert back is not None
        assert not back.deleted


@pytest.mark.parametrize("side", ["train", "held_out"])
def test_an_edited_document_stays_on_its_side(store: Store, now: datetime, side: str) -> None:
    other = text_on("held_out" if side == "train" else "train")
    sync(store, listing({"1": text_on(side)}), now)
    sync(store, listing({"1": other}), now)
    assert sides(store, ["1"]) == {"1": side}
    with store.read() as s:
        document = get_document(s, "papers", "1")
        assert document is not None
        assert document.exact_hash == exact_hash(other)


@pytest.mark.parametrize("side", ["train", "held_out"])
def test_a_new_document_is_on_the_side_of_the_one_edited_into_its_text(
    store: Store, now: datetime, side: str
) -> None:
    other = text_on("held_out" if side == "train" else "train")
    sync(store, listing({"1": text_on(side)}), now)
    sync(store, listing({"1": other}), now)
    sync(store, listing({"1": other, "2": other}), now)
    assert sides(store, ["1", "2"]) == {"1": side, "2": side}


def test_near_copies_are_on_the_same_side_whatever_the_share(store: Store, now: datetime) -> None:
    for share, name, text in ((0.01, "1", "The  Title\n"), (0.99, "2", "the title")):
        sync(store, listing({name: text}), now, complete=False, share=share)
    side = side_of(text_hash("the title"), 0.01)
    assert sides(store, ["1", "2"]) == {"1": side, "2": side}


def test_a_changed_share_moves_no_document(store: Store, now: datetime) -> None:
    texts = {str(number): f"text {number}" for number in range(30)}
    sync(store, listing(texts), now, share=0.1)
    before = sides(store, texts)
    sync(store, listing(texts), now, share=0.9)
    assert sides(store, texts) == before
    assert set(before.values()) == {"train", "held_out"}


def test_a_listing_without_approvals_leaves_them_unchanged(store: Store, now: datetime) -> None:
    sync(store, [ListedDocument("1", "one", True), ListedDocument("2", "two", False)], now)
    sync(store, [ListedDocument("1", "one", None), ListedDocument("2", "two", None)], now)
    with store.read() as s:
        assert unapproved(s, "papers") == ["2"]


def test_unapproved_documents_are_counted(store: Store, now: datetime) -> None:
    sync(store, listing({"1": "one", "2": "two", "3": "three"}, approved=["2"]), now)
    sync(store, listing({"1": "one", "2": "two"}, approved=["2"]), now)
    with store.read() as s:
        assert count_unapproved(s, "papers") == 1
        assert count_unapproved(s, "letters") == 0


def test_documents_are_marked_as_deleted(store: Store, now: datetime) -> None:
    sync(store, listing({"1": "one", "2": "two"}), now)
    with store.begin() as s:
        mark_deleted(s, "papers", ["1", "9"])
    with store.read() as s:
        assert unapproved(s, "papers") == ["2"]
        assert external_ids(s, "papers", [exact_hash("one")]) == ()


def test_documents_are_found_by_their_exact_texts(store: Store, now: datetime) -> None:
    texts = {str(number): f"text {number % 700}" for number in range(1400)}
    sync(store, listing(texts), now)
    hashes = [exact_hash(f"text {number}") for number in range(600)]
    with store.read() as s:
        assert len(external_ids(s, "papers", [*hashes, exact_hash("unknown")])) == 1200
        assert external_ids(s, "letters", hashes) == ()
    sync(store, listing({"0": "text 0"}), now)
    with store.read() as s:
        assert external_ids(s, "papers", hashes) == ("0",)


def test_the_same_name_in_another_project_is_another_document(store: Store, now: datetime) -> None:
    sync(store, listing({"1": "one"}), now)
    sync_listing(store, "letters", [], complete=True, share=0.5, now=now)
    with store.read() as s:
        assert get_document(s, "letters", "1") is None
        assert unapproved(s, "papers") == ["1"]


def test_the_next_unapproved_documents_are_neither_approved_nor_deleted(
    store: Store, now: datetime
) -> None:
    names = {str(number): f"text {number}" for number in range(1, 7)}
    sync(store, listing(names, approved=["2"]), now)
    with store.begin() as s:
        mark_deleted(s, "papers", ["3"])
    with store.read() as s:
        first = next_unapproved(s, "papers", after=0, limit=2)
        rest = next_unapproved(s, "papers", after=first[-1].id, limit=10)
        assert next_unapproved(s, "papers", after=rest[-1].id, limit=10) == ()
        assert next_unapproved(s, "papers", after=0, limit=0) == ()
        assert next_unapproved(s, "other", after=0, limit=10) == ()
    assert [document.external_id for document in (*first, *rest)] == ["1", "4", "5", "6"]


def test_a_document_whose_text_was_erased_is_not_among_the_next(
    store: Store, now: datetime
) -> None:
    sync(store, listing({"1": "one", "2": "two"}), now)
    approve(store, now, "1", text="one")
    withdraw(store, now, "1")
    with store.begin() as s:
        document = get_document(s, "papers", "1")
        assert document is not None
        erase_rows(s, "papers", [document.id], now=now)
    with store.read() as s:
        (left,) = next_unapproved(s, "papers", after=0, limit=9)
    assert left.external_id == "2"


def test_unapproved_documents_are_found_by_an_index(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    with explained(opened) as plans, opened.read() as s:
        next_unapproved(s, "papers", after=7, limit=10)
    opened.close()
    assert "INDEX ix_document_unapproved (project=? AND id>?)" in plans[0]
    assert not [plan for plan in plans if plan.startswith("SCAN")]
