from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event, select

from ner.spans import Prediction, Span
from tests.support.store.revising import CITY, ORG, TEXT, approve, changes, newest, withdraw
from tests.support.store.stored import get_document
from worker.store.corpus.documents import DOCCANO, IMPORT, ListedDocument, sync_documents
from worker.store.corpus.named_documents import named_documents
from worker.store.corpus.revisions import current_approved
from worker.store.database import Store
from worker.store.database.schema import Base, ClaimRow, RevisionRow, ServedRow
from worker.store.removal.erasing import (
    ErasedRows,
    count_rows,
    erase_rows,
    holders,
    texts_of,
    texts_still_approved,
    withdrawn_before,
)
from worker.store.served import Call, claim_answer, record_call


def ids(store: Store, *names: str) -> tuple[int, ...]:
    with store.read() as s:
        return tuple(document.id for document in named_documents(s, "papers", names))


def erase(store: Store, now: datetime, *names: str) -> ErasedRows:
    with store.begin() as s:
        return erase_rows(s, "papers", ids(store, *names), now=now)


def call(text: str, now: datetime) -> Call:
    return Call("papers", "answered", Prediction(text, (Span(0, 3, "ORG"),), (0.5,), "v0001"), now)


def claim(store: Store, text: str, now: datetime) -> None:
    with store.begin() as s:
        assert claim_answer(s, call(text, now))


def rows(store: Store, table: type[Base]) -> list[Any]:
    with store.read() as s:
        return [*s.scalars(select(table))]


def test_revisions_lose_their_content_and_a_withdrawal_follows(store: Store, now: datetime) -> None:
    approve(store, now, "1", ORG, text="first")
    approve(store, now, "1", ORG, CITY, text="second")
    approve(store, now, "2", ORG)
    assert erase(store, now, "1") == ErasedRows(revisions=2)
    erased, other = [], []
    for row in rows(store, RevisionRow):
        (erased if row.document_id == 1 else other).append(row)
    assert [(row.kind, row.reason, row.text, row.spans, row.annotators) for row in erased] == [
        ("withdrawn", "erased", "", [], [])
    ] * 3
    assert [row.content_hash for row in erased] == ["erased", "erased", ""]
    assert [row.text for row in other] == [TEXT]
    with store.read() as s:
        assert current_approved(s, "papers").keys() == {"2"}
        assert texts_of(s, [1]) == frozenset()
    assert erase(store, now, "1") == ErasedRows()


def test_a_document_that_comes_back_is_approved_anew(store: Store, now: datetime) -> None:
    approve(store, now, "1", ORG)
    erase(store, now, "1")
    assert changes(store).documents == 0
    approve(store, now, "1", ORG)
    with store.read() as s:
        assert texts_of(s, [1]) == {TEXT}
    assert changes(store).documents == 1


def test_a_document_erased_after_a_run_has_changed_since_it(store: Store, now: datetime) -> None:
    approve(store, now, "1", ORG)
    run = newest(store)
    withdraw(store, now)
    erase(store, now, "1")
    assert changes(store, run).documents == 1


def test_imported_gold_is_named_by_its_hash(store: Store, now: datetime) -> None:
    name = "0123456789" * 6 + "abcd"
    approve(store, now, name, ORG, source=IMPORT)
    assert erase(store, now, f"import:{name[:8]}") == ErasedRows(revisions=1)
    with store.read() as s:
        document = get_document(s, "papers", name, source=IMPORT)
        assert document is not None
        assert not document.approved


def test_calls_and_claims_of_all_of_a_documents_texts_are_removed(
    store: Store, now: datetime
) -> None:
    claim(store, TEXT, now)
    approve(store, now, "1", ORG)
    claim(store, "another", now)
    approve(store, now, "1", ORG, text="another")
    claim(store, "of another document", now)
    with store.begin() as s:
        record_call(s, call(TEXT, now))
    with store.read() as s:
        assert count_rows(s, "papers", [1]) == ErasedRows(revisions=2, calls=3, claims=2)
    assert erase(store, now, "1") == ErasedRows(revisions=2, calls=3, claims=2)
    assert len(rows(store, ClaimRow)) == len(rows(store, ServedRow)) == 1


def test_calls_for_a_text_that_another_document_has_stay(store: Store, now: datetime) -> None:
    with store.begin() as s:
        twins = [ListedDocument(name, TEXT, approved=False) for name in ("1", "2")]
        sync_documents(s, "papers", twins, share=0.2, now=now)
    claim(store, TEXT, now)
    claim(store, TEXT, now)
    approve(store, now, "1", ORG)
    assert erase(store, now, "1") == ErasedRows(revisions=1, calls=1, claims=1)
    assert [row.document_id for row in rows(store, ClaimRow)] == [None]
    assert len(rows(store, ServedRow)) == 1
    both = ids(store, "1", "2")
    with store.begin() as s:
        assert erase_rows(s, "papers", both[1:], besides=both, now=now).claims == 1


def test_other_holders_of_a_text_are_found_by_any_of_their_approvals(
    store: Store, now: datetime
) -> None:
    for name, text in (("1", TEXT), ("2", TEXT), ("2", "later"), ("3", "other")):
        approve(store, now, name, ORG, text=text)
    approve(store, now, "f" * 64, ORG, source=IMPORT)
    with store.read() as s:
        assert holders(s, "papers", {TEXT}, besides={1}) == ((DOCCANO, "2"), (IMPORT, "f" * 64))
        assert holders(s, "letters", {TEXT}, besides={1}) == ()
        texts = texts_still_approved(s, "papers", [TEXT, "later", "gone"], besides={2})
        assert texts == {TEXT}


def test_documents_withdrawn_before_a_time_are_found_until_they_are_erased(
    store: Store, now: datetime
) -> None:
    day = timedelta(days=1)
    for number, name in enumerate(("3", "1", "2", "4")):
        approve(store, now, name, ORG)
        withdraw(store, now + number * day, name)
    approve(store, now + day, "4", ORG)
    with store.read() as s:
        assert withdrawn_before(s, "papers", now + 3 * day, limit=9) == ids_in_order(store, "312")
        assert withdrawn_before(s, "papers", now + 2 * day, limit=9) == ids_in_order(store, "31")
        assert withdrawn_before(s, "papers", now + 9 * day, limit=1) == ids_in_order(store, "3")
    erase(store, now, "3", "1")
    with store.read() as s:
        assert withdrawn_before(s, "papers", now + 9 * day, limit=9) == ids_in_order(store, "2")


def test_documents_withdrawn_long_ago_are_found_by_an_index(store: Store, now: datetime) -> None:
    seen: list[str] = []

    def note(_: Any, __: Any, sql: str, *___: Any) -> None:
        seen.append(sql)

    event.listen(store.engine, "before_cursor_execute", note)
    with store.read() as s:
        withdrawn_before(s, "papers", now, limit=5)
        event.remove(store.engine, "before_cursor_execute", note)
        query = next(sql for sql in seen if "FROM revision" in sql)
        if store.engine.dialect.name == "sqlite":
            steps = s.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {query}", ("papers", "2026-01-01", 5, 0)
            )
            assert "USING INDEX ix_revision_withdrawn (project=? AND seen_at<?)" in str(steps.all())


def ids_in_order(store: Store, names: str) -> tuple[int, ...]:
    return tuple(ids(store, name)[0] for name in names)
