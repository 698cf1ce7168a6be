"""How many documents a pull may withdraw without confirmation."""

from contextlib import nullcontext

import pytest

from ner.errors import ManyChanges
from ner.hashing import exact_hash
from worker.store.corpus.documents import KnownDocument
from worker.store.corpus.mass_changes import check_texts, too_many


@pytest.mark.parametrize(
    ("vanished", "approved", "held"),
    [
        (0, 0, False),
        (5, 5, False),
        (6, 29, True),
        (6, 30, False),
        (20, 100, False),
        (21, 100, True),
    ],
)
def test_more_than_five_and_more_than_a_fifth_are_too_many(
    vanished: int, approved: int, held: bool
) -> None:
    names = [str(number) for number in range(approved)]
    assert too_many(names[:vanished], names) is held


def known(number: int, *, approved: int = 0, present: int = 100) -> dict[str, KnownDocument]:
    """So many documents with the text "a", the first ones approved, the last ones deleted."""
    text = exact_hash("a")
    return {str(n): KnownDocument(text, n < approved, n >= present, None) for n in range(number)}


def edited(number: int, *, of: int, first: int = 0) -> dict[str, str]:
    """The hashes of a listing in which the first documents have another text."""
    return {str(n): exact_hash("b" if n < first + number else "a") for n in range(first, of)}


def test_texts_of_deleted_documents_and_of_new_ones_do_not_count() -> None:
    check_texts("papers", known(20, approved=20, present=10), edited(30, of=40, first=10))


@pytest.mark.parametrize(("changed", "refused"), [(5, False), (6, True)])
def test_approved_documents_are_counted_apart(changed: int, refused: bool) -> None:
    expected = pytest.raises(ManyChanges, match="6 of 10 approved documents of papers")
    with expected if refused else nullcontext():
        check_texts("papers", known(100, approved=10), edited(changed, of=100))


def test_documents_that_are_not_approved_count_too() -> None:
    with pytest.raises(ManyChanges, match="8 of 8 documents of papers"):
        check_texts("papers", known(10), edited(8, of=8))
