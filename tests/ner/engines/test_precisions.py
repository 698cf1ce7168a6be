"""When a precision is good enough for a version, and which one is chosen."""

import dataclasses

import pytest

from ner.engines.precisions import (
    Precision,
    PrecisionCheck,
    agree,
    candidates,
    check_precision,
    identical,
)
from ner.spans import Document, Span

TEXT = "x" * 1000


def spans(count: int, *, shifted: int = 0) -> tuple[Span, ...]:
    """Spans of which the first `shifted` end one character later."""
    return tuple(
        Span(2 * number, 2 * number + (2 if number < shifted else 1), "ORG")
        for number in range(count)
    )


def check(
    gold: int, reference: int, predicted: tuple[Span, ...], precision: Precision = "bf16"
) -> PrecisionCheck:
    return check_precision(
        precision,
        "amx",
        [Document(TEXT, spans(gold))],
        reference=[spans(reference)],
        predicted=[predicted],
        seconds=1.0,
        held_out=True,
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
        "bf16",
        "amx",
        [Document(TEXT, spans(2)), *[Document(TEXT, ())] * 4],
        reference=[spans(2), *[spans(199)] * 4],
        predicted=[(), *[spans(199)] * 4],
        seconds=1.0,
        held_out=True,
    )
    assert lost.identical > 0.995
    assert not lost.passed


def test_one_span_less_is_allowed_where_it_is_more_than_the_limit() -> None:
    one = check_precision(
        "bf16",
        "amx",
        [Document(TEXT, spans(2)), Document(TEXT, ())],
        reference=[spans(2), spans(199)],
        predicted=[spans(1), spans(199)],
        seconds=1.0,
        held_out=True,
    )
    assert one.lost_f1 > 0.003
    assert one.passed


def test_spans_are_compared_document_by_document() -> None:
    assert identical([spans(1), ()], [(), spans(1)]) == 0.0
    assert identical([(), ()], [(), ()]) == 1.0


def made(precision: Precision, seconds: float, *, passed: bool = True) -> PrecisionCheck:
    return PrecisionCheck(precision=precision, processor="amx", passed=passed, seconds=seconds)


def test_candidates_are_those_that_passed_on_this_kind_of_processor_the_fastest_first() -> None:
    checks = [
        made("fp32", 3.0),
        made("bf16", 2.0),
        made("int8", 1.0, passed=False),
        dataclasses.replace(made("int8", 1.0), processor="avx2"),
    ]
    assert candidates(checks, "amx") == ("bf16", "fp32")
    assert candidates(checks, "avx2") == ("int8",)
    assert candidates(checks, "arm64") == ()
    assert candidates([], "amx") == ()


def test_no_candidate_is_slower_than_float32() -> None:
    checks = [made("fp32", 2.0), made("bf16", 3.0), made("int8", 1.0)]
    assert candidates(checks, "amx") == ("int8", "fp32")


@pytest.mark.parametrize(
    ("precision", "count", "passed"),
    [("int8", 199, False), ("int8_mixed", 199, False), ("bf16", 199, True), ("int8", 200, True)],
)
def test_int8_passes_on_enough_spans_only(precision: Precision, count: int, passed: bool) -> None:
    compared = check(count, count, spans(count), precision)
    assert (compared.passed, compared.spans, compared.documents) == (passed, count, 1)


@pytest.mark.parametrize(
    ("count", "shifted", "right"),
    [(2, 0, True), (2, 1, False), (10, 1, True), (10, 2, False), (400, 2, True), (400, 3, False)],
)
def test_samples_may_differ_in_one_span_or_in_one_of_two_hundred(
    count: int, shifted: int, right: bool
) -> None:
    assert agree([spans(count)], [spans(count, shifted=shifted)]) == right


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_compare_passes(count: int) -> None:
    assert check(count, 0, ()).passed
