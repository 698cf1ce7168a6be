from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.windows import Window, length_batches, split


@st.composite
def _plans(draw):
    size = draw(st.integers(1, 60))
    return draw(st.integers(1, 500)), size, draw(st.integers(0, size - 1))


@given(_plans())
def test_cores_partition_the_tokens_and_lie_in_windows_that_fit(plan):
    n_tokens, size, stride = plan
    windows = split(n_tokens, size, stride)
    decided = [token for w in windows for token in range(w.core_start, w.core_stop)]
    assert decided == list(range(n_tokens))
    for window in windows:
        assert window.start <= window.core_start < window.core_stop <= window.stop
        assert len(window) <= size


@given(_plans())
def test_neighbours_share_at_least_the_stride(plan):
    for left, right in pairwise(split(*plan)):
        assert left.stop - right.start >= plan[2]


@given(_plans())
def test_each_token_is_decided_where_it_has_the_most_context(plan):
    n_tokens, size, stride = plan
    windows = split(n_tokens, size, stride)

    def context(window: Window, token: int) -> int:
        left = token - window.start if window.start else n_tokens
        right = window.stop - 1 - token if window.stop < n_tokens else n_tokens
        return min(left, right)

    for window in windows:
        for token in range(window.core_start, window.core_stop):
            best = max(context(w, token) for w in windows if w.start <= token < w.stop)
            assert context(window, token) == best


def test_a_document_that_fits_is_one_window():
    assert split(384, 384, 64) == (Window(0, 384, 0, 384),)


def test_one_token_more_makes_two_windows_of_even_length():
    assert [len(window) for window in split(385, 384, 64)] == [225, 225]


def test_a_document_without_tokens_has_no_windows():
    assert split(0, 384, 64) == ()


@pytest.mark.parametrize(
    ("n_tokens", "size", "stride"), [(9, 0, 0), (9, 4, 4), (9, 4, -1), (-1, 4, 0)]
)
def test_windows_that_cannot_advance_are_refused(n_tokens, size, stride):
    with pytest.raises(ValueError, match="at least 1"):
        split(n_tokens, size, stride)


@given(st.lists(st.integers(1, 30)), st.integers(1, 60))
def test_every_window_is_in_one_batch_that_fits_or_alone(lengths, tokens):
    batches = length_batches(lengths, tokens)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        padded = len(batch) * max(lengths[index] for index in batch)
        assert padded <= tokens or len(batch) == 1


def test_windows_of_similar_length_are_batched_together_longest_first():
    assert length_batches([3, 100, 4, 99], 200) == [[1, 3], [2, 0]]
