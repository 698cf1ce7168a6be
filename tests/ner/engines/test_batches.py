"""The batches that every engine computes."""

from collections.abc import Sequence

import numpy as np
import pytest

from ner.engines.engine import Ids, Rows, in_batches, log_softmax

MOST = 64


def test_windows_come_back_in_their_order_without_padding() -> None:
    shapes: list[tuple[int, ...]] = []

    def forward(ids: Ids, mask: Ids) -> Rows:
        shapes.append(ids.shape)
        assert ((ids == 0) == (mask == 0)).all()
        return np.asarray(ids[..., None], np.float32)

    windows: Sequence[Sequence[int]] = [[5] * 3, [7] * 20, [9] * 4]
    rows = in_batches(
        windows, forward, None, padding=0, most_tokens=MOST, width=lambda longest: longest + 1
    )
    assert [row[:, 0].tolist() for row in rows] == [list(window) for window in windows]
    assert shapes == [(3, 21)]


def test_a_call_is_made_after_each_batch() -> None:
    calls = []
    windows = [[5] * MOST, [6], [7] * (MOST - 1)]
    in_batches(
        windows,
        lambda ids, _: np.zeros((*ids.shape, 1), np.float32),
        lambda: calls.append(1),
        padding=0,
        most_tokens=MOST,
    )
    assert len(calls) == 3


def test_a_score_that_is_no_number_is_an_error() -> None:
    def forward(ids: Ids, _: Ids) -> Rows:
        return np.full((*ids.shape, 1), np.nan, np.float32)

    with pytest.raises(FloatingPointError, match="no numbers"):
        in_batches([[5, 6]], forward, None, padding=0, most_tokens=MOST)


def test_the_scores_of_padding_are_not_looked_at() -> None:
    def forward(ids: Ids, mask: Ids) -> Rows:
        return np.where(mask[..., None] == 1, 0.0, np.nan).astype(np.float32)

    assert len(in_batches([[5, 6], [7]], forward, None, padding=0, most_tokens=MOST)) == 2


def test_log_softmax_of_large_logits_is_finite() -> None:
    rows = log_softmax(np.array([[1000.0, 999.0], [-1000.0, -1000.0]], np.float32))
    np.testing.assert_allclose(np.exp(rows).sum(axis=1), 1.0, rtol=1e-5)
