from datetime import datetime

import pytest

from ner.errors import StoreError
from ner.hashing import exact_hash
from tests.support.store.revising import ORG, approve, withdraw
from worker.store.corpus.documents import IMPORT
from worker.store.corpus.named_documents import named_documents
from worker.store.database import Store
from worker.store.removal.release import documents_to_release, release_documents


def names(store: Store, *given: str) -> list[str]:
    with store.read() as s:
        return [str(document) for document in named_documents(s, "papers", given)]


def test_documents_are_found_by_number_and_by_the_hash_of_an_imported_text(
    store: Store, now: datetime
) -> None:
    for name in ("3", "12"):
        approve(store, now, name, ORG)
    approve(store, now, "ab" * 32, ORG, source=IMPORT)
    assert names(store, "012", "3", "3", "import:abababab") == ["3", "12", "import:abababababab"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("7", "project 'papers' has no document 7 of Doccano; check the number; gold that was"),
        ("import:12345678", "has no text with import:12345678 outside Doccano"),
        ("import:abababab", "has several texts with import:abababab; give more"),
        ("import:abab", "'import:abab' names no document: give the number that Doccano shows"),
        ("released:3", "project 'papers' has no document released:3; check the number"),
        ("-1", "'-1' names no document"),
        ("٣", "names no document"),
    ],
)
def test_a_name_of_no_document_or_of_several_is_refused(
    name: str, message: str, store: Store, now: datetime
) -> None:
    for ending in ("00", "11"):
        approve(store, now, "ab" * 31 + ending, ORG, source=IMPORT)
    with pytest.raises(StoreError, match=message):
        names(store, name)


def release(store: Store, now: datetime) -> None:
    with store.begin() as s:
        release_documents(s, "papers", documents_to_release(s, "papers"), now=now)


def test_documents_that_were_let_go_are_found_by_number_and_by_the_hash_of_any_text(
    store: Store, now: datetime
) -> None:
    approve(store, now, "4", ORG, text="first")
    approve(store, now, "4", ORG, text="second")
    withdraw(store, now, "4")
    approve(store, now, "5", ORG, text="first, of gold")
    approve(store, now, "5", ORG, text="second, of gold")
    release(store, now)
    assert names(store, "released:1") == ["released:1"]
    gold = f"import:{exact_hash('second, of gold')[:12]}"
    for text in ("first", "second"):
        assert names(store, f"import:{exact_hash(text)}") == ["released:1"]
        assert names(store, f"import:{exact_hash(text)[:8]}") == ["released:1"]
        assert names(store, f"import:{exact_hash(text + ', of gold')}") == [gold]


def test_a_hash_names_all_documents_with_the_text(store: Store, now: datetime) -> None:
    for number in ("1", "2"):
        approve(store, now, number, ORG, text="same")
        release(store, now)
    assert names(store, f"import:{exact_hash('same')}") == [
        f"import:{exact_hash('same')[:12]}",
        "released:2",
    ]


def test_an_unknown_number_names_the_documents_that_were_let_go(
    store: Store, now: datetime
) -> None:
    for number in range(7):
        approve(store, now, str(number), ORG, text=f"text {number}")
        withdraw(store, now, str(number))
    release(store, now)
    with pytest.raises(StoreError) as caught:
        names(store, "4")
    assert str(caught.value) == (
        "project 'papers' has no document 4 of Doccano; check the number; `nerloop rebind` has let "
        "documents go, whose numbers in Doccano are forgotten: released:1, released:2, "
        "released:3, released:4, released:5 and more; these and gold that was imported or kept by "
        "a rebind can be named by import: and the SHA-256 of its text, or by --gold FILE"
    )
