"""When a precision is good enough for a version, and which one is chosen."""

import dataclasses

import pytest

from ner.engines.precisions import PrecisionCheck, candidates, check_precision, identical
from ner.spans import Document, Span

TEXT = "x" * 400


def spans(count: int, *, shifted: int = 0) -> tuple[Span, ...]:
    """Spans of which the first `shifted` end one character later."""
    return tuple(
        Span(2 * number, 2 * number + (2 if number < shifted else 1), "ORG")
        for number in range(count)
    )


def check(gold: int, reference: int, predicted: tuple[Span, ...]) -> PrecisionCheck:
    return check_precision(
        "int8",
        "amx",
        [Document(TEXT, spans(gold))],
        reference=[spans(reference)],
        predicted=[predicted],
        seconds=1.0,
    )


def test_the_same_spans_pass() -> None:
    same = check(20, 20, spans(20))
    assert (same.passed, same.identical, same.lost_f1) == (True, 1.0, 0.0)


def test_more_than_one_span_in_two_hundred_that_differs_fails() -> None:
    assert check(200, 200, spans(200, shifted=1)).passed
    other = check(200, 200, spans(200, shifted=2))
    assert (other.passed, other.identical) == (False, 0.99)


def test_a_lower_f1_fails_although_the_spans_are_nearly_the_same() -> None:
    # Two spans in 400 that differ are 0.995 of them; both were right.
    assert check(199, 200, spans(199, shifted=0)).lost_f1 <= 0.003
    lost = check_precision(
        "int8",
        "amx",
        [Document(TEXT, spans(2)), *[Document(TEXT, ())] * 4],
        reference=[spans(2), *[spans(199)] * 4],
        predicted=[(), *[spans(199)] * 4],
        seconds=1.0,
    )
    assert lost.identical > 0.995
    assert not lost.passed


def test_one_span_less_is_allowed_where_it_is_more_than_the_limit() -> None:
    one = check_precision(
        "int8",
        "amx",
        [Document(TEXT, spans(2)), Document(TEXT, ())],
        reference=[spans(2), spans(199)],
        predicted=[spans(1), spans(199)],
        seconds=1.0,
    )
    assert one.lost_f1 > 0.003
    assert one.passed


def test_spans_are_compared_document_by_document() -> None:
    assert identical([spans(1), ()], [(), spans(1)]) == 0.0
    assert identical([(), ()], [(), ()]) == 1.0


def test_the_fastest_precision_that_passed_on_this_kind_of_processor_is_chosen() -> None:
    made = PrecisionCheck(
        precision="fp32", processor="amx", passed=True, identical=1.0, lost_f1=0.0, seconds=3.0
    )
    checks = [
        made,
        dataclasses.replace(made, precision="bf16", seconds=2.0),
        dataclasses.replace(made, precision="int8", seconds=1.0, passed=False),
        dataclasses.replace(made, precision="int8", seconds=1.0, processor="avx2"),
    ]
    assert candidates(checks, "amx") == ("bf16", "fp32")
    assert candidates(checks, "avx2") == ("int8", "fp32")
    # Nothing is known of it: what passed elsewhere may be tried.
    assert candidates(checks, "arm64") == ("int8", "bf16", "fp32")
    assert candidates(checks, "arm64", unchecked=False) == ("fp32",)
    assert candidates(checks, "avx2", unchecked=False) == ("int8", "fp32")
    assert candidates([], "amx") == ("fp32",)


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_compare_passes(count: int) -> None:
    assert check(count, 0, ()).passed
