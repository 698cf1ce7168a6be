from datetime import datetime

import pytest

from ner.errors import StoreError
from tests.support.store.revising import ORG, approve
from worker.store.corpus.documents import IMPORT
from worker.store.corpus.named_documents import named_documents
from worker.store.database import Store


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
        ("7", "project 'papers' has never seen document 7"),
        ("import:12345678", "has no imported document with import:12345678"),
        ("import:abababab", "has several imported documents with import:abababab"),
        ("import:abab", "'import:abab' names no document: give the number that Doccano shows"),
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
