from datetime import datetime

from ner.hashing import side_of, text_hash
from tests.support.store.stored import record_approved
from worker.store.corpus.documents import ListedDocument, sync_documents
from worker.store.corpus.revisions import Approval
from worker.store.database import Store
from worker.store.training.training_side import on_training_side

SHARE = 0.5
TEXTS = [f"Document {number}." for number in range(40)]
TRAIN = [text for text in TEXTS if side_of(text_hash(text), SHARE) == "train"]
HELD_OUT = [text for text in TEXTS if side_of(text_hash(text), SHARE) == "held_out"]


def listing(*texts: str) -> list[ListedDocument]:
    return [ListedDocument(str(number), text, None) for number, text in enumerate(texts)]


def select(store: Store, listed: list[ListedDocument], now: datetime) -> list[str]:
    """The texts on the training side, after the listing was stored."""
    with store.begin() as s:
        sync_documents(s, "papers", listed, share=SHARE, now=now)
        return [document.text for document in on_training_side(s, "papers", listed)]


def test_held_out_documents_are_left_out(store: Store, now: datetime) -> None:
    assert select(store, listing(*TEXTS), now) == TRAIN


def test_a_document_edited_into_a_held_out_text_is_left_out(store: Store, now: datetime) -> None:
    select(store, listing(TRAIN[0], HELD_OUT[0]), now)
    assert select(store, listing(HELD_OUT[0].upper(), HELD_OUT[0]), now) == []


def test_a_held_out_document_edited_into_a_training_text_is_left_out(
    store: Store, now: datetime
) -> None:
    select(store, listing(TRAIN[0], HELD_OUT[0]), now)
    assert select(store, listing(TRAIN[0], TRAIN[0]), now) == [TRAIN[0]]


def test_documents_that_are_not_stored_are_left_out(store: Store, now: datetime) -> None:
    with store.begin() as s:
        approval = Approval("0", TRAIN[0], ())
        record_approved(s, "papers", approval, source="import", share=SHARE, now=now)
        assert on_training_side(s, "papers", listing(TRAIN[0])) == ()
