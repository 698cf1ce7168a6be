"""The rules that decide which spans count where annotators differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.spans import Span
from worker.collect.adjudication import Annotation, Rule, adjudicate, order_by_first_seen

A, B, C = (Span(start, start + 2, "X") for start in (0, 5, 9))
RULES: tuple[Rule, ...] = ("majority", "first", "strict")

annotations_of = st.lists(st.sets(st.sampled_from([A, B, C])), min_size=1, max_size=5).map(
    lambda sets: [annotation(f"user{n}", *spans) for n, spans in enumerate(sets)]
)


def annotation(annotator: str, *spans: Span) -> Annotation:
    return Annotation(annotator, tuple(spans))


def test_majority_keeps_the_spans_of_more_than_half() -> None:
    result = adjudicate(
        [annotation("ann", A), annotation("ben", A, B), annotation("eve", B, C)], "majority"
    )
    assert result.spans == (A, B)


def test_with_exactly_half_the_first_annotators_spans_count() -> None:
    result = adjudicate([annotation("ann", A, B), annotation("ben", B, C)], "majority")
    assert result.spans == (A, B)
    four = [annotation("ann", A), annotation("ben", A), annotation("eve", B), annotation("joe", B)]
    assert adjudicate(four, "majority").spans == (A,)


def test_first_takes_the_first_annotators_spans() -> None:
    result = adjudicate([annotation("ann"), annotation("ben", A), annotation("eve", A)], "first")
    assert result.spans == ()


def test_strict_leaves_a_conflict_undecided() -> None:
    assert adjudicate([annotation("ann", A), annotation("ben", A)], "strict").spans == (A,)
    assert adjudicate([annotation("ann", A), annotation("ben")], "strict").spans is None


def test_agreement_is_the_mean_f1_of_all_pairs() -> None:
    result = adjudicate(
        [annotation("ann", A, B), annotation("ben", A), annotation("eve", C)], "strict"
    )
    assert result.agreement == pytest.approx((2 / 3 + 0 + 0) / 3)
    assert adjudicate([annotation("ann"), annotation("ben")], "strict").agreement == 1.0
    assert adjudicate([annotation("ann", A)], "strict").agreement is None


def test_a_document_without_annotators_is_refused() -> None:
    with pytest.raises(ValueError, match="without annotators"):
        adjudicate([], "first")


@given(annotations_of, st.sampled_from(RULES))
def test_where_all_agree_every_rule_returns_their_spans(
    annotations: list[Annotation], rule: Rule
) -> None:
    same = [Annotation(each.annotator, annotations[0].spans) for each in annotations]
    result = adjudicate(same, rule)
    assert result.spans == tuple(sorted(annotations[0].spans))
    assert result.agreement in (None, 1.0)


@given(annotations_of)
def test_majority_makes_no_new_pairs_of_spans(
    annotations: list[Annotation],
) -> None:
    spans = adjudicate(annotations, "majority").spans
    assert spans is not None
    for left in spans:
        for right in spans:
            assert any({left, right} <= set(each.spans) for each in annotations)


def test_annotators_known_before_stay_first() -> None:
    order = order_by_first_seen(["ann", "ben", "joe"], ["joe", "zoe", "ben"])
    assert order == ("joe", "ben", "ann")
    assert order_by_first_seen(["ben", "ann"], []) == ("ann", "ben")
