"""From a model's scores to spans: windows stitched, BIO kept by Viterbi, ends trimmed, scored.

Numpy alone, so that a server without torch decodes as training does.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ner.alignment import tagged_spans
from ner.extents import IntArray, Offsets
from ner.spans import Span
from ner.tags import OUTSIDE, begin_tag
from ner.windows import Window

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]


def log_softmax(logits: FloatArray) -> FloatArray:
    """Log probabilities over the last axis, at least float32, without overflow."""
    values = logits.astype(np.promote_types(logits.dtype, np.float32), copy=False)
    shifted: FloatArray = values - values.max(axis=-1, keepdims=True)
    result: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def stitch(windows: Sequence[Window], log_probs: Sequence[FloatArray]) -> FloatArray:
    """One ``[n_tokens, n_tags]`` from each window's ``[len(window), n_tags]``: the cores' rows.

    Raises ValueError when an array does not have its window's length.
    """
    cores = []
    for window, rows in zip(windows, log_probs, strict=True):
        if len(rows) != len(window):
            raise ValueError(f"{len(rows)} rows of scores for the {len(window)} tokens of {window}")
        cores.append(rows[window.core_start - window.start : window.core_stop - window.start])
    return np.concatenate(cores) if cores else np.zeros((0, 0), dtype=np.float32)


def viterbi(log_probs: FloatArray, labels: Sequence[str]) -> IntArray:
    """The likeliest tag sequence, ``[n_tokens]``, in which ``I-X`` follows ``B-X`` or ``I-X`` only.

    `log_probs` is ``[n_tokens, 1 + 2 * n_labels]``. Of equally likely tags the lower number wins.
    Raises ValueError for another shape, or for a value that is no number.
    """
    if len(log_probs) == 0:
        return np.zeros(0, dtype=np.int64)
    if log_probs.ndim != 2 or log_probs.shape[1] != begin_tag(len(set(labels))):
        raise ValueError(f"scores of shape {log_probs.shape} do not fit {len(set(labels))} labels")
    if np.isnan(log_probs).any():
        raise ValueError("scores hold NaN: the model's weights are broken or overflowed")
    greedy = log_probs.argmax(axis=1).astype(np.int64)
    # Where the likeliest tags happen to be in order, no other sequence can be likelier.
    return greedy if _in_order(greedy) else _best_path(log_probs.astype(np.float64))


def decode(
    text: str, offsets: Offsets, log_probs: FloatArray, labels: Sequence[str]
) -> tuple[tuple[Span, ...], tuple[float, ...]]:
    """Spans and their scores: sorted, not overlapping, without white space at the ends.

    `offsets` as in `ner.alignment.align`, `log_probs` as in `viterbi`. A span's score is the
    geometric mean of its tags' probabilities, in [0, 1].
    """
    if len(offsets) != len(log_probs):
        raise ValueError(f"{len(log_probs)} rows of scores for {len(offsets)} tokens")
    tags = viterbi(log_probs, labels)
    chosen = log_probs[np.arange(len(tags)), tags] if len(tags) else np.zeros(0)
    found = tagged_spans(tags, offsets, labels, text)
    means = (float(chosen[tagged.first : tagged.stop].mean()) for tagged in found)
    scores = tuple(min(1.0, float(np.exp(mean))) for mean in means)
    return tuple(tagged.span for tagged in found), scores


def _in_order(tags: IntArray) -> bool:
    previous = np.concatenate([[OUTSIDE], tags[:-1]])
    inside = (tags > OUTSIDE) & (tags % 2 == 0)
    return not bool((inside & (previous != tags) & (previous != tags - 1)).any())


def _best_path(log_probs: npt.NDArray[np.float64]) -> IntArray:
    """Viterbi where ``O`` and ``B-`` follow anything: a step costs n_tags, not their square."""
    n_tokens, n_tags = log_probs.shape
    score = log_probs[0].copy()
    score[2::2] = -np.inf
    before = np.zeros((n_tokens, n_tags), dtype=np.int64)
    begins = np.arange(1, n_tags, 2)
    for token in range(1, n_tokens):
        best = int(score.argmax())
        goes_on = score[2::2] > score[1::2]
        step = before[token]
        step[:] = best
        step[2::2] = begins + goes_on
        score = log_probs[token] + score[step]
    path = np.zeros(n_tokens, dtype=np.int64)
    path[-1] = score.argmax()
    for token in range(n_tokens - 1, 0, -1):
        path[token - 1] = before[token, path[token]]
    return path
