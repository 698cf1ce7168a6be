"""Spans, documents and predictions refuse invalid values, and predictions are renamed."""

import pytest

from ner.spans import Document, Prediction, Span, trim


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (4, 3)])
def test_a_span_is_not_empty_and_does_not_begin_before_the_text(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="must have 0 <= start < end"):
        Span(start, end, "LOC")


def test_a_span_has_a_label() -> None:
    with pytest.raises(ValueError, match="blank label"):
        Span(0, 1, " ")


def test_spans_overlap_when_they_share_a_code_point() -> None:
    assert Span(0, 3, "A").overlaps(Span(2, 5, "B"))
    assert not Span(0, 3, "A").overlaps(Span(3, 5, "B"))


def test_a_document_sorts_its_spans_and_knows_its_labels() -> None:
    document = Document("ab cd", (Span(3, 5, "B"), Span(0, 2, "A")))
    assert document.spans == (Span(0, 2, "A"), Span(3, 5, "B"))
    assert document.labels == {"A", "B"}


def test_a_document_has_no_span_beyond_its_text() -> None:
    with pytest.raises(ValueError, match="ends beyond the text's 2 code points"):
        Document("ab", (Span(0, 3, "A"),))


@pytest.mark.parametrize(
    ("spans", "scores", "problem"),
    [
        ((Span(0, 1, "A"),), (), "1 spans but 0 scores"),
        ((Span(0, 1, "A"),), (1.5,), "must lie in"),
        ((Span(0, 9, "A"),), (0.5,), "beyond the text"),
        ((Span(0, 2, "A"), Span(1, 3, "B")), (0.5, 0.5), "overlap or are not sorted"),
    ],
)
def test_a_prediction_that_contradicts_itself_is_refused(
    spans: tuple[Span, ...], scores: tuple[float, ...], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        Prediction("abc", spans, scores)


def test_renamed_spans_keep_their_scores_and_spans_without_a_name_are_dropped() -> None:
    spans = (Span(0, 1, "LOC"), Span(2, 3, "PER"), Span(4, 5, "LOC"))
    prediction = Prediction("a b c", spans, (0.1, 0.2, 0.3), "v0001")
    renamed, dropped = prediction.renamed({"LOC": "PLACE"})
    expected = (Span(0, 1, "PLACE"), Span(4, 5, "PLACE"))
    assert renamed == Prediction("a b c", expected, (0.1, 0.3), "v0001")
    assert dropped == 1


def test_white_space_alone_leaves_nothing_when_trimmed():
    start, end = trim("a \n\u00a0b", 1, 4)
    assert start == end


def test_the_spans_of_a_document_have_no_white_space_at_their_ends():
    spans = (Span(0, 3, "A"), Span(2, 8, "B"), Span(1, 3, "C"), Span(7, 9, "B"))
    assert Document("a  Bonn b", spans).spans == (Span(0, 1, "A"), Span(3, 7, "B"), Span(8, 9, "B"))
