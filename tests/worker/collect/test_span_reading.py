"""Spans with Doccano's offsets are converted to code points."""

from hypothesis import given
from hypothesis import strategies as st

from ner.spans import Span
from ner.text.offsets import OffsetUnit
from worker.collect.span_reading import read_spans

TEXT = "😀 Bonn"


def test_offsets_are_converted_and_a_boundary_inside_a_pair_moves_outward() -> None:
    read = read_spans(TEXT, [(3, 7, "1"), (1, 3, "2")], OffsetUnit.UTF16)
    assert read.spans == (Span(0, 2, "2"), Span(2, 6, "1"))
    assert read.dropped == 0


def test_spans_beyond_the_text_and_empty_spans_are_dropped_and_counted() -> None:
    raw = [(3, 8, "1"), (9, 12, "1"), (3, 3, "1"), (-1, 2, "1"), (5, 4, "1"), (3, 7, "1")]
    read = read_spans(TEXT, raw, OffsetUnit.UTF16)
    assert (read.spans, read.dropped) == ((Span(2, 6, "1"),), 5)


def test_the_same_span_twice_is_one() -> None:
    assert read_spans("Bonn", [(0, 4, "1"), (0, 4, "1")], OffsetUnit.UTF16).spans == (
        Span(0, 4, "1"),
    )


@given(
    st.text(max_size=20),
    st.lists(st.tuples(st.integers(-3, 25), st.integers(-3, 25), st.sampled_from("12"))),
    st.sampled_from(OffsetUnit),
)
def test_all_spans_lie_inside_the_text(
    text: str, raw: list[tuple[int, int, str]], unit: OffsetUnit
) -> None:
    read = read_spans(text, raw, unit)
    assert all(0 <= span.start < span.end <= len(text) for span in read.spans)
    assert len(read.spans) + read.dropped <= len(raw)
    assert list(read.spans) == sorted(set(read.spans))
