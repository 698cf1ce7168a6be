import dataclasses

import pytest

from ner.fold_readings import Reading
from ner.label_errors import Kind, LabelError, find_label_errors
from ner.span_probability import JudgedSpan
from ner.spans import Document, Span

TEXT = "we met at Lyon University in the old town"
LYON = Span(10, 14, "ORG")
LYON_UNIVERSITY = Span(10, 25, "ORG")
TOWN = Span(37, 41, "ORG")
MET = Span(3, 6, "ORG")


Case = tuple[list[JudgedSpan], list[JudgedSpan]]


def find(*cases: Case) -> tuple[LabelError, ...]:
    """The errors of documents given by the spans of the gold and of the model."""
    documents = [
        Document(f"{TEXT} {number}", tuple(judged.span for judged in gold))
        for number, (gold, _) in enumerate(cases)
    ]
    readings = [Reading(tuple(predicted), tuple(gold)) for gold, predicted in cases]
    return find_label_errors(documents, readings)


def sure(span: Span) -> JudgedSpan:
    return JudgedSpan(span, 0.9, 0.05)


def unlikely(span: Span) -> JudgedSpan:
    return JudgedSpan(span, 0.05, 0.9)


def only(gold: list[JudgedSpan], predicted: list[JudgedSpan]) -> LabelError:
    (error,) = find((gold, predicted))
    return error


def test_agreement_is_no_error() -> None:
    assert find(([sure(LYON)], [sure(LYON)]), ([unlikely(TOWN)], [sure(TOWN)])) == ()


def test_a_confident_span_without_gold_was_missed() -> None:
    error = only([], [sure(LYON)])
    assert (error.kind, error.gold, error.predicted) == (Kind.MISSED, None, LYON)
    assert (error.predicted_probability, error.gold_probability) == (0.9, 0.05)


def test_a_gold_span_where_the_model_has_nothing_is_spurious() -> None:
    error = only([unlikely(MET)], [])
    assert (error.kind, error.gold, error.predicted) == (Kind.SPURIOUS, MET, None)
    assert (error.predicted_probability, error.gold_probability) == (0.9, 0.05)


def test_other_boundaries_and_other_labels_are_told_apart() -> None:
    boundary = only([unlikely(LYON)], [sure(LYON_UNIVERSITY)])
    assert (boundary.kind, boundary.gold, boundary.predicted) == (
        Kind.BOUNDARY,
        LYON,
        LYON_UNIVERSITY,
    )
    assert (boundary.start, boundary.end) == (10, 25)
    person = dataclasses.replace(LYON, label="PER")
    assert only([unlikely(person)], [sure(LYON)]).kind is Kind.LABEL
    assert only([unlikely(person)], [sure(LYON_UNIVERSITY)]).kind is Kind.LABEL


def test_a_span_that_the_model_splits_is_told_once_by_the_larger_part() -> None:
    whole, rest = Span(10, 41, "ORG"), Span(29, 41, "ORG")
    error = only([unlikely(whole)], [sure(LYON_UNIVERSITY), sure(rest)])
    assert (error.gold, error.predicted) == (whole, LYON_UNIVERSITY)


def test_where_the_model_finds_the_gold_as_probable_nothing_is_wrong() -> None:
    """So it is where they differ in what tokens cannot express, as white space at the ends."""
    same = JudgedSpan(Span(9, 14, "ORG"), 0.9, 0.05)
    assert find(([same], [sure(LYON)])) == ()


@pytest.mark.parametrize("kind", Kind)
def test_confidence_and_improbable_gold_rank_first(kind: Kind) -> None:
    def case(own: float, given: float) -> Case:
        person = dataclasses.replace(LYON, label="PER")
        return {
            Kind.MISSED: ([], [JudgedSpan(LYON, own, given)]),
            Kind.SPURIOUS: ([JudgedSpan(LYON, given, own)], []),
            Kind.BOUNDARY: (
                [JudgedSpan(LYON, given, 0.5)],
                [JudgedSpan(LYON_UNIVERSITY, own, 0.5)],
            ),
            Kind.LABEL: ([JudgedSpan(person, given, 0.5)], [JudgedSpan(LYON, own, 0.5)]),
        }[kind]

    errors = find(case(0.6, 0.3), case(0.95, 0.3), case(0.95, 0.01))
    assert [error.document for error in errors] == [2, 1, 0]
    assert all(error.kind is kind for error in errors)
    scores = [error.score for error in errors]
    assert scores == sorted(scores, reverse=True)
    assert 0.0 < scores[-1] < scores[0] < 1.0


def test_the_same_words_labelled_elsewhere_raise_the_score_of_a_missed_span() -> None:
    twice = [sure(LYON)]
    (alone,) = find(([], [sure(LYON)]))
    (backed,) = find(([], [sure(LYON)]), (twice, twice), (twice, twice))
    (opposed,) = find(([], [sure(LYON)]), ([], []), ([], []), ([], []))
    assert (alone.agreeing, alone.contrary) == (0, 0)
    assert (backed.agreeing, backed.contrary) == (2, 0)
    assert (opposed.agreeing, opposed.contrary) == (0, 3)
    assert opposed.score < alone.score < backed.score


def test_words_that_are_elsewhere_unlabelled_raise_the_score_of_a_spurious_span() -> None:
    (error,) = find(([unlikely(MET)], []), ([], []), ([sure(MET)], [sure(MET)]))
    assert (error.agreeing, error.contrary) == (1, 1)


def test_both_versions_of_a_boundary_are_looked_for_elsewhere() -> None:
    right = [sure(LYON_UNIVERSITY)]
    wrong = [unlikely(LYON)]
    error, *_ = find((wrong, right), (right, right), (right, right), (wrong, wrong))
    assert (error.agreeing, error.contrary) == (2, 1)
