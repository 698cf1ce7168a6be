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
    """The errors of documents given by the spans of the gold and of the model.

    Each has words of its own unless all are to have the same. Twenty more documents make it usual
    that a gold span of ORG or PER is found with 0.9.
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
    """The text in letters that no other number gives."""
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


def test_other_boundaries_and_other_labels_are_told_apart() -> None:
    boundary = only([unlikely(LYON)], [sure(LYON_UNIVERSITY)])
    assert (boundary.kind, boundary.gold, boundary.predicted) == (
        LabelErrorKind.BOUNDARY,
        LYON,
        LYON_UNIVERSITY,
    )
    assert (boundary.start, boundary.end) == (10, 25)
    assert only([unlikely(PERSON)], [sure(LYON)]).kind is LabelErrorKind.LABEL
    assert only([unlikely(PERSON)], [sure(LYON_UNIVERSITY)]).kind is LabelErrorKind.LABEL


def test_a_span_that_the_model_splits_is_told_once_by_the_larger_part() -> None:
    whole, rest = Span(10, 41, "ORG"), Span(29, 41, "ORG")
    error = only([unlikely(whole)], [sure(LYON_UNIVERSITY), sure(rest)])
    assert (error.gold, error.predicted) == (whole, LYON_UNIVERSITY)


def test_where_the_model_finds_the_gold_as_probable_nothing_is_wrong() -> None:
    """So it is where they differ in what tokens cannot express, as white space at the ends."""
    same = JudgedSpan(Span(9, 14, "ORG"), 0.9, 0.05)
    assert find(([same], [sure(LYON)])) == ()


@pytest.mark.parametrize("kind", LabelErrorKind)
def test_confidence_and_improbable_gold_rank_first(kind: LabelErrorKind) -> None:
    def case(own: float, given: float) -> Case:
        return {
            LabelErrorKind.MISSED: ([], [JudgedSpan(LYON, own, given)]),
            LabelErrorKind.SPURIOUS: ([JudgedSpan(LYON, given, own)], []),
            LabelErrorKind.BOUNDARY: (
                [JudgedSpan(LYON, given, 0.5)],
                [JudgedSpan(LYON_UNIVERSITY, own, 0.5)],
            ),
            LabelErrorKind.LABEL: ([JudgedSpan(PERSON, given, 0.5)], [JudgedSpan(LYON, own, 0.5)]),
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


def test_both_versions_of_a_boundary_are_looked_for_elsewhere() -> None:
    right, wrong = [sure(LYON_UNIVERSITY)], [unlikely(LYON)]
    agreed = [(right, right), (right, right), (wrong, wrong)]
    error, *_ = find((wrong, right), *agreed, same_words=True)
    assert (error.agreeing, error.contrary) == (2, 1)


def test_where_the_words_elsewhere_outweigh_the_model_nothing_is_wrong() -> None:
    missed = ([], [sure(LYON)])
    assert [error.contrary for error in find(missed, *[([], [])] * 5, same_words=True)] == [5]
    assert find(missed, *[([], [])] * 50, same_words=True) == ()


def test_the_score_is_the_logarithm_of_the_odds() -> None:
    """0.45 is half of what is usual for the label; the words are elsewhere twice, unlabelled."""
    missed = ([], [JudgedSpan(LYON, 0.45, 0.1)])
    (error,) = find(missed, ([], []), ([], []), same_words=True)
    assert error.score == pytest.approx(math.log10(0.5 / 0.1 / 3), abs=1e-3)


def test_a_probability_counts_by_what_is_usual_for_its_label() -> None:
    """Of two spans found with the same probability, that of the label that never has more ranks."""
    vague = [JudgedSpan(dataclasses.replace(TOWN, label="VAGUE"), 0.4, 0.5)]
    here = JudgedSpan(dataclasses.replace(MET, label="VAGUE"), 0.4, 0.3)
    there = JudgedSpan(MET, 0.4, 0.3)
    errors = find(([], [there]), ([], [here]), (vague, vague))
    assert [error.predicted for error in errors] == [here.span, there.span]


def test_a_label_that_the_model_never_learned_is_no_error_for_that() -> None:
    unknown = [JudgedSpan(dataclasses.replace(LYON, label="RARE"), 0.0, 0.8)]
    doubtful = [JudgedSpan(LYON, 0.1, 0.8)]
    assert [error.document for error in find((unknown, []), (doubtful, []))] == [1]


def test_a_model_without_any_doubt_still_gives_way_to_the_words_elsewhere() -> None:
    certain = JudgedSpan(LYON, 1.0, 0.0)
    (alone,) = find(([], [certain]))
    (backed,) = find(([], [certain]), ([certain], [certain]), same_words=True)
    assert alone.score < backed.score


def test_further_ones_of_a_document_rank_by_a_fraction_of_their_score() -> None:
    """Where a model contradicts much of a document, it rather does not know such documents."""

    def missed(span: Span, given: float) -> JudgedSpan:
        return JudgedSpan(span, 0.9, given)

    unlike = [missed(MET, 1e-4), missed(LYON, 2e-4), missed(TOWN, 4e-4)]
    errors = find(([], unlike), ([], [missed(LYON, 0.015)]), ([], [missed(LYON, 0.1)]))
    assert [(error.document, error.predicted) for error in errors] == [
        (0, MET),
        (0, LYON),
        (1, LYON),
        (0, TOWN),
        (2, LYON),
    ]
