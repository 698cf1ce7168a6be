"""The figures in which a person sees that a file was read wrongly."""

from ner.corpus.shape import shape_of
from ner.spans import Document, Span

TEXT = "Ada Lowe runs in Lund"
GOLD = (Span(0, 8, "PER"), Span(17, 21, "LOC"))


def document(name: str, shift: int = 0) -> Document:
    """A document whose spans are some characters too far left."""
    spans = (Span(max(0, s.start - shift), s.end - shift, s.label) for s in GOLD)
    return Document(TEXT, tuple(spans), id=name)


def test_documents_spans_and_labels_are_counted() -> None:
    long = Document("x" * 50, id="long")
    shape = shape_of([document("a"), document("b"), Document("Lund", (Span(0, 4, "LOC"),)), long])
    assert (shape.documents, shape.without_spans) == (4, 1)
    assert [*shape.spans.items()] == [("LOC", 3), ("PER", 2)]
    assert shape.having == {"LOC": 3, "PER": 2}
    assert (shape.longest, len(shape.duplicates.copies)) == (long, 1)
    assert (shape.boundaries, shape.inside, shape.drifted) == (10, 0, ())


def test_documents_whose_boundaries_are_inside_words_unlike_the_others_are_named() -> None:
    shape = shape_of([*(document(str(n)) for n in range(20)), document("drifted", 2)])
    assert (shape.inside, shape.drifted, shape.is_suspicious) == (3, ("drifted",), False)


def test_a_corpus_with_many_boundaries_inside_words_is_suspicious() -> None:
    assert not shape_of([document("a", 2)]).is_suspicious
    drifted = [document(str(n), 2) for n in range(10)]
    assert shape_of(drifted).is_suspicious
    assert shape_of(drifted).inside_share == 0.75


def test_without_spans_there_is_no_share() -> None:
    shape = shape_of([Document("a")])
    assert (shape.inside_share, shape.is_suspicious, shape.drifted) == (0.0, False, ())
