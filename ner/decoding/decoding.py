"""Decodes a model's scores to spans: stitches windows, finds the best tags, adjusts spans' ends.

Uses numpy alone, so that a server without torch decodes as training does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ner.decoding.span_ends import SpanEnds
from ner.decoding.span_filter import SpanFilter
from ner.decoding.transitions import Transitions, is_inside
from ner.spans import Span
from ner.tags import OUTSIDE, label_index, tag_names
from ner.text.alignment import tagged_spans
from ner.text.extents import IntArray, Offsets
from ner.text.positions import TokenPosition, token_positions
from ner.text.windows import Window

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
# Below any log probability of a model, but above the minus infinity of what BIO forbids.
IMPOSSIBLE = -1e4


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a version's scores become spans: the labels of its tags, and what was learned for them.

    `steps` are those of `Transitions.steps`, computed once for all documents. Raises ValueError for
    a blank label, transitions that are not between these labels' tags, or a filter or ends for
    another number of labels.
    """

    labels: tuple[str, ...]
    transitions: Transitions = field(default_factory=Transitions)
    span_filter: SpanFilter = field(default_factory=SpanFilter)
    span_ends: SpanEnds = field(default_factory=SpanEnds)
    steps: npt.NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        filtered = len(self.span_filter.min_characters)
        if filtered not in (0, len(self.labels)):
            raise ValueError(f"a filter for {filtered} labels does not fit {len(self.labels)}")
        ended = len(self.span_ends.starts)
        if ended not in (0, len(self.labels)):
            raise ValueError(f"ends of spans of {ended} labels do not fit {len(self.labels)}")
        steps = self.transitions.steps(len(tag_names(self.labels)))
        object.__setattr__(self, "steps", steps)  # the only way to set it in a frozen dataclass

    @property
    def n_tags(self) -> int:
        """How many tags a model with these labels has."""
        return len(self.steps[0])


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


def viterbi(
    log_probs: FloatArray, decoding: Decoding, positions: IntArray | None = None
) -> IntArray:
    """The best tag sequence, ``[n_tokens]``, in which ``I-X`` follows ``B-X`` or ``I-X`` only.

    `log_probs` is ``[n_tokens, n_tags]``. The best sequence has the largest sum of log
    probabilities and transitions' weights. `positions` are those of
    `ner.text.positions.token_positions`; None means that each token begins a word within a line.
    With `Transitions.whole_words` no span begins or ends before a token inside a word. Of equally
    good tags the one with the lower number wins.
    Raises ValueError for another shape, or a NaN.
    """
    if len(log_probs) == 0:
        return np.zeros(0, dtype=np.int64)
    if log_probs.ndim != 2 or log_probs.shape[1] != decoding.n_tags:
        raise ValueError(
            f"scores of shape {log_probs.shape} do not fit {len(decoding.labels)} labels"
        )
    if np.isnan(log_probs).any():
        raise ValueError("scores hold NaN: the model's weights are broken or overflowed")
    greedy: IntArray = log_probs.argmax(axis=1).astype(np.int64)
    # If BIO allows the sequence of each token's likeliest tag, no other sequence can be likelier.
    if decoding.transitions == Transitions() and _is_allowed(greedy):
        return greedy
    if positions is None:
        positions = np.full(len(log_probs), TokenPosition.WORD, dtype=np.int64)
    return _best_path(log_probs.astype(np.float64).clip(IMPOSSIBLE), decoding.steps, positions)


def decode(
    text: str, offsets: Offsets, log_probs: FloatArray, decoding: Decoding
) -> tuple[tuple[Span, ...], tuple[float, ...]]:
    """Spans and their scores: sorted, not overlapping, without white space at the ends.

    `offsets` are as in `ner.text.alignment.align`, `log_probs` as in `viterbi`. A span's score is
    the geometric mean of its tags' probabilities, in [0, 1]: the model's own probabilities, without
    transitions, of the tokens before the span's ends are adjusted. Spans that the filter does not
    keep are left out.
    """
    if len(offsets) != len(log_probs):
        raise ValueError(f"{len(log_probs)} rows of scores for {len(offsets)} tokens")
    positions = None if decoding.transitions == Transitions() else token_positions(text, offsets)
    tags = viterbi(log_probs, decoding, positions)
    chosen = log_probs[np.arange(len(tags)), tags] if len(tags) else np.zeros(0)
    decoded = tagged_spans(tags, offsets, decoding.labels, text)
    labels = [label_index(int(tags[tagged.first])) for tagged in decoded]
    adjusted = decoding.span_ends.adjust(text, [tagged.span for tagged in decoded], labels)
    spans, scores = [], []
    for span, label, tagged in zip(adjusted, labels, decoded, strict=True):
        score = min(1.0, float(np.exp(chosen[tagged.first : tagged.stop].mean())))
        if decoding.span_filter.keeps(text[span.start : span.end], label_index=label, score=score):
            spans.append(span)
            scores.append(score)
    return tuple(spans), tuple(scores)


def _is_allowed(tags: IntArray) -> bool:
    """Whether each ``I-X`` follows ``B-X`` or ``I-X``."""
    previous = np.concatenate([[OUTSIDE], tags[:-1]])
    return not bool((is_inside(tags) & (previous != tags) & (previous != tags - 1)).any())


def _best_path(
    log_probs: npt.NDArray[np.float64], steps: npt.NDArray[np.float64], positions: IntArray
) -> IntArray:
    """Viterbi with ``steps[positions[token]]`` to each token; `steps` as in `Transitions.steps`."""
    matrices = [steps[position] for position in positions.tolist()]
    scores = log_probs.copy()
    scores[0, 2::2] = -np.inf
    reached = np.empty(steps.shape[1:])
    best = np.empty(len(reached))
    previous = scores[0]
    # Three numpy calls that allocate no array take half the time of the same in expressions.
    for score, matrix in zip(scores[1:], matrices[1:], strict=True):
        np.add(matrix, previous, reached)
        np.maximum.reduce(reached, axis=1, out=best)
        np.add(score, best, score)
        previous = score
    path = np.zeros(len(scores), dtype=np.int64)
    path[-1] = tag = int(scores[-1].argmax())
    for token in range(len(scores) - 1, 0, -1):
        path[token - 1] = tag = int((scores[token - 1] + matrices[token][tag]).argmax())
    return path
