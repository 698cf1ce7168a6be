import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ner.decoding.decoding import Decoding, decode, stitch
from ner.spans import Span
from ner.text.alignment import Loss, align, spans_from_tags
from ner.text.extents import token_extents
from ner.text.windows import split
from tests.support.models.small_tokenizers import BUILDERS

TOKENIZERS = {name: build() for name, build in BUILDERS.items()}
LABELS = ("ORG", "LOC")
WORDS = [
    "The",
    "Zürich",
    "Dept.",
    "X",
    "e\u0301te\u0301",
    "😀",
    "😀😁",
    "👩\u200d🔬",
    "❤\ufe0f",
    "大学",
]
BLANKS = [" ", " ", "\n", "\r\n", "  ", ", ", "\u00a0", ""]


def _offsets(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False).offsets


@st.composite
def _texts(draw):
    words = draw(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(BLANKS)), max_size=12))
    return "".join(part for pair in words for part in pair)


@st.composite
def _documents_on_token_boundaries(draw):
    """A text, its tokens' offsets, and spans that start and end where a token's content does."""
    text = draw(_texts())
    offsets = _offsets(TOKENIZERS[draw(st.sampled_from(sorted(TOKENIZERS)))], text)
    solid = [pair for pair in token_extents(text, offsets).tolist() if text[slice(*pair)].strip()]
    tokens = st.lists(st.integers(0, max(len(solid) - 1, 0)), max_size=6, unique=True)
    bounds = sorted(draw(tokens)) if solid else []
    spans, end = [], 0
    for first, last in zip(bounds[::2], bounds[1::2], strict=False):
        start = solid[first][0]
        if start >= end:
            end = max(solid[token][1] for token in range(first, last + 1))
            spans.append(Span(start, end, draw(st.sampled_from(LABELS))))
    return text, offsets, tuple(spans)


@given(_documents_on_token_boundaries())
@settings(max_examples=150)
def test_gold_tags_give_back_the_gold_spans(document):
    text, offsets, spans = document
    alignment = align(spans, offsets, LABELS, text)
    assert (alignment.dropped, alignment.inexact) == ((), ())
    assert alignment.kept == spans
    assert spans_from_tags(alignment.tags, offsets, LABELS, text) == spans


@given(_documents_on_token_boundaries(), st.integers(2, 9), st.integers(0, 8))
@settings(max_examples=150)
def test_gold_tags_give_back_the_gold_spans_through_windows_and_decoding(document, size, stride):
    text, offsets, spans = document
    tags = align(spans, offsets, LABELS, text).tags
    one_hot = np.where(np.eye(5)[tags] > 0, np.log(0.6), np.log(0.1))
    windows = split(len(offsets), size, min(stride, size - 1))
    stitched = stitch(windows, [one_hot[window.start : window.stop] for window in windows])
    decoded, scores = decode(text, offsets, stitched, Decoding(LABELS))
    assert decoded == spans
    assert scores == pytest.approx([0.6] * len(spans))


@given(st.data())
@settings(max_examples=150)
def test_every_span_is_kept_or_dropped_and_every_kept_one_comes_back_or_is_named(data):
    text = data.draw(_texts().filter(len))
    offsets = _offsets(TOKENIZERS[data.draw(st.sampled_from(sorted(TOKENIZERS)))], text)
    start = st.integers(0, len(text) - 1)
    pairs = data.draw(st.lists(st.tuples(start, st.integers(1, 9), st.sampled_from("ABC"))))
    spans = [Span(s, min(s + length, len(text)), label) for s, length, label in pairs]
    alignment = align(spans, offsets, ("A", "B"), text)
    assert sorted([*alignment.kept, *(d.span for d in alignment.dropped)]) == sorted(spans)
    becomes = {inexact.span: inexact.becomes for inexact in alignment.inexact}
    decoded = spans_from_tags(alignment.tags, offsets, ("A", "B"), text)
    assert decoded == tuple(becomes.get(span, span) for span in alignment.kept)


@given(_texts(), st.data())
def test_any_tags_give_sorted_spans_that_do_not_overlap_or_end_in_white_space(text, data):
    offsets = _offsets(TOKENIZERS[data.draw(st.sampled_from(sorted(TOKENIZERS)))], text)
    size = len(offsets)
    tags = np.array(data.draw(st.lists(st.integers(0, 4), min_size=size, max_size=size)), int)
    end = 0
    for span in spans_from_tags(tags, offsets, LABELS, text):
        assert span.start >= end
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        end = span.end


@pytest.mark.parametrize("name", sorted(TOKENIZERS))
def test_words_line_breaks_and_emoji_come_back_with_every_kind_of_tokenizer(name):
    text = "The 😀 University of\nZürich, e\u0301te\u0301 ❤\ufe0f X"
    words = ["😀 University of\nZürich", "e\u0301te\u0301 ❤\ufe0f", "X"]
    spans = [Span(text.index(word), text.index(word) + len(word), "ORG") for word in words]
    offsets = _offsets(TOKENIZERS[name], text)
    alignment = align(spans, offsets, LABELS, text)
    assert not alignment.dropped
    assert not alignment.inexact
    assert spans_from_tags(alignment.tags, offsets, LABELS, text) == tuple(spans)


# "ab cd ef": one token per word, with the leading blank as byte-level BPE counts it.
TEXT = "ab cd ef"
OFFSETS = [(0, 2), (2, 5), (5, 8)]


def _align(*spans, labels=("X", "Y")):
    return align([Span(*span) for span in spans], OFFSETS, labels, TEXT)


def _reasons(alignment):
    return [(d.span.start, d.span.end, d.span.label, d.reason) for d in alignment.dropped]


def test_tags_are_numbered_by_the_sorted_labels():
    assert _align((0, 5, "Y"), (6, 8, "X"), labels=("Y", "X")).tags.tolist() == [3, 4, 1]


def test_a_leading_blank_does_not_pull_its_token_into_the_span_before():
    assert _align((0, 3, "X")).tags.tolist() == [1, 0, 0]


def test_of_overlapping_spans_the_longer_stays():
    alignment = _align((0, 2, "X"), (0, 5, "Y"))
    assert alignment.kept == (Span(0, 5, "Y"),)
    assert _reasons(alignment) == [(0, 2, "X", Loss.OVERLAP)]


def test_of_equally_long_overlapping_spans_the_earlier_stays():
    alignment = _align((3, 8, "X"), (0, 5, "Y"))
    assert alignment.kept == (Span(0, 5, "Y"),)


def test_of_two_labels_for_one_stretch_the_first_by_name_stays():
    alignment = _align((0, 2, "Y"), (0, 2, "X"))
    assert alignment.kept == (Span(0, 2, "X"),)
    assert _reasons(alignment) == [(0, 2, "Y", Loss.OVERLAP)]


def test_a_span_given_twice_is_a_duplicate():
    assert _reasons(_align((0, 2, "X"), (0, 2, "X"))) == [(0, 2, "X", Loss.DUPLICATE)]


def test_a_label_that_the_model_lacks_is_named():
    assert _reasons(_align((0, 2, "Z"))) == [(0, 2, "Z", Loss.UNKNOWN_LABEL)]


def test_a_span_of_white_space_is_dropped():
    assert _reasons(_align((2, 3, "X"))) == [(2, 3, "X", Loss.WHITE_SPACE)]


def test_two_spans_within_one_token_cannot_both_be_tagged():
    assert _reasons(_align((0, 1, "X"), (1, 2, "X"))) == [(1, 2, "X", Loss.SHARED)]


def test_a_span_on_text_without_tokens_is_dropped():
    alignment = align([Span(1, 2, "X")], [(0, 1), (2, 2)], ("X",), "a\u200bb")
    assert _reasons(alignment) == [(1, 2, "X", Loss.UNCOVERED)]


def test_a_boundary_inside_a_token_is_widened_and_named():
    (inexact,) = _align((1, 4, "X")).inexact
    assert (inexact.becomes, inexact.reason) == (Span(0, 5, "X"), Loss.INSIDE)


def test_white_space_at_a_span_s_end_is_trimmed_and_named():
    (inexact,) = _align((2, 6, "X")).inexact
    assert (inexact.becomes, inexact.reason) == (Span(3, 5, "X"), Loss.TRIMMED)


def test_adjacent_spans_of_one_label_stay_two():
    alignment = _align((0, 2, "X"), (3, 5, "X"))
    assert alignment.tags.tolist() == [1, 1, 0]
    assert spans_from_tags(alignment.tags, OFFSETS, ("X",), TEXT) == alignment.kept


def test_tokens_that_overlap_each_other_still_give_exact_spans():
    offsets = [(0, 1), (0, 2), (1, 2)]
    alignment = align([Span(1, 2, "X")], offsets, ("X",), "大学")
    assert spans_from_tags(alignment.tags, offsets, ("X",), "大学") == (Span(1, 2, "X"),)


def test_zero_width_tokens_neither_begin_nor_carry_a_span():
    offsets = [(0, 0), (0, 1), (2, 2), (2, 3)]
    assert align([Span(0, 3, "X")], offsets, ("X",), "a b").tags.tolist() == [0, 1, 2, 2]
    assert spans_from_tags(np.array([0, 0, 1, 0]), offsets, ("X",), "a b") == ()


def test_an_inside_tag_after_another_label_begins_a_span():
    tags = np.array([1, 4, 0])
    expected = (Span(0, 2, "X"), Span(3, 5, "Y"))
    assert spans_from_tags(tags, OFFSETS, ("X", "Y"), TEXT) == expected


def test_tags_of_another_document_are_refused():
    with pytest.raises(ValueError, match="2 tags for 3 tokens"):
        spans_from_tags(np.array([0, 0]), OFFSETS, ("X",), TEXT)
