from datetime import datetime

from tests.support.store.revising import approve, withdraw
from tests.support.training.fake_training import NOON
from worker.erasing.described import description
from worker.store.corpus.documents import ListedDocument, sync_documents
from worker.store.corpus.named_documents import named_documents
from worker.store.database import Store
from worker.store.removal.erasing import erase_rows

LATER = datetime(2026, 11, 24, 8, 30, tzinfo=NOON.tzinfo)


def described(store: Store, name: str) -> str:
    with store.read() as s:
        (document,) = named_documents(s, "papers", [name])
        return description(s, document)


def test_the_start_of_the_newest_text_is_one_line(store: Store) -> None:
    approve(store, NOON, text="before")
    approve(store, LATER, text="University\n of\r\n\x1b[31m " + "x" * 80)
    start = "University of \N{REPLACEMENT CHARACTER}[31m " + "x" * 40
    assert described(store, "1") == f'1: "{start}…", approved 2026-11-24 08:30'


def test_a_document_that_is_withdrawn_has_its_last_text_until_it_is_erased(store: Store) -> None:
    approve(store, NOON, text="University")
    withdraw(store, LATER)
    assert described(store, "1") == '1: "University", withdrawn 2026-11-24 08:30 (unticked)'
    with store.begin() as s:
        (document,) = named_documents(s, "papers", ["1"])
        erase_rows(s, "papers", [document.id], now=LATER)
    assert described(store, "1") == "1: no text is kept, withdrawn 2026-11-24 08:30 (erased)"


def test_a_document_that_was_never_approved_says_so(store: Store) -> None:
    with store.begin() as s:
        listed = [ListedDocument("1", "Bonn", approved=False)]
        sync_documents(s, "papers", listed, share=0.2, now=NOON)
    assert described(store, "1") == "1: never approved, no text is kept"
