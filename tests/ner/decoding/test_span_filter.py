import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.decoding.span_filter import SpanFilter, count_characters, learn_span_filter
from ner.spans import Document, Span


def documents_of(label: str, lengths: list[int]) -> list[Document]:
    return [Document("x" * length, (Span(0, length, label),)) for length in lengths]


def test_without_anything_learned_every_span_is_kept() -> None:
    assert SpanFilter().keeps("-", label_index=3, score=0.0)


def test_a_span_needs_the_least_score() -> None:
    assert SpanFilter(0.4).keeps("a", label_index=0, score=0.4)
    assert not SpanFilter(0.4).keeps("a", label_index=0, score=0.39)


def test_a_span_needs_the_letters_and_digits_of_its_label() -> None:
    learned = SpanFilter(0.0, (0, 3))
    assert learned.keeps("1-a 2)", label_index=1, score=0.5)
    assert not learned.keeps("1- (2)", label_index=1, score=0.5)
    assert learned.keeps("-", label_index=0, score=0.5)


def test_letters_and_digits_of_any_script_count() -> None:
    assert count_characters("Ω-é 大学, ٣ 🙂") == 5


def test_half_a_percent_of_a_label_s_spans_may_be_shorter() -> None:
    documents = documents_of("X", [1, 4, *[9] * 398]) + documents_of("Y", [2, 7, *[8] * 198])
    assert learn_span_filter(documents, ["Y", "X"], min_score=0.3) == SpanFilter(0.3, (9, 7))


def test_few_spans_give_no_least_length() -> None:
    few, enough = documents_of("X", [5] * 199), documents_of("X", [5] * 200)
    assert learn_span_filter(few, ["X"], min_score=0) == SpanFilter(0, (0,))
    assert learn_span_filter(enough, ["X"], min_score=0) == SpanFilter(0, (5,))


def test_spans_of_other_labels_do_not_count() -> None:
    documents = documents_of("Z", [1] * 300) + documents_of("X", [6] * 300)
    assert learn_span_filter(documents, ["X"], min_score=0).min_characters == (6,)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=500))
def test_no_more_training_spans_fall_short_than_may(lengths: list[int]) -> None:
    (needed,) = learn_span_filter(documents_of("X", lengths), ["X"], min_score=0).min_characters
    assert sum(length < needed for length in lengths) <= 0.005 * len(lengths)


@pytest.mark.parametrize(
    ("score", "characters", "message"),
    [(1.1, (), "1.1"), (-0.1, (), "-0.1"), (0.0, (1, -2), "-2")],
)
def test_invalid_values_are_refused(
    score: float, characters: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        SpanFilter(score, characters)
