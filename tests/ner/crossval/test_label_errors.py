import dataclasses
import math

import pytest

from ner.crossval.fold_readings import Reading
from ner.crossval.label_errors import LabelError, LabelErrorKind, find_label_errors
from ner.crossval.span_probability import JudgedSpan
from ner.spans import Document, Span

TEXT = "we met at Lyon University in the old town"
LYON = Span(10, 14, "ORG")
LYON_UNIVERSITY = Span(10, 25, "ORG")
TOWN = Span(37, 41, "ORG")
MET = Span(3, 6, "ORG")


PERSON = dataclasses.replace(LYON, label="PER")

Case = tuple[list[JudgedSpan], list[JudgedSpan]]


def find(*cases: Case, same_words: bool = False) -> tuple[LabelError, ...]:
    """The errors in documents that are given by the spans of the gold and of the model.

    Each document has words of its own, or with `same_words` all have the same. Twenty more
    documents make 0.9 the usual probability of gold spans of ORG and PER.
    """
    agreed = [sure(TOWN), sure(dataclasses.replace(MET, label="PER"))]
    every = [*cases, *[(agreed, agreed)] * 20]
    texts = [TEXT if same_words else foreign(number) for number in range(len(cases))]
    texts += [foreign(number) for number in range(100, 120)]
    documents = [
        Document(text, tuple(judged.span for judged in gold))
        for text, (gold, _) in zip(texts, every, strict=True)
    ]
    readings = [Reading(tuple(predicted), tuple(gold)) for gold, predicted in every]
    return find_label_errors(documents, readings)


def foreign(number: int) -> str:
    """The text in letters that are different for each number."""
    return "".join(c if c == " " else chr(0x4E00 + 128 * number + ord(c)) for c in TEXT)


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
    assert (error.kind, error.gold, error.predicted) == (LabelErrorKind.MISSED, None, LYON)
    assert (error.predicted_probability, error.gold_probability) == (0.9, 0.05)


def test_a_gold_span_where_the_model_has_nothing_is_spurious() -> None:
    error = only([unlikely(MET)], [])
    assert (error.kind, error.gold, error.predicted) == (LabelErrorKind.SPURIOUS, MET, None)
    assert (error.predicted_probability, error.gold_probability) == (0.9, 0.05)


def test_other_boundaries_and_other_labels_are_different_kinds() -> None:
    boundary = only([unlikely(LYON)], [sure(LYON_UNIVERSITY)])
    assert (boundary.kind, boundary.gold, boundary.predicted) == (
        LabelErrorKind.BOUNDARY,
        LYON,
        LYON_UNIVERSITY,
    )
    assert (boundary.start, boundary.end) == (10, 25)
    assert only([unlikely(PERSON)], [sure(LYON)]).kind is LabelErrorKind.LABEL
    assert only([unlikely(PERSON)], [sure(LYON_UNIVERSITY)]).kind is LabelErrorKind.LABEL


def test_a_span_that_the_model_splits_is_one_error_with_the_larger_part() -> None:
    whole, rest = Span(10, 41, "ORG"), Span(29, 41, "ORG")
    error = only([unlikely(whole)], [sure(LYON_UNIVERSITY), sure(rest)])
    assert (error.gold, error.predicted) == (whole, LYON_UNIVERSITY)


def test_where_the_gold_is_as_probable_as_the_prediction_there_is_no_error() -> None:
    """This is so where both differ in what tokens cannot express, such as white space at an end."""
    same = JudgedSpan(Span(9, 14, "ORG"), 0.9, 0.05)
    assert find(([same], [sure(LYON)])) == ()


@pytest.mark.parametrize("kind", LabelErrorKind)
def test_confidence_and_improbable_gold_rank_first(kind: LabelErrorKind) -> None:
    def case(model: float, gold: float) -> Case:
        """The case of this kind in which the two versions have these probabilities."""
        return {
            LabelErrorKind.MISSED: ([], [JudgedSpan(LYON, model, gold)]),
            LabelErrorKind.SPURIOUS: ([JudgedSpan(LYON, gold, model)], []),
            LabelErrorKind.BOUNDARY: (
                [JudgedSpan(LYON, gold, 0.5)],
                [JudgedSpan(LYON_UNIVERSITY, model, 0.5)],
            ),
            LabelErrorKind.LABEL: ([JudgedSpan(PERSON, gold, 0.5)], [JudgedSpan(LYON, model, 0.5)]),
        }[kind]

    errors = find(case(0.6, 0.3), case(0.85, 0.3), case(0.85, 0.01))
    assert [error.document for error in errors] == [2, 1, 0]
    assert all(error.kind is kind for error in errors)
    scores = [error.score for error in errors]
    assert scores == sorted(scores, reverse=True)
    assert 0.0 < scores[-1] < scores[0]


def test_the_same_words_labelled_elsewhere_raise_the_score_of_a_missed_span() -> None:
    agreed = [sure(LYON)]
    (alone,) = find(([], [sure(LYON)]))
    (backed,) = find(([], [sure(LYON)]), (agreed, agreed), (agreed, agreed), same_words=True)
    (opposed,) = find(([], [sure(LYON)]), *[([], [])] * 3, same_words=True)
    assert (alone.agreeing, alone.contrary) == (0, 0)
    assert (backed.agreeing, backed.contrary) == (2, 0)
    assert (opposed.agreeing, opposed.contrary) == (0, 3)
    assert opposed.score < alone.score < backed.score


def test_words_that_are_elsewhere_unlabelled_raise_the_score_of_a_spurious_span() -> None:
    agreed = [sure(MET)]
    (error,) = find(([unlikely(MET)], []), ([], []), (agreed, agreed), same_words=True)
    assert (error.agreeing, error.contrary) == (1, 1)


def test_both_versions_of_a_boundary_are_counted_elsewhere() -> None:
    right, wrong = [sure(LYON_UNIVERSITY)], [unlikely(LYON)]
    agreed = [(right, right), (right, right), (wrong, wrong)]
    error, *_ = find((wrong, right), *agreed, same_words=True)
    assert (error.agreeing, error.contrary) == (2, 1)


def test_where_the_same_words_elsewhere_outweigh_the_model_there_is_no_error() -> None:
    missed = ([], [sure(LYON)])
    assert [error.contrary for error in find(missed, *[([], [])] * 5, same_words=True)] == [5]
    assert find(missed, *[([], [])] * 50, same_words=True) == ()


def test_the_score_is_the_logarithm_of_the_odds() -> None:
    """0.45 is half of the usual probability; elsewhere the words occur twice without a label."""
    missed = ([], [JudgedSpan(LYON, 0.45, 0.1)])
    (error,) = find(missed, ([], []), ([], []), same_words=True)
    assert error.score == pytest.approx(math.log10(0.5 / 0.1 / 3), abs=1e-3)


def test_a_probability_is_relative_to_what_is_usual_for_its_label() -> None:
    """Of two equally probable spans, that of the label with a lower usual probability is first."""
    usual = [JudgedSpan(dataclasses.replace(TOWN, label="VAGUE"), 0.4, 0.5)]
    vague = JudgedSpan(dataclasses.replace(MET, label="VAGUE"), 0.4, 0.3)
    clear = JudgedSpan(MET, 0.4, 0.3)
    errors = find(([], [clear]), ([], [vague]), (usual, usual))
    assert [error.predicted for error in errors] == [vague.span, clear.span]


def test_spans_of_a_label_that_the_model_never_learned_are_not_errors() -> None:
    unknown = [JudgedSpan(dataclasses.replace(LYON, label="RARE"), 0.0, 0.8)]
    doubtful = [JudgedSpan(LYON, 0.1, 0.8)]
    assert [error.document for error in find((unknown, []), (doubtful, []))] == [1]


def test_the_same_words_elsewhere_count_even_if_the_model_is_certain() -> None:
    certain = JudgedSpan(LYON, 1.0, 0.0)
    (alone,) = find(([], [certain]))
    (backed,) = find(([], [certain]), ([certain], [certain]), same_words=True)
    assert alone.score < backed.score


def test_further_errors_of_a_document_rank_by_a_fraction_of_their_score() -> None:
    def missed(span: Span, outside: float) -> JudgedSpan:
        return JudgedSpan(span, 0.9, outside)

    several = [missed(MET, 1e-4), missed(LYON, 2e-4), missed(TOWN, 4e-4)]
    errors = find(([], several), ([], [missed(LYON, 0.015)]), ([], [missed(LYON, 0.1)]))
    assert [(error.document, error.predicted) for error in errors] == [
        (0, MET),
        (0, LYON),
        (1, LYON),
        (0, TOWN),
        (2, LYON),
    ]
