"""Spans as Doccano has them become spans of the store."""

from ner.spans import Span
from ner.text.offsets import OffsetUnit
from ner.text.placement import SpanCounts
from worker.collect.span_reading import read_spans

TEXT = "😀 Bonn"


def test_spans_are_placed_in_their_text() -> None:
    read = read_spans(TEXT, [(2, 7, "1"), (1, 3, "2"), (4, 4, "1")], OffsetUnit.UTF16)
    assert read.spans == (Span(0, 1, "2"), Span(2, 6, "1"))
    assert read.counts == SpanCounts(trimmed=2, empty=1)


def test_spans_that_do_not_fit_are_behind_the_end() -> None:
    raw = [(3, 8, "1"), (9, 12, "1"), (-1, 2, "2"), (3, 7, "1")]
    read = read_spans(TEXT, raw, OffsetUnit.UTF16)
    assert read.spans == (Span(2, 6, "1"), Span(6, 7, "1"), Span(6, 7, "2"))
    assert read.counts == SpanCounts(outside=3)
