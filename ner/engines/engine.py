"""The interface of an engine, and the batches that engines compute."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from ner.text.windows import length_batches

Ids: TypeAlias = npt.NDArray[np.int64]
Rows: TypeAlias = npt.NDArray[np.float32]


class Engine(Protocol):
    """A token classification model. Safe to share between threads.

    `labels` are the labels of its tags, in the tags' order.
    """

    labels: tuple[str, ...]

    def log_probs(
        self, windows: Sequence[Sequence[int]], between: Callable[[], None] | None = None
    ) -> list[Rows]:
        """The log probabilities of each window of ids, ``[len(window), n_tags]``, in order.

        They include rows for special tokens. Windows of similar length share a forward pass;
        `between` is called after each of them. Raises FloatingPointError when a score is no
        number.
        """
        ...

    def release_memory(self) -> None:
        """Frees what only a pass needs; the next one takes some milliseconds longer.

        Call it while nothing is computed.
        """
        ...


def in_batches(
    windows: Sequence[Sequence[int]],
    forward: Callable[[Ids, Ids], Rows],
    between: Callable[[], None] | None,
    *,
    padding: int,
    most_tokens: int,
    width: Callable[[int], int] = int,
) -> list[Rows]:
    """Computes `Engine.log_probs` with `forward`, from ``[batch, w]`` to ``[batch, w, n_tags]``.

    It takes ids and mask, and w is the `width` of the batch's longest window. A pass has up to
    `most_tokens` with padding, or one window that is longer.
    """
    results: list[Rows] = [np.zeros((0, 0), np.float32)] * len(windows)
    for batch in length_batches([len(window) for window in windows], most_tokens):
        ids, mask = padded([windows[index] for index in batch], padding, width)
        for row, index in zip(forward(ids, mask), batch, strict=True):
            results[index] = row[: len(windows[index])]
            if not np.isfinite(results[index]).all():
                raise FloatingPointError("the model computes scores that are no numbers")
        if between is not None:
            between()
    return results


def padded(
    windows: Sequence[Sequence[int]], padding: int, width: Callable[[int], int] = int
) -> tuple[Ids, Ids]:
    """Ids and mask of windows, as `in_batches` needs them; the mask is 0 where `padding` is."""
    ids = np.full((len(windows), width(max(map(len, windows)))), padding, np.int64)
    mask = np.zeros_like(ids)
    for row, window in enumerate(windows):
        ids[row, : len(window)] = window
        mask[row, : len(window)] = 1
    return ids, mask


def log_softmax(logits: Rows) -> Rows:
    """The log probabilities of the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    rows: Rows = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return rows
