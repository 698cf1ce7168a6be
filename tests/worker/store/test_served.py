from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ner.hashing import exact_hash
from ner.spans import Prediction, Span
from tests.support.store.auto_label_calls import NOW, TEXT, answer, call, listed
from tests.support.store.statements import explained
from tests.support.store.stored import get_document, record_approved
from worker.store.corpus.documents import ListedDocument
from worker.store.corpus.listings import sync_listing
from worker.store.corpus.revisions import Approval
from worker.store.database import Store, open_store
from worker.store.database.schema import ServedRow
from worker.store.served import (
    assign_claim,
    calls_after,
    claim_answer,
    delete_claims,
    has_free_slot,
    last_call,
    prune_calls,
    record_call,
)


def test_an_unknown_text_is_answered_once(store: Store) -> None:
    assert [answer(store) for _ in range(3)] == [True, False, False]
    assert answer(store, "another text")


def test_a_text_is_answered_once_for_each_unapproved_document_with_it(store: Store) -> None:
    listed(store, {"1": False, "2": False, "3": True})
    assert [answer(store) for _ in range(3)] == [True, True, False]


def test_the_answer_to_a_text_not_yet_listed_belongs_to_its_document(store: Store) -> None:
    assert answer(store)
    listed(store, {"1": False})
    assert not answer(store)
    listed(store, {"1": False, "2": False})
    assert [answer(store) for _ in range(2)] == [True, False]


def test_a_text_whose_documents_are_all_approved_is_not_answered(store: Store) -> None:
    listed(store, {"1": True})
    assert not answer(store)


def test_a_ticked_document_keeps_its_claim(store: Store) -> None:
    listed(store, {"1": False, "2": False})
    assert answer(store)
    listed(store, {"1": True, "2": False})
    assert [answer(store) for _ in range(2)] == [True, False]


def test_an_unticked_document_is_not_answered_again(store: Store) -> None:
    listed(store, {"1": False})
    assert answer(store)
    for approved in (True, False, True, False):
        listed(store, {"1": approved})
        assert not answer(store)


def test_a_document_approved_without_an_answer_leaves_none_over(store: Store) -> None:
    listed(store, {"1": False, "2": False})
    listed(store, {"1": True, "2": False})
    assert [answer(store) for _ in range(2)] == [True, False]


def test_an_approval_gets_the_claim_without_a_listing(store: Store) -> None:
    listed(store, {"1": False, "2": False})
    assert answer(store)
    with store.begin() as s:
        record_approved(s, "papers", Approval("1", TEXT, ()), share=0.2, now=NOW)
    assert [answer(store) for _ in range(2)] == [True, False]


def test_a_deleted_document_keeps_its_claim(store: Store) -> None:
    listed(store, {"1": False})
    assert answer(store)
    listed(store, {})
    listed(store, {"2": False})
    assert [answer(store) for _ in range(2)] == [True, False]


def test_a_deleted_document_is_not_answered(store: Store) -> None:
    listed(store, {"1": False, "2": False, "3": False})
    listed(store, {"2": False})
    assert [answer(store) for _ in range(2)] == [True, False]


def test_an_edited_document_keeps_its_claim_to_the_old_text(store: Store) -> None:
    listed(store, {"1": False})
    assert answer(store)
    listed(store, {"1": False}, text="University of Bergen")
    assert answer(store, "University of Bergen")
    rows = [
        ListedDocument("1", "University of Bergen", False),
        ListedDocument("2", TEXT, False),
    ]
    sync_listing(store, "papers", rows, complete=True, share=0.2, now=NOW)
    assert [answer(store) for _ in range(2)] == [True, False]


def test_a_document_gets_one_claim_however_often_it_is_assigned(store: Store) -> None:
    listed(store, {"1": False, "2": False})
    assert answer(store)
    assert answer(store)
    with store.begin() as s:
        document = get_document(s, "papers", "1")
        assert document is not None
        for _ in range(3):
            assign_claim(s, "papers", exact_hash(TEXT), document.id)
        assert delete_claims(s, "papers", only_open=True) == 1


def test_has_free_slot_takes_no_slot(store: Store) -> None:
    for _ in range(2):
        with store.read() as s:
            assert has_free_slot(s, "papers", exact_hash(TEXT))
    assert answer(store)
    with store.read() as s:
        assert not has_free_slot(s, "papers", exact_hash(TEXT))


def test_claims_of_one_project_do_not_count_in_another(store: Store) -> None:
    assert answer(store)
    with store.begin() as s:
        assert claim_answer(s, call(project="letters"))


def test_a_claim_is_rolled_back_with_its_transaction(store: Store) -> None:
    with suppress(ZeroDivisionError), store.begin() as s:
        assert claim_answer(s, call())
        raise ZeroDivisionError
    with store.read() as s:
        assert last_call(s, "papers") is None
    assert answer(store)


def test_a_call_without_a_free_slot_is_not_recorded(store: Store) -> None:
    assert answer(store)
    assert not answer(store)
    with store.read() as s:
        assert len(calls_after(s, "papers", 0)) == 1


def test_spans_and_scores_are_recorded_in_the_same_order(store: Store) -> None:
    spans = (Span(0, 10, "ORG"), Span(14, 20, "CITY"))
    prediction = Prediction(TEXT, spans, (0.75, 0.25))
    with store.begin() as s:
        record_call(s, replace(call(), prediction=prediction))
        row = s.scalars(select(ServedRow)).one()
        assert (row.spans, row.scores) == ([[0, 10, "ORG"], [14, 20, "CITY"]], [0.75, 0.25])
        assert row.model_version is None


def test_claims_of_approved_documents_are_deleted_only_without_only_open(store: Store) -> None:
    listed(store, {"1": False, "2": False})
    assert answer(store)
    assert answer(store)
    listed(store, {"1": True, "2": False})
    with store.begin() as s:
        assert delete_claims(s, "papers", exact_hash=exact_hash("another text")) == 0
        assert delete_claims(s, "papers", exact_hash=exact_hash(TEXT)) == 1
    assert [answer(store) for _ in range(2)] == [True, False]
    with store.begin() as s:
        assert delete_claims(s, "letters", only_open=False) == 0
        assert delete_claims(s, "papers", only_open=False) == 2


def test_calls_after_an_id_are_returned_in_order(store: Store) -> None:
    with store.begin() as s:
        assert last_call(s, "papers") is None
        ids = [record_call(s, call(text)) for text in ("a", "b", "c")]
        record_call(s, call("d", project="letters"))
        seen = calls_after(s, "papers", ids[0])
        assert [(seen_call.id, seen_call.exact_hash) for seen_call in seen] == [
            (ids[1], exact_hash("b")),
            (ids[2], exact_hash("c")),
        ]
        assert last_call(s, "papers") == (ids[2], NOW)


def test_calls_that_are_new_or_have_a_claim_are_not_pruned(store: Store) -> None:
    with store.begin() as s:
        record_call(s, call("old"))
        claimed = claim_answer(s, call("claimed"))
        assert claimed
        record_call(s, call("new", at=NOW + timedelta(days=1)))
        record_call(s, call("old", project="letters"))
    assert prune_calls(store, "papers", NOW + timedelta(hours=1)) == 1
    with store.read() as s:
        left = [seen_call.exact_hash for seen_call in calls_after(s, "papers", 0)]
        assert left == [exact_hash("claimed"), exact_hash("new")]
        assert len(calls_after(s, "letters", 0)) == 1


def test_the_oldest_calls_are_pruned_first_and_no_more_than_asked_for(store: Store) -> None:
    with store.begin() as s:
        for minutes in (2, 0, 1):
            record_call(s, call(f"at {minutes}", at=NOW + timedelta(minutes=minutes)))
    assert prune_calls(store, "papers", NOW + timedelta(hours=1), at_most=2) == 2
    with store.read() as s:
        assert [seen.exact_hash for seen in calls_after(s, "papers", 0)] == [exact_hash("at 2")]


@pytest.mark.parametrize("asked", ["prune", "newest", "later"])
def test_calls_are_found_by_an_index(tmp_path: Path, asked: str) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    with explained(store) as plans:
        if asked == "prune":
            prune_calls(store, "papers", NOW)
            assert [plan for plan in plans if "claim" in plan]
        else:
            with store.read() as s:
                _ = last_call(s, "papers") if asked == "newest" else calls_after(s, "papers", 7)
    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN") or "TEMP B-TREE" in plan]
    store.close()


def test_the_id_of_a_pruned_call_is_not_reused(store: Store) -> None:
    with store.begin() as s:
        last = record_call(s, call("old"))
    assert prune_calls(store, "papers", NOW + timedelta(hours=1)) == 1
    with store.begin() as s:
        assert record_call(s, call("new")) > last
