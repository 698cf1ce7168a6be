from hypothesis import given
from hypothesis import strategies as st

from benchmarks.recipes.biluo import biluo_names, biluo_spans, biluo_tags, words_of
from ner.spans import Span

TEXT = "At the Uni. of X (Y)"
WORDS = words_of(TEXT)


def test_words_are_letters_and_digits_or_a_single_sign() -> None:
    assert [TEXT[start:end] for start, end in WORDS] == [
        *("At", "the", "Uni", ".", "of", "X", "(", "Y", ")")
    ]


def test_a_span_of_one_word_is_a_unit_and_longer_ones_have_a_last_word() -> None:
    spans = (Span(0, 2, "A"), Span(7, 11, "B"), Span(12, 18, "C"))
    tags, dropped = biluo_tags(spans, WORDS)
    assert tags == ["U-A", "O", "B-B", "L-B", "B-C", "I-C", "L-C", "O", "O"]
    assert dropped == 0
    assert biluo_spans(tags, WORDS) == spans


def test_a_span_that_cuts_a_word_is_dropped_and_so_is_one_over_another() -> None:
    tags, dropped = biluo_tags((Span(0, 2, "A"), Span(0, 6, "B"), Span(8, 10, "C")), WORDS)
    assert tags == ["U-A", *["O"] * 8]
    assert dropped == 2


def test_tags_that_break_the_rules_are_read_kindly() -> None:
    tags = ["I-A", "I-A", "O", "B-A", "I-B", "L-B", "L-B", "B-A", "O"]
    assert biluo_spans(tags, WORDS) == (
        Span(0, 6, "A"),
        Span(10, 11, "A"),
        Span(12, 16, "B"),
        Span(17, 18, "B"),
        Span(18, 19, "A"),
    )


def test_the_names_number_the_tags() -> None:
    assert biluo_names(("X", "Y")) == (
        *("O", "B-X", "I-X", "L-X", "U-X", "B-Y", "I-Y", "L-Y", "U-Y"),
    )


@given(st.sets(st.integers(0, len(WORDS)), max_size=6), st.sampled_from("XY"))
def test_spans_of_whole_words_come_back_from_their_tags(cuts: set[int], label: str) -> None:
    bounds = sorted(cuts)
    spans = tuple(
        Span(WORDS[first][0], WORDS[stop - 1][1], label)
        for first, stop in zip(bounds[::2], bounds[1::2], strict=False)
    )
    tags, dropped = biluo_tags(spans, WORDS)
    assert dropped == 0
    assert biluo_spans(tags, WORDS) == spans
