from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from ner.hashing import exact_hash
from ner.spans import Prediction, Span
from tests.support.auto_label_calls import NOW, TEXT, answer, call, listed
from tests.support.stored import get_document
from worker.store.database import Store
from worker.store.documents import Listed, sync_listing
from worker.store.revisions import Approval, record_approved
from worker.store.schema import ServedRow
from worker.store.served import (
    answer_once,
    calls_after,
    forget,
    has_free_slot,
    last_call,
    prune_calls,
    record_call,
    settle,
)


def test_an_unknown_text_is_answered_once(store: Store) -> None:
    assert [answer(store) for _ in range(3)] == [True, False, False]
    assert answer(store, "another text")


def test_a_text_is_answered_once_for_each_unapproved_document_with_it(store: Store) -> None:
    listed(store, {"1": False, "2": False, "3": True})
    assert [answer(store) for _ in range(3)] == [True, True, False]


def test_the_answer_to_a_text_not_yet_listed_counts_for_its_document(store: Store) -> None:
    assert answer(store)
    listed(store, {"1": False})
    assert not answer(store)
    listed(store, {"1": False, "2": False})
    assert [answer(store) for _ in range(2)] == [True, False]


def test_a_text_whose_documents_are_all_approved_is_not_answered(store: Store) -> None:
    listed(store, {"1": True})
    assert not answer(store)


def test_a_ticked_document_takes_its_claim_with_it(store: Store) -> None:
    listed(store, {"1": False, "2": False})
    assert answer(store)
    listed(store, {"1": True, "2": False})
    assert [answer(store) for _ in range(2)] == [True, False]


def test_unticking_brings_nothing_back(store: Store) -> None:
    listed(store, {"1": False})
    assert answer(store)
    for approved in (True, False, True, False):
        listed(store, {"1": approved})
        assert not answer(store)


def test_a_document_annotated_without_help_leaves_no_answer_over(store: Store) -> None:
    listed(store, {"1": False, "2": False})
    listed(store, {"1": True, "2": False})
    assert [answer(store) for _ in range(2)] == [True, False]


def test_an_approval_takes_the_claim_without_waiting_for_a_listing(store: Store) -> None:
    listed(store, {"1": False, "2": False})
    assert answer(store)
    with store.begin() as s:
        record_approved(s, "papers", Approval("1", TEXT, ()), share=0.2, now=NOW)
    assert [answer(store) for _ in range(2)] == [True, False]


def test_a_deleted_document_takes_its_claim_with_it(store: Store) -> None:
    listed(store, {"1": False})
    assert answer(store)
    listed(store, {})
    listed(store, {"2": False})
    assert [answer(store) for _ in range(2)] == [True, False]


def test_a_deleted_document_is_answered_no_more(store: Store) -> None:
    listed(store, {"1": False, "2": False, "3": False})
    listed(store, {"2": False})
    assert [answer(store) for _ in range(2)] == [True, False]


def test_an_edited_document_takes_its_claim_with_it(store: Store) -> None:
    listed(store, {"1": False})
    assert answer(store)
    listed(store, {"1": False}, text="University of Bergen")
    assert answer(store, "University of Bergen")
    with store.begin() as s:
        rows = [Listed("1", "University of Bergen", False), Listed("2", TEXT, False)]
        sync_listing(s, "papers", rows, complete=True, share=0.2, now=NOW)
    assert [answer(store) for _ in range(2)] == [True, False]


def test_settling_counts_once_for_each_document(store: Store) -> None:
    listed(store, {"1": False, "2": False})
    assert answer(store)
    assert answer(store)
    with store.begin() as s:
        document = get_document(s, "papers", "1")
        assert document is not None
        for _ in range(3):
            settle(s, "papers", exact_hash(TEXT), document.id)
        assert forget(s, "papers", only_open=True) == 1


def test_asking_whether_a_slot_is_free_takes_none(store: Store) -> None:
    for _ in range(2):
        with store.read() as s:
            assert has_free_slot(s, "papers", exact_hash(TEXT))
    assert answer(store)
    with store.read() as s:
        assert not has_free_slot(s, "papers", exact_hash(TEXT))


def test_projects_do_not_take_each_others_claims(store: Store) -> None:
    assert answer(store)
    with store.begin() as s:
        assert answer_once(s, call(project="letters"))


def test_a_claim_whose_transaction_fails_is_free_again(store: Store) -> None:
    with suppress(ZeroDivisionError), store.begin() as s:
        assert answer_once(s, call())
        raise ZeroDivisionError
    with store.read() as s:
        assert last_call(s, "papers") is None
    assert answer(store)


def test_a_call_that_finds_no_free_slot_records_nothing(store: Store) -> None:
    assert answer(store)
    assert not answer(store)
    with store.read() as s:
        assert len(calls_after(s, "papers", 0)) == 1


def test_recorded_scores_stay_with_their_spans(store: Store) -> None:
    spans = (Span(0, 10, "ORG"), Span(14, 20, "PLACE"))
    prediction = Prediction(TEXT, spans, (0.75, 0.25))
    with store.begin() as s:
        record_call(s, replace(call(), prediction=prediction))
        row = s.scalars(select(ServedRow)).one()
        assert (row.spans, row.scores) == ([[0, 10, "ORG"], [14, 20, "PLACE"]], [0.75, 0.25])
        assert row.model_version is None


def test_forgetting_spares_approved_documents_unless_told_otherwise(store: Store) -> None:
    listed(store, {"1": False, "2": False})
    assert answer(store)
    assert answer(store)
    listed(store, {"1": True, "2": False})
    with store.begin() as s:
        assert forget(s, "papers", exact_hash=exact_hash("another text")) == 0
        assert forget(s, "papers", exact_hash=exact_hash(TEXT)) == 1
    assert [answer(store) for _ in range(2)] == [True, False]
    with store.begin() as s:
        assert forget(s, "letters", only_open=False) == 0
        assert forget(s, "papers", only_open=False) == 2


def test_calls_are_told_in_their_order_from_where_one_left_off(store: Store) -> None:
    with store.begin() as s:
        assert last_call(s, "papers") is None
        ids = [record_call(s, call(text)) for text in ("a", "b", "c")]
        record_call(s, call("d", project="letters"))
        seen = calls_after(s, "papers", ids[0])
        assert [(one.id, one.exact_hash) for one in seen] == [
            (ids[1], exact_hash("b")),
            (ids[2], exact_hash("c")),
        ]
        assert last_call(s, "papers") == (ids[2], NOW)


def test_pruning_spares_what_is_new_or_claimed(store: Store) -> None:
    with store.begin() as s:
        record_call(s, call("old"))
        claimed = answer_once(s, call("claimed"))
        assert claimed
        record_call(s, call("new", at=NOW + timedelta(days=1)))
        record_call(s, call("old", project="letters"))
        assert prune_calls(s, "papers", NOW + timedelta(hours=1)) == 1
        left = [one.exact_hash for one in calls_after(s, "papers", 0)]
        assert left == [exact_hash("claimed"), exact_hash("new")]
        assert len(calls_after(s, "letters", 0)) == 1


def test_the_id_of_a_pruned_call_is_never_given_again(store: Store) -> None:
    with store.begin() as s:
        last = record_call(s, call("old"))
        prune_calls(s, "papers", NOW + timedelta(hours=1))
    with store.begin() as s:
        assert record_call(s, call("new")) > last
