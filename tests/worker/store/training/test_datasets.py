from datetime import datetime

import pytest

from ner.hashing import side_of, text_hash
from ner.spans import Document, Span
from tests.support.store.stored import record_approved
from worker.store.corpus.documents import DOCCANO, Source
from worker.store.corpus.revisions import Approval, record_withdrawals
from worker.store.database import Store
from worker.store.labels import sync_labels
from worker.store.training.datasets import (
    DELETED_LABEL,
    IN_DOCCANO,
    NOW_HELD_OUT,
    NOW_TRAINING,
    OUTSIDE,
    Dataset,
    load_dataset,
)

TEXTS = [f"University number {number}" for number in range(40)]
TRAIN = [text for text in TEXTS if side_of(text_hash(text), 0.5) == "train"]
HELD_OUT = [text for text in TEXTS if side_of(text_hash(text), 0.5) == "held_out"]
ORG = Span(0, 10, "7")


@pytest.fixture(autouse=True)
def _labels(store: Store) -> None:
    rename(store, {7: "ORG", 8: "ADDRESS"})


def rename(store: Store, names: dict[int, str]) -> None:
    with store.begin() as s:
        sync_labels(s, "papers", names)


def approve(
    store: Store, now: datetime, name: str, text: str, *spans: Span, source: Source = DOCCANO
) -> None:
    with store.begin() as s:
        approval = Approval(name, text, spans)
        record_approved(s, "papers", approval, source=source, share=0.5, now=now)


def load(store: Store, up_to: int | None = None) -> Dataset:
    with store.read() as s:
        return load_dataset(s, "papers", up_to=up_to)


def test_an_empty_project_gives_an_empty_dataset(store: Store) -> None:
    data = load(store)
    assert (data.train, data.held_out, data.last_revision_id, data.left_out) == ((), (), 0, {})
    assert data.labels == ("ADDRESS", "ORG")


def test_documents_are_on_their_side_with_label_names(store: Store, now: datetime) -> None:
    approve(store, now, "1", TRAIN[0], ORG, Span(11, 17, "8"))
    approve(store, now, "2", HELD_OUT[0])
    data = load(store)
    spans = (Span(0, 10, "ORG"), Span(11, 17, "ADDRESS"))
    assert data.train == (Document(TRAIN[0], spans, id="1"),)
    assert data.held_out == (Document(HELD_OUT[0], id="2"),)
    assert data.label_keys == {"ORG": "7", "ADDRESS": "8"}
    assert data.last_revision_id == 2


def test_every_document_is_on_exactly_one_side(store: Store, now: datetime) -> None:
    for number, text in enumerate(TEXTS):
        approve(store, now, str(number), text)
    data = load(store)
    assert {document.text for document in data.train} == set(TRAIN)
    assert {document.text for document in data.held_out} == set(HELD_OUT)


def test_an_edited_training_document_that_equals_a_held_out_one_is_left_out(
    store: Store, now: datetime
) -> None:
    approve(store, now, "1", TRAIN[0])
    approve(store, now, "2", HELD_OUT[0])
    approve(store, now, "1", HELD_OUT[0].upper())
    data = load(store)
    assert [document.id for document in data.train] == []
    assert [document.id for document in data.held_out] == ["2"]
    assert data.left_out == {NOW_HELD_OUT: 1}


def test_an_edited_held_out_document_that_equals_a_training_one_is_left_out(
    store: Store, now: datetime
) -> None:
    approve(store, now, "1", TRAIN[0])
    approve(store, now, "2", HELD_OUT[0])
    approve(store, now, "2", TRAIN[0])
    data = load(store)
    assert [document.id for document in data.train] == ["1"]
    assert data.held_out == ()
    assert data.left_out == {NOW_TRAINING: 1}


def test_a_new_text_from_an_edit_is_on_the_edited_documents_side(
    store: Store, now: datetime
) -> None:
    approve(store, now, "1", TRAIN[0])
    approve(store, now, "1", HELD_OUT[0])
    approve(store, now, "2", HELD_OUT[0])
    data = load(store)
    assert [document.id for document in data.train] == ["1", "2"]
    assert (data.held_out, data.left_out) == ((), {})


def test_a_rename_keeps_the_fingerprint_and_changes_the_names(store: Store, now: datetime) -> None:
    approve(store, now, "1", TRAIN[0], ORG)
    before = load(store)
    rename(store, {7: "AFFILIATION", 8: "ADDRESS"})
    after = load(store)
    assert after.fingerprint == before.fingerprint
    assert after.labels == ("ADDRESS", "AFFILIATION")
    assert after.train[0].labels == {"AFFILIATION"}


def test_a_label_that_only_held_out_documents_have_is_named(store: Store, now: datetime) -> None:
    address = Span(11, 17, "8")
    approve(store, now, "1", TRAIN[0], ORG)
    approve(store, now, "2", HELD_OUT[0], ORG, address)
    approve(store, now, "3", HELD_OUT[1], address, Span(0, 4, "8"))
    data = load(store)
    assert data.only_held_out == {"ADDRESS": 2}
    assert data.remarks == (
        "label 'ADDRESS' occurs only in held-out documents (2), which are never trained on; "
        "approve another document with it",
    )
    approve(store, now, "4", TRAIN[1], address)
    assert (load(store).only_held_out, load(store).remarks) == ({}, ())


def test_spans_of_a_deleted_label_are_dropped_and_counted(store: Store, now: datetime) -> None:
    approve(store, now, "1", TRAIN[0], ORG, Span(11, 17, "8"))
    before = load(store)
    rename(store, {7: "ORG"})
    after = load(store)
    assert after.labels == ("ORG",)
    assert after.train[0].spans == (Span(0, 10, "ORG"),)
    assert after.left_out == {DELETED_LABEL: 1}
    assert after.fingerprint != before.fingerprint


def test_a_document_with_a_span_beyond_its_text_is_left_out_and_counted(
    store: Store, now: datetime
) -> None:
    approve(store, now, "1", TRAIN[0], ORG, Span(11, 999, "8"))
    data = load(store)
    assert (data.train, data.left_out) == ((), {OUTSIDE: 1})


def test_blanks_at_the_ends_of_stored_spans_are_left_out(store: Store, now: datetime) -> None:
    approve(store, now, "1", TRAIN[0], ORG)
    trimmed = load(store)
    approve(store, now, "1", TRAIN[0], Span(0, 11, ORG.label))
    assert load(store).train == trimmed.train
    assert load(store).fingerprint == trimmed.fingerprint


def test_the_fingerprint_does_not_depend_on_the_order_or_the_names_of_documents(
    store: Store, now: datetime
) -> None:
    approve(store, now, "1", TRAIN[0], ORG)
    approve(store, now, "2", TRAIN[1])
    before = load(store).fingerprint
    with store.begin() as s:
        for name in ("1", "2"):
            record_withdrawals(s, "papers", {name: "deleted"}, now=now)
    assert load(store).fingerprint != before
    approve(store, now, "3", TRAIN[1])
    approve(store, now, "4", TRAIN[0], ORG)
    assert load(store).fingerprint == before


@pytest.mark.parametrize(
    ("text", "spans"), [(TRAIN[1], (ORG,)), (TRAIN[0], ()), (TRAIN[0], (Span(0, 10, "8"),))]
)
def test_the_fingerprint_changes_with_the_data(
    store: Store, now: datetime, text: str, spans: tuple[Span, ...]
) -> None:
    approve(store, now, "1", TRAIN[0], ORG)
    before = load(store).fingerprint
    approve(store, now, "1", text, *spans)
    assert load(store).fingerprint != before


def test_an_earlier_state_can_be_loaded_again(store: Store, now: datetime) -> None:
    approve(store, now, "1", TRAIN[0], ORG)
    approve(store, now, "2", TRAIN[1])
    before = load(store)
    approve(store, now, "1", TRAIN[0])
    with store.begin() as s:
        record_withdrawals(s, "papers", {"2": "unticked"}, now=now)
    approve(store, now, "3", TRAIN[2])
    assert load(store) != before
    assert load(store, before.last_revision_id) == before


def test_withdrawn_documents_are_not_in_the_dataset(store: Store, now: datetime) -> None:
    approve(store, now, "1", TRAIN[0])
    with store.begin() as s:
        record_withdrawals(s, "papers", {"1": "deleted"}, now=now)
    assert load(store).train == ()


def test_imported_documents_have_an_id_with_a_prefix(store: Store, now: datetime) -> None:
    approve(store, now, "1", TRAIN[0])
    approve(store, now, "1", TRAIN[1], source="import")
    assert [document.id for document in load(store).train] == ["1", "import:1"]


def test_an_imported_text_that_is_approved_in_doccano_counts_once(
    store: Store, now: datetime
) -> None:
    approve(store, now, "hash", TRAIN[0], source="import")
    imported = load(store)
    assert (len(imported.train), imported.left_out) == (1, {})
    approve(store, now, "3", TRAIN[0], ORG)
    data = load(store)
    assert [(document.id, document.spans) for document in data.train] == [
        ("3", (Span(0, 10, "ORG"),))
    ]
    assert data.left_out == {IN_DOCCANO: 1}
    assert load(store, up_to=imported.last_revision_id) == imported


def test_an_imported_text_that_doccano_approves_unchanged_needs_no_training(
    store: Store, now: datetime
) -> None:
    approve(store, now, "hash", TRAIN[0], ORG, source="import")
    before = load(store).fingerprint
    approve(store, now, "3", TRAIN[0], ORG)
    assert load(store).fingerprint == before


def test_imported_gold_counts_again_when_its_document_is_deleted_in_doccano(
    store: Store, now: datetime
) -> None:
    approve(store, now, "hash", TRAIN[0], source="import")
    approve(store, now, "3", TRAIN[0])
    with store.begin() as s:
        record_withdrawals(s, "papers", {"3": "deleted"}, now=now)
    data = load(store)
    assert [document.id for document in data.train] == ["import:hash"]
    assert data.left_out == {}
