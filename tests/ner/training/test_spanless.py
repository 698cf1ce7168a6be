import numpy as np
import pytest

from ner.training.spanless import epoch_size, epoch_windows, have_spans

WITH_SPAN = np.array([True, False, False, True, False, False, False])
OTHERS = {1, 2, 4, 5, 6}


def test_a_window_has_a_span_if_one_of_its_tokens_is_in_a_span() -> None:
    labels = [[-100, 0, 0, -100], [-100, 0, 2, -100], [-100, 1, -100], [-100]]
    examples = [{"labels": each} for each in labels]
    assert have_spans(examples).tolist() == [False, True, True, False]


@pytest.mark.parametrize(("share", "size"), [(1.0, 7), (0.4, 4), (0.01, 3)])
def test_an_epoch_reads_every_window_with_a_span_and_a_share_of_the_others(
    share: float, size: int
) -> None:
    windows = epoch_windows(WITH_SPAN, share, seed=1, epoch=3)
    assert {0, 3} <= {*windows.tolist()}
    assert len({*windows.tolist()}) == len(windows) == size == epoch_size(WITH_SPAN, share)


def test_windows_without_a_span_take_turns_until_all_have_been_read() -> None:
    epochs = [epoch_windows(WITH_SPAN, 0.4, seed=1, epoch=epoch).tolist() for epoch in range(5)]
    read = [OTHERS.intersection(epoch) for epoch in epochs]
    assert set.union(*read[:3]) == OTHERS
    assert all(sum(window in each for each in read) == 2 for window in OTHERS)


def test_the_turns_depend_on_the_seed() -> None:
    turns = {tuple(epoch_windows(WITH_SPAN, 0.4, seed=seed, epoch=0)) for seed in range(9)}
    assert len(turns) > 1


def test_a_corpus_with_a_span_in_every_window_is_read_whole() -> None:
    assert epoch_windows(np.array([True, True]), 0.5, seed=1, epoch=4).tolist() == [0, 1]
