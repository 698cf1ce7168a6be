import pytest

from ner.scoring.matching import partial_credit, strict_counts
from ner.spans import Document, Span

TEXT = "x" * 12


def test_strict_counts_are_correct_predicted_and_gold_spans_of_each_document() -> None:
    gold = [Document(TEXT, (Span(0, 2, "A"), Span(3, 5, "A"))), Document(TEXT)]
    predicted = [[Span(0, 2, "A"), Span(3, 5, "B"), Span(3, 6, "A")], [Span(0, 1, "A")]]

    assert strict_counts(gold, predicted).tolist() == [[1, 3, 2], [0, 1, 0]]


def test_strict_counts_count_a_repeated_span_once() -> None:
    gold = [Document(TEXT, (Span(0, 2, "A"),) * 2)]

    assert strict_counts(gold, [[Span(0, 2, "A")] * 3]).tolist() == [[1, 1, 1]]


def test_without_documents_there_are_no_rows() -> None:
    assert strict_counts([], []).shape == (0, 3)


def test_predictions_must_match_the_documents_in_number() -> None:
    with pytest.raises(ValueError, match="1 documents but predictions for 2"):
        strict_counts([Document(TEXT)], [[], []])


def test_an_exact_match_has_two_half_points_and_an_overlap_one() -> None:
    gold = [Span(0, 2, "A"), Span(3, 5, "B")]

    assert partial_credit(gold, [Span(0, 2, "A"), Span(4, 9, "B")]) == {"A": 2, "B": 1}


def test_an_overlap_with_another_label_has_no_credit() -> None:
    assert partial_credit([Span(0, 2, "A")], [Span(0, 2, "B")]) == {}


def test_one_predicted_span_is_paired_with_one_gold_span_only() -> None:
    gold = [Span(0, 2, "A"), Span(3, 5, "A")]

    assert partial_credit(gold, [Span(0, 5, "A")]) == {"A": 1}


def test_the_larger_overlap_is_paired_first() -> None:
    gold = [Span(0, 3, "A"), Span(3, 9, "A")]

    assert partial_credit(gold, [Span(2, 8, "A"), Span(8, 9, "A")]) == {"A": 1}


def test_an_exact_match_is_paired_before_any_overlap() -> None:
    gold = [Span(0, 2, "A"), Span(0, 9, "A")]

    assert partial_credit(gold, [Span(0, 2, "A"), Span(1, 9, "A")]) == {"A": 3}
