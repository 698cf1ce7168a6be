"""From a model's scores to spans: windows stitched, the best tags found, ends trimmed, scored.

Numpy alone, so that a server without torch decodes as training does.
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
from ner.text.extents import IntArray, Offsets, token_positions
from ner.text.windows import Window

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
# Less likely than anything a model says, and still so much likelier than what BIO forbids.
IMPOSSIBLE = -1e4


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a version's scores become spans: the labels of its tags, and what was learned of these.

    `steps` follow from these as `Transitions.steps` has them, computed once for all documents.
    Raises ValueError for a blank label, transitions that are not between these labels' tags, or a
    filter or ends for another number of labels.
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
        object.__setattr__(self, "steps", steps)  # the one way into a frozen instance

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


def viterbi(log_probs: FloatArray, decoding: Decoding, places: IntArray | None = None) -> IntArray:
    """The best tag sequence, ``[n_tokens]``, in which ``I-X`` follows ``B-X`` or ``I-X`` only.

    `log_probs` is ``[n_tokens, n_tags]``. The best has the largest sum of these and of the
    transitions' weights. `places` are `ner.text.extents.token_positions`, None for words within a
    line; where whole words are to be kept, no span begins or ends before a token inside one. Of
    equally good tags the lower number wins. Raises ValueError for another shape, or a value that is
    no number.
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
    # Where the likeliest tags happen to be in order, no other sequence can be likelier.
    if decoding.transitions == Transitions() and _in_order(greedy):
        return greedy
    if places is None:
        places = np.zeros(len(log_probs), dtype=np.int64)
    return _best_path(log_probs.astype(np.float64).clip(IMPOSSIBLE), decoding.steps, places)


def decode(
    text: str, offsets: Offsets, log_probs: FloatArray, decoding: Decoding
) -> tuple[tuple[Span, ...], tuple[float, ...]]:
    """Spans and their scores: sorted, not overlapping, without white space at the ends.

    `offsets` as in `ner.text.alignment.align`, `log_probs` as in `viterbi`. A span's score is the
    geometric mean of its tags' probabilities, in [0, 1]: the model's own, without transitions, and
    before its ends were settled.
    Spans that the filter does not keep are left out.
    """
    if len(offsets) != len(log_probs):
        raise ValueError(f"{len(log_probs)} rows of scores for {len(offsets)} tokens")
    places = None if decoding.transitions == Transitions() else token_positions(text, offsets)
    tags = viterbi(log_probs, decoding, places)
    chosen = log_probs[np.arange(len(tags)), tags] if len(tags) else np.zeros(0)
    found = tagged_spans(tags, offsets, decoding.labels, text)
    labels = [label_index(int(tags[tagged.first])) for tagged in found]
    settled = decoding.span_ends.settle(text, [tagged.span for tagged in found], labels)
    spans, scores = [], []
    for span, label, tagged in zip(settled, labels, found, strict=True):
        score = min(1.0, float(np.exp(chosen[tagged.first : tagged.stop].mean())))
        if decoding.span_filter.keeps(text[span.start : span.end], label_index=label, score=score):
            spans.append(span)
            scores.append(score)
    return tuple(spans), tuple(scores)


def _in_order(tags: IntArray) -> bool:
    previous = np.concatenate([[OUTSIDE], tags[:-1]])
    return not bool((is_inside(tags) & (previous != tags) & (previous != tags - 1)).any())


def _best_path(
    log_probs: npt.NDArray[np.float64], steps: npt.NDArray[np.float64], places: IntArray
) -> IntArray:
    """Viterbi with ``steps[places[token]]`` to each token, as `Transitions.steps` has them."""
    matrices = [steps[place] for place in places.tolist()]
    scores = log_probs.copy()
    scores[0, 2::2] = -np.inf
    reached = np.empty(steps.shape[1:])
    best = np.empty(len(reached))
    previous = scores[0]
    # Three calls of numpy for each token, and none that makes an array, are half the time.
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
