import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.spans import Span
from ner.text.graphemes import cluster_starts
from ner.text.offsets import (
    OffsetMap,
    OffsetUnit,
    spans_from_codepoints,
    unit_matters,
)

UTF16, GRAPHEME, CODEPOINT = OffsetUnit.UTF16, OffsetUnit.GRAPHEME, OffsetUnit.CODEPOINT
PARTS = [
    "a",
    "é",
    "e\u0301",
    "😀",
    "👩\u200d🔬",
    "👍🏽",
    "🇨🇭",
    "\r\n",
    "\n",
    "\r",
    "東",
    "각",
    "\u0301",
]

texts = st.one_of(st.text(), st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
units = st.sampled_from(OffsetUnit)


def _utf16_length(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(texts)
def test_utf16_offsets_are_those_of_the_encoded_text(text):
    offsets = OffsetMap(text, UTF16)
    for offset in range(len(text) + 1):
        assert offsets.from_codepoint(offset) == _utf16_length(text[:offset])
    assert offsets.length == _utf16_length(text)


@given(texts)
def test_grapheme_offsets_count_the_clusters_before(text):
    starts = cluster_starts(text)
    offsets = OffsetMap(text, GRAPHEME)
    for number, start in enumerate([*starts, len(text)]):
        assert offsets.from_codepoint(start, snap="down") == number
        assert offsets.from_codepoint(start, snap="up") == number
    assert offsets.length == len(starts)


@given(texts)
def test_every_code_point_offset_survives_utf16(text):
    offsets = OffsetMap(text, UTF16)
    for offset in range(len(text) + 1):
        for snap in ("down", "up"):
            assert offsets.to_codepoint(offsets.from_codepoint(offset), snap=snap) == offset


@given(texts)
def test_every_grapheme_offset_survives_code_points(text):
    offsets = OffsetMap(text, GRAPHEME)
    for number in range(offsets.length + 1):
        for snap in ("down", "up"):
            offset = offsets.to_codepoint(number, snap=snap)
            assert offsets.from_codepoint(offset, snap=snap) == number


@given(texts, units)
def test_conversions_in_both_directions_are_monotonic_and_keep_the_ends(text, unit):
    offsets = OffsetMap(text, unit)
    for snap in ("down", "up"):
        there = [offsets.from_codepoint(offset, snap=snap) for offset in range(len(text) + 1)]
        back = [offsets.to_codepoint(offset, snap=snap) for offset in range(offsets.length + 1)]
        assert there == sorted(there)
        assert back == sorted(back)
        assert (there[0], there[-1], back[0], back[-1]) == (0, offsets.length, 0, len(text))


@given(texts.filter(len), units, st.data())
def test_a_span_never_shrinks_when_it_is_converted_and_converted_back(text, unit, data):
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))), "X")
    (converted,) = spans_from_codepoints(text, [span], unit)
    start, end = OffsetMap(text, unit).to_codepoints(converted.start, converted.end)
    assert start <= span.start < span.end <= end
    if unit is not GRAPHEME:
        assert (start, end) == (span.start, span.end)


@given(texts, units)
def test_a_unit_matters_exactly_when_some_offset_differs(text, unit):
    offsets = OffsetMap(text, unit)
    differs = any(offsets.from_codepoint(offset) != offset for offset in range(len(text) + 1))
    assert unit_matters(text, unit) == differs


@pytest.mark.parametrize(
    ("unit", "expected"), [(CODEPOINT, (2, 12)), (UTF16, (3, 13)), (GRAPHEME, (2, 12))]
)
def test_a_university_after_an_emoji_starts_where_the_unit_says(unit, expected):
    (span,) = spans_from_codepoints("😀 University", [Span(2, 12, "ORG")], unit)
    assert (span.start, span.end) == expected


def test_a_boundary_inside_a_surrogate_pair_is_moved_outward():
    offsets = OffsetMap("a😀b", UTF16)
    assert (offsets.to_codepoints(0, 2), offsets.to_codepoints(2, 4)) == ((0, 2), (1, 3))


def test_a_boundary_inside_a_cluster_is_moved_outward():
    assert spans_from_codepoints("a\r\nb", [Span(0, 2, "X"), Span(2, 4, "Y")], GRAPHEME) == (
        Span(0, 2, "X"),
        Span(1, 3, "Y"),
    )


@pytest.mark.parametrize("unit", OffsetUnit)
def test_an_offset_beyond_the_text_is_refused(unit):
    offsets = OffsetMap("a😀", unit)
    for outside in (-1, offsets.length + 1):
        with pytest.raises(ValueError, match=f"offset {outside} lies outside"):
            offsets.to_codepoint(outside, snap="down")
    with pytest.raises(ValueError, match="offset 3 lies outside a text of 2 code points"):
        offsets.from_codepoint(3)


def test_an_empty_text_has_one_offset():
    for unit in OffsetUnit:
        assert OffsetMap("", unit).from_codepoint(0) == OffsetMap("", unit).length == 0


def test_a_lone_surrogate_counts_as_one_unit():
    assert OffsetMap("\ud83d😀", UTF16).length == 3
