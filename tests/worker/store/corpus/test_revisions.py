from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select

from ner.errors import StoreError
from ner.spans import Span
from tests.support.store.revising import CITY, ORG, TEXT, approve, changes, newest, withdraw
from tests.support.store.stored import get_document
from worker.store.corpus.changes import Changes, changes_since
from worker.store.corpus.documents import IMPORT
from worker.store.corpus.revisions import (
    approved_with_labels,
    approved_with_spans,
    current_approved,
    newest_approved,
    record_withdrawals,
)
from worker.store.database import Store
from worker.store.database.schema import RevisionRow


def test_the_same_approval_twice_is_one_revision(store: Store, now: datetime) -> None:
    assert approve(store, now, "1", ORG, CITY)
    assert not approve(store, now, "1", CITY, ORG)
    assert newest(store) == 1


@pytest.mark.parametrize(
    ("spans", "text"),
    [((), TEXT), ((Span(0, 10, "8"),), TEXT), ((Span(0, 9, "7"),), TEXT), ((ORG,), TEXT + " ")],
)
def test_any_difference_in_text_or_spans_is_a_new_revision(
    store: Store, now: datetime, spans: tuple[Span, ...], text: str
) -> None:
    assert approve(store, now, "1", ORG)
    assert approve(store, now, "1", *spans, text=text)


def test_a_document_without_spans_can_be_approved(store: Store, now: datetime) -> None:
    assert approve(store, now, "1")
    assert changes(store).documents == 1
    with store.read() as s:
        assert set(current_approved(s, "papers")) == {"1"}


def test_a_document_can_be_withdrawn_once_and_approved_again(store: Store, now: datetime) -> None:
    assert not withdraw(store, now)
    assert approve(store, now, "1", ORG)
    assert [withdraw(store, now) for _ in range(2)] == [True, False]
    with store.read() as s:
        assert current_approved(s, "papers") == {}
        document = get_document(s, "papers", "1")
        assert document is not None
        assert not document.approved
    assert approve(store, now, "1", ORG)


def test_the_newest_approved_documents_are_the_last_of_all(store: Store, now: datetime) -> None:
    for number in range(8):
        approve(store, now, str(number), ORG)
    withdraw(store, now, "7")
    approve(store, now, "2", CITY)
    approve(store, now, "x", CITY, text="imported", source="import")
    with store.read() as s:
        everything = tuple(current_approved(s, "papers"))
        assert newest_approved(s, "papers", 100) == everything
        assert newest_approved(s, "papers", 3) == everything[-3:] == ("5", "6", "2")


def test_revisions_are_only_ever_appended(store: Store, now: datetime) -> None:
    approve(store, now, "1", ORG)
    withdraw(store, now)
    approve(store, now, "1", ORG)
    with store.read() as s:
        rows = s.scalars(select(RevisionRow).order_by(RevisionRow.id)).all()
        assert [(row.kind, row.reason) for row in rows] == [
            ("approved", None),
            ("withdrawn", "unticked"),
            ("approved", None),
        ]


def test_imported_documents_are_separate_from_those_of_doccano(store: Store, now: datetime) -> None:
    approve(store, now, "1", ORG)
    approve(store, now, "1", CITY, text="another text", source="import")
    with store.read() as s:
        assert set(current_approved(s, "papers")) == {"1"}
        assert set(current_approved(s, "papers", source="import")) == {"1"}
    assert not withdraw(store, now, "2")
    assert changes(store).documents == 2


def test_projects_do_not_see_each_others_revisions(store: Store, now: datetime) -> None:
    approve(store, now, "1", ORG)
    with store.begin() as s:
        assert not record_withdrawals(s, "letters", {"1": "unticked"}, now=now)
        assert changes_since(s, "letters", 0) == Changes()
        assert current_approved(s, "letters") == {}


@pytest.mark.parametrize("text", ["a\x00b", "a\ud83db"])
def test_a_text_that_databases_cannot_store_is_refused(
    store: Store, now: datetime, text: str
) -> None:
    with pytest.raises(StoreError, match="document 5 contains a NUL or half a surrogate pair"):
        approve(store, now, "5", text=text)


def test_any_other_text_is_stored_unchanged(store: Store, now: datetime) -> None:
    text = "😀 e\u0301 \r\n\u2028\u0085 {}' \\"
    approve(store, now, "1", text=text)
    assert not approve(store, now, "1", text=text)
    with store.read() as s:
        assert s.scalars(select(RevisionRow.text)).one() == text


def test_parallel_pulls_record_each_approval_once(store: Store, now: datetime) -> None:
    names = [str(number) for number in range(6)] * 4
    with ThreadPoolExecutor(8) as pool:
        recorded = list(pool.map(lambda name: approve(store, now, name, ORG), names))
    assert sum(recorded) == 6
    with store.read() as s:
        assert len(s.scalars(select(RevisionRow.id)).all()) == 6


def test_approved_documents_are_found_by_their_spans(store: Store, now: datetime) -> None:
    approve(store, now, "1", ORG)
    approve(store, now, "2")
    approve(store, now, "3", ORG, CITY)
    approve(store, now, "4", CITY)
    withdraw(store, now, "4")
    approve(store, now, "5", ORG, source=IMPORT)
    with store.read() as s:
        assert approved_with_spans(s, "papers") == {"1", "3"}
        assert approved_with_spans(s, "papers", among=["2", "3", "4"]) == {"3"}
        assert approved_with_labels(s, "papers", {"8"}) == {"3"}
        assert approved_with_labels(s, "papers", {"7", "8"}) == {"1", "3"}
        assert approved_with_labels(s, "papers", set()) == frozenset()
