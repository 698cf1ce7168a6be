from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from ner.hashing import exact_hash, side_of, text_hash
from tests.support.stored import get_document, stored_documents, unapproved
from worker.store.database import Store
from worker.store.documents import (
    Listed,
    count_unapproved,
    external_ids,
    sync_listing,
)


def listing(texts: dict[str, str], *, approved: Iterable[str] = ()) -> list[Listed]:
    return [Listed(name, text, name in approved) for name, text in texts.items()]


def sync(
    store: Store,
    listed: list[Listed],
    now: datetime,
    *,
    complete: bool = True,
    share: float = 0.5,
) -> None:
    with store.begin() as s:
        sync_listing(s, "papers", listed, complete=complete, share=share, now=now)


def sides(store: Store, names: Iterable[str]) -> dict[str, str]:
    with store.read() as s:
        found = {name: get_document(s, "papers", name) for name in names}
    return {name: document.side for name, document in found.items() if document is not None}


def text_on(side: str, share: float = 0.5) -> str:
    texts = (f"a text that hashing puts there {number}" for number in range(100))
    return next(text for text in texts if side_of(text_hash(text), share) == side)


def test_a_listing_taken_over_twice_changes_nothing(store: Store, now: datetime) -> None:
    listed = listing({"1": "one", "2": "two"}, approved=["2"])
    sync(store, listed, now)
    with store.read() as s:
        before = stored_documents(s, "papers")
    sync(store, listed, now + timedelta(hours=1))
    with store.read() as s:
        assert stored_documents(s, "papers") == before
    assert list(before) == ["1", "2"]


def test_only_a_complete_listing_shows_what_is_gone(store: Store, now: datetime) -> None:
    sync(store, listing({"1": "one", "2": "two"}), now)
    rest = listing({"2": "two"})
    sync(store, rest, now, complete=False)
    with store.read() as s:
        assert unapproved(s, "papers") == ["1", "2"]
    sync(store, rest, now)
    with store.read() as s:
        gone = get_document(s, "papers", "1")
        assert gone is not None
        assert gone.deleted
        assert unapproved(s, "papers") == ["2"]


def test_a_document_that_comes_back_is_there_again(store: Store, now: datetime) -> None:
    both = listing({"1": "one", "2": "two"})
    for listed in (both, both[:1], both):
        sync(store, listed, now)
    with store.read() as s:
        back = get_document(s, "papers", "2")
        assert back is not None
        assert not back.deleted


@pytest.mark.parametrize("side", ["train", "held_out"])
def test_an_edit_never_moves_a_document(store: Store, now: datetime, side: str) -> None:
    other = text_on("held_out" if side == "train" else "train")
    sync(store, listing({"1": text_on(side)}), now)
    sync(store, listing({"1": other}), now)
    assert sides(store, ["1"]) == {"1": side}
    with store.read() as s:
        document = get_document(s, "papers", "1")
        assert document is not None
        assert document.exact_hash == exact_hash(other)


@pytest.mark.parametrize("side", ["train", "held_out"])
def test_a_document_joins_the_one_that_was_edited_into_its_text(
    store: Store, now: datetime, side: str
) -> None:
    other = text_on("held_out" if side == "train" else "train")
    sync(store, listing({"1": text_on(side)}), now)
    sync(store, listing({"1": other}), now)
    sync(store, listing({"1": other, "2": other}), now)
    assert sides(store, ["1", "2"]) == {"1": side, "2": side}


def test_near_copies_are_on_one_side_whenever_they_come(store: Store, now: datetime) -> None:
    for share, name, text in ((0.01, "1", "The  Title\n"), (0.99, "2", "the title")):
        sync(store, listing({name: text}), now, complete=False, share=share)
    found = sides(store, ["1", "2"])
    assert found["1"] == found["2"] == side_of(text_hash("the title"), 0.01)


def test_a_changed_share_moves_nothing(store: Store, now: datetime) -> None:
    texts = {str(number): f"text {number}" for number in range(30)}
    sync(store, listing(texts), now, share=0.1)
    before = sides(store, texts)
    sync(store, listing(texts), now, share=0.9)
    assert sides(store, texts) == before
    assert set(before.values()) == {"train", "held_out"}


def test_a_listing_that_cannot_tell_leaves_the_approval_as_it_is(
    store: Store, now: datetime
) -> None:
    sync(store, [Listed("1", "one", True), Listed("2", "two", False)], now)
    sync(store, [Listed("1", "one", None), Listed("2", "two", None)], now)
    with store.read() as s:
        assert unapproved(s, "papers") == ["2"]


def test_unapproved_documents_are_counted(store: Store, now: datetime) -> None:
    sync(store, listing({"1": "one", "2": "two", "3": "three"}, approved=["2"]), now)
    sync(store, listing({"1": "one", "2": "two"}, approved=["2"]), now)
    with store.read() as s:
        assert count_unapproved(s, "papers") == 1
        assert count_unapproved(s, "letters") == 0


def test_documents_are_found_by_the_texts_that_were_asked_for(store: Store, now: datetime) -> None:
    texts = {str(number): f"text {number % 700}" for number in range(1400)}
    sync(store, listing(texts), now)
    asked = [exact_hash(f"text {number}") for number in range(600)]
    with store.read() as s:
        assert len(external_ids(s, "papers", [*asked, exact_hash("unknown")])) == 1200
        assert external_ids(s, "letters", asked) == ()
    sync(store, listing({"0": "text 0"}), now)
    with store.read() as s:
        assert external_ids(s, "papers", asked) == ("0",)


def test_the_same_name_in_another_project_is_another_document(store: Store, now: datetime) -> None:
    sync(store, listing({"1": "one"}), now)
    with store.begin() as s:
        sync_listing(s, "letters", [], complete=True, share=0.5, now=now)
        assert get_document(s, "letters", "1") is None
        assert unapproved(s, "papers") == ["1"]
