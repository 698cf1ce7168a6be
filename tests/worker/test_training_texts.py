"""Texts to learn from without annotations, with a listing in place of Doccano."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ner.hashing import side_of, text_hash
from ner.spans import Document
from tests.support.store.stored import record_approved
from worker.doccano.models import Example
from worker.settings import Settings
from worker.store.corpus.documents import ListedDocument
from worker.store.corpus.listings import sync_listing
from worker.store.corpus.revisions import Approval
from worker.store.database import Store, open_store
from worker.training_texts import TrainingTexts, training_texts

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PROJECT = "papers"
SHARE = 0.3
# Shares so small and so large that a side decided again would be the other one.
LITTLE, MUCH = 1e-9, 0.5
TEXTS = [f"Document {number}." for number in range(60)]
HELD_OUT = {text for text in TEXTS if side_of(text_hash(text), SHARE) == "held_out"}


class Listing:
    """Replaces Doccano's client."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)

    def examples(self, project: int) -> Iterator[Example]:
        assert project == 7
        for number, text in enumerate(self.texts, start=1):
            yield Example(id=number, text=text, meta={}, confirmed=number % 2 == 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield store
    store.close()


def read(store: Store, listing: Listing, *, share: float = SHARE) -> TrainingTexts:
    settings = Settings(projects={PROJECT: {"doccano_project": 7, "held_out_share": share}})
    return training_texts(store, listing, PROJECT, settings, NOW)  # type: ignore[arg-type]


def test_held_out_documents_are_left_out_approved_or_not(store: Store) -> None:
    result = read(store, Listing(*TEXTS))
    assert 5 < len(HELD_OUT) < 55
    assert result == TrainingTexts(
        tuple(text for text in TEXTS if text not in HELD_OUT), len(HELD_OUT)
    )


def test_a_side_that_was_decided_before_stays(store: Store) -> None:
    listed = [ListedDocument(str(number), text, None) for number, text in enumerate(TEXTS, start=1)]
    sync_listing(store, PROJECT, listed, complete=True, share=1.0, now=NOW)
    assert read(store, Listing(*TEXTS), share=LITTLE).texts == ()


def test_a_side_that_is_decided_now_stays_later(store: Store) -> None:
    listing = Listing(*TEXTS)
    read(store, listing, share=LITTLE)
    assert {*HELD_OUT} <= {*read(store, listing, share=MUCH).texts}


def test_a_document_edited_into_a_held_out_text_is_left_out_and_so_is_its_near_copy(
    store: Store,
) -> None:
    held_out = sorted(HELD_OUT)[0]
    listing = Listing(*TEXTS)
    read(store, listing)
    index = next(number for number, text in enumerate(TEXTS) if text not in HELD_OUT)
    listing.texts[index] = held_out
    listing.texts.append(held_out.upper())
    result = read(store, listing)
    assert not {held_out, held_out.upper(), TEXTS[index]} & {*result.texts}
    assert result.held_out == len(HELD_OUT) + 2


def test_a_held_out_document_that_was_edited_stays_left_out(store: Store) -> None:
    listing = Listing(*TEXTS)
    read(store, listing)
    listing.texts[TEXTS.index(sorted(HELD_OUT)[0])] = "Quite another text."
    assert "Quite another text." not in read(store, listing, share=LITTLE).texts


def test_a_held_out_document_edited_into_a_training_text_is_left_out(store: Store) -> None:
    listing = Listing(*TEXTS)
    read(store, listing)
    held_out = TEXTS.index(sorted(HELD_OUT)[0])
    training = next(number for number, text in enumerate(TEXTS) if text not in HELD_OUT)
    listing.texts[held_out], listing.texts[training] = TEXTS[training], "Now something else."
    assert TEXTS[training] not in read(store, listing).texts


def test_imported_gold_of_the_training_side_is_read_too(store: Store) -> None:
    gold = [Document(f"Gold {number}.") for number in range(40)]
    with store.begin() as s:
        for number, document in enumerate(gold):
            approval = Approval(str(number), document.text, ())
            record_approved(s, PROJECT, approval, source="import", share=SHARE, now=NOW)
    expected = {d.text for d in gold if side_of(text_hash(d.text), SHARE) == "train"}
    assert {*read(store, Listing()).texts} == expected
    assert 0 < len(expected) < 40
