import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.scoring.evaluation import PrecisionRecallF1, evaluate
from ner.spans import Document, Span

TEXT = "x" * 12

spans = st.builds(
    lambda start, length, label: Span(start, min(start + length, len(TEXT)), label),
    st.integers(0, len(TEXT) - 1),
    st.integers(1, 5),
    st.sampled_from("ABC"),
)
documents = st.lists(st.tuples(st.lists(spans, max_size=5), st.lists(spans, max_size=5)))


def document(*marked: Span) -> Document:
    return Document(TEXT, marked)


def naive_figures(points: float, predicted: int, gold: int) -> tuple[float, float, float]:
    precision = points / predicted if predicted else 0.0
    recall = points / gold if gold else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, f1


def naive_strict(pairs: list[tuple[list[Span], list[Span]]], label: str) -> tuple[float, ...]:
    gold = {(i, span) for i, (left, _) in enumerate(pairs) for span in left}
    predicted = {(i, span) for i, (_, right) in enumerate(pairs) for span in right}
    gold = {each for each in gold if label in ("*", each[1].label)}
    predicted = {each for each in predicted if label in ("*", each[1].label)}
    return naive_figures(len(gold & predicted), len(predicted), len(gold))


def as_tuple(figures: PrecisionRecallF1) -> tuple[float, float, float]:
    return figures.precision, figures.recall, figures.f1


@given(documents)
def test_strict_scores_agree_with_counting_by_hand(
    pairs: list[tuple[list[Span], list[Span]]],
) -> None:
    scores = evaluate([document(*left) for left, _ in pairs], [right for _, right in pairs])

    assert as_tuple(scores.strict.micro) == pytest.approx(naive_strict(pairs, "*"))
    for label, figures in scores.strict.labels.items():
        assert as_tuple(figures) == pytest.approx(naive_strict(pairs, label))
    assert list(scores.strict.labels) == sorted(
        {span.label for pair in pairs for side in pair for span in side}
    )


@given(documents)
def test_partial_scores_lie_between_the_strict_ones_and_one(
    pairs: list[tuple[list[Span], list[Span]]],
) -> None:
    scores = evaluate([document(*left) for left, _ in pairs], [right for _, right in pairs])

    strict, partial = scores.strict.micro, scores.partial.micro
    assert strict.f1 <= partial.f1 <= 1.0
    assert strict.precision <= partial.precision <= 1.0
    assert strict.recall <= partial.recall <= 1.0


@given(documents)
def test_confusion_accounts_for_every_span(
    pairs: list[tuple[list[Span], list[Span]]],
) -> None:
    scores = evaluate([document(*left) for left, _ in pairs], [right for _, right in pairs])

    confusion = scores.confusion
    paired = sum(count for row in confusion.pairs.values() for count in row.values())
    assert paired + sum(confusion.missed.values()) == scores.spans
    assert paired + sum(confusion.spurious.values()) == scores.strict.micro.predicted


@given(documents)
def test_swapping_gold_and_predictions_swaps_precision_and_recall(
    pairs: list[tuple[list[Span], list[Span]]],
) -> None:
    scores = evaluate([document(*left) for left, _ in pairs], [right for _, right in pairs])
    swapped = evaluate([document(*right) for _, right in pairs], [left for left, _ in pairs])

    for ours, theirs in ((scores.strict, swapped.strict), (scores.partial, swapped.partial)):
        assert ours.micro.precision == pytest.approx(theirs.micro.recall)
        assert ours.micro.f1 == pytest.approx(theirs.micro.f1)


def test_blanks_that_an_annotator_marked_too_cost_nothing() -> None:
    gold = Document("Ada in Lund ", (Span(0, 4, "A"), Span(6, 12, "B")))
    scores = evaluate([gold], [[Span(0, 3, "A"), Span(7, 11, "B")]])
    assert (scores.strict.micro.f1, scores.spans) == (1.0, 2)


def test_an_overlap_with_the_right_label_is_worth_half() -> None:
    gold = document(Span(0, 4, "A"), Span(6, 8, "B"))
    scores = evaluate([gold], [[Span(0, 3, "A"), Span(6, 8, "A")]])

    assert scores.strict.micro.f1 == 0.0
    assert as_tuple(scores.partial.micro) == (0.25, 0.25, 0.25)
    assert as_tuple(scores.partial.labels["A"]) == pytest.approx((0.25, 0.5, 1 / 3))


def test_confusion_names_the_label_given_instead() -> None:
    gold = document(Span(0, 2, "A"), Span(3, 5, "A"), Span(6, 8, "B"))
    scores = evaluate([gold], [[Span(0, 2, "A"), Span(3, 5, "B"), Span(6, 9, "C")]])

    assert scores.confusion.pairs == {"A": {"A": 1, "B": 1}}
    assert scores.confusion.missed == {"B": 1}
    assert scores.confusion.spurious == {"C": 1}


def test_macro_is_the_mean_over_labels_whatever_their_support() -> None:
    gold = document(Span(0, 1, "A"), Span(1, 2, "A"), Span(2, 3, "A"), Span(5, 6, "B"))
    scores = evaluate([gold], [[Span(0, 1, "A"), Span(1, 2, "A"), Span(2, 3, "A")]])

    assert as_tuple(scores.strict.macro) == (0.5, 0.5, 0.5)
    assert scores.strict.macro.support == 4


def test_a_span_that_occurs_twice_counts_once() -> None:
    scores = evaluate([document(Span(0, 1, "A"), Span(0, 1, "A"))], [[Span(0, 1, "A")] * 3])

    assert as_tuple(scores.strict.micro) == (1.0, 1.0, 1.0)
    assert scores.spans == 1


@pytest.mark.parametrize("predicted", [[], [Span(0, 1, "A")]])
def test_without_gold_spans_every_score_is_zero(predicted: list[Span]) -> None:
    scores = evaluate([document()], [predicted])

    assert as_tuple(scores.strict.micro) == (0.0, 0.0, 0.0)
    assert as_tuple(scores.strict.macro) == (0.0, 0.0, 0.0)


def test_without_documents_there_is_no_interval() -> None:
    scores = evaluate([], [])

    assert scores.interval is None
    assert scores.documents == 0


def test_predictions_must_match_the_documents_in_number() -> None:
    with pytest.raises(ValueError, match="1 documents but predictions for 2"):
        evaluate([document()], [[], []])


def test_scores_are_json_under_the_names_that_the_command_line_promises() -> None:
    scores = evaluate([document(Span(0, 1, "A"))], [[Span(0, 1, "A")]])
    content = json.loads(json.dumps(scores.to_json()))

    assert content["strict"]["micro"] == {
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "support": 1,
        "predicted": 1,
    }
    assert content["strict"]["labels"]["A"]["f1"] == 1.0
    assert content["interval"] == {"low": 1.0, "high": 1.0, "level": 0.95}
    assert (content["documents"], content["spans"]) == (1, 1)
    assert content["confusion"] == {"pairs": {"A": {"A": 1}}, "missed": {}, "spurious": {}}
