"""The one rule for spans that a source gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.spans import Span
from ner.text.offsets import OffsetUnit
from ner.text.placement import SpanCounts, place_spans

TEXT = "😀 Bonn  am Rhein"
UTF16 = OffsetUnit.UTF16


def test_offsets_are_converted_and_a_boundary_inside_a_pair_moves_outward() -> None:
    placed = place_spans(TEXT, [(3, 7, "1"), (1, 2, "2")], UTF16)
    assert placed.spans == (Span(0, 1, "2"), Span(2, 6, "1"))
    assert placed.counts == SpanCounts()


def test_blanks_at_the_ends_are_left_out_and_counted() -> None:
    placed = place_spans(TEXT, [(2, 8, "1"), (3, 7, "1"), (3, 9, "2")], UTF16)
    assert placed.spans == (Span(2, 6, "1"), Span(2, 6, "2"))
    assert placed.counts == SpanCounts(trimmed=2)


@pytest.mark.parametrize("span", [(3, 3), (7, 9), (0, 0), (17, 17), (1, 1)])
def test_a_span_without_text_is_left_out_and_counted(span: tuple[int, int]) -> None:
    placed = place_spans(TEXT, [(*span, "1")], UTF16)
    assert (placed.spans, placed.outside, placed.counts) == ((), (), SpanCounts(empty=1))


@pytest.mark.parametrize("span", [(3, 19), (19, 19), (19, 3), (5, 4), (-1, 2), (-2, -1)])
def test_a_span_beyond_the_text_is_told(span: tuple[int, int]) -> None:
    placed = place_spans(TEXT, [(3, 7, "1"), (*span, "2")], UTF16)
    assert placed.spans == (Span(2, 6, "1"),)
    assert placed.outside == ((*span, "2"),)
    assert placed.counts == SpanCounts(outside=1)


def test_the_same_span_twice_is_one() -> None:
    raw = [(0, 4, "1"), (0, 4, "1")]
    assert place_spans("Bonn", raw, OffsetUnit.CODEPOINT).spans == (Span(0, 4, "1"),)


def test_counts_add_up() -> None:
    assert SpanCounts(1, 2, 3) + SpanCounts(10, 20, 30) == SpanCounts(11, 22, 33)


@given(
    st.text(max_size=20),
    st.lists(st.tuples(st.integers(-3, 25), st.integers(-3, 25), st.sampled_from("12"))),
    st.sampled_from(OffsetUnit),
)
def test_each_span_is_placed_or_counted(
    text: str, raw: list[tuple[int, int, str]], unit: OffsetUnit
) -> None:
    placed = place_spans(text, raw, unit)
    for span in placed.spans:
        covered = text[span.start : span.end]
        assert covered
        assert covered == covered.strip()
    assert list(placed.spans) == sorted(set(placed.spans))
    assert len(placed.spans) <= len(raw) - placed.counts.empty - placed.counts.outside
