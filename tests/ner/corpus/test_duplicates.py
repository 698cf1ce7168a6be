from dataclasses import replace

from ner.corpus.duplicates import find_duplicates
from ner.spans import Document, Span

A, B = Span(0, 3, "A"), Span(0, 3, "B")


def _find(documents):
    """The duplicates of the documents, each of which gets its index as its id."""
    return find_duplicates([replace(each, id=str(i)) for i, each in enumerate(documents)])


def _indices(groups):
    return [tuple(int(document.id) for document in group) for group in groups]


def test_documents_with_the_same_text_and_spans_are_copies():
    found = _find([Document("Uni", (A,)), Document("x"), Document("Uni", (A,))])
    assert _indices(found.copies) == [(0, 2)]
    assert found.contradictions == ()


def test_documents_with_the_same_text_and_other_spans_contradict_each_other():
    found = _find([Document("Uni", (A,)), Document("Uni", (B,)), Document("Uni")])
    assert _indices(found.contradictions) == [(0, 1, 2)]
    assert found.copies == ()


def test_copies_within_a_contradiction_are_both():
    found = _find([Document("Uni", (A,)), Document("Uni"), Document("Uni", (A,))])
    assert _indices(found.copies) == [(0, 2)]
    assert _indices(found.contradictions) == [(0, 1, 2)]


def test_the_same_span_twice_contradicts_nothing():
    assert find_duplicates([Document("Uni", (A,)), Document("Uni", (A, A))]).contradictions == ()


def test_another_case_is_another_text():
    found = _find([Document("Uni"), Document("uni")])
    assert (found.copies, found.contradictions) == ((), ())


def test_groups_come_in_order_of_their_first_document():
    found = _find([Document(text) for text in "hgfedcba" * 2])
    assert _indices(found.copies) == [(index, index + 8) for index in range(8)]


def test_blanks_at_the_ends_of_spans_make_no_contradiction():
    found = _find([Document("Uni X", (Span(0, 3, "A"),)), Document("Uni X", (Span(0, 4, "A"),))])
    assert (len(found.copies), found.contradictions) == (1, ())
