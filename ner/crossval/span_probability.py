"""The probability that a model gives to any span of a text, its own or a reviewer's.

A span is as probable as its least probable token: cleanlab's *worst token* (Wang and Mueller 2022,
"Detecting label errors in token classification data", arXiv 2210.03920). A mean over the tokens
would hide a doubtful boundary of a long span. Its tokens are those that it touches and the one
after it, which must not continue the span.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ner.spans import Span
from ner.tags import OUTSIDE, begin_tag, inside_tag, sort_labels
from ner.text.extents import IntArray, token_extents
from ner.token_scores import TokenScores


@dataclass(frozen=True, slots=True)
class JudgedSpan:
    """A span with the probabilities that a model gives it.

    `probability` is that of exactly this span with this label, `outside` that of no part of its
    text being in a span. Both are in [0, 1], and 0 where the text has no token; `probability` is
    also 0 where the model does not know the label.
    """

    span: Span
    probability: float
    outside: float


def judge(
    text: str, spans: Iterable[Span], scores: TokenScores, labels: Sequence[str]
) -> tuple[JudgedSpan, ...]:
    """The probabilities of each of the spans, in order. `labels` are the model's."""
    extents = token_extents(text, scores.offsets)
    probabilities = np.exp(np.asarray(scores.log_probs, dtype=np.float64)).clip(0.0, 1.0)
    order = {label: index for index, label in enumerate(sort_labels(labels))}
    return tuple(_judge(span, extents, probabilities, order) for span in spans)


def _judge(
    span: Span, extents: IntArray, probabilities: np.ndarray, order: dict[str, int]
) -> JudgedSpan:
    starts, ends = extents[:, 0], extents[:, 1]
    touched = np.flatnonzero((starts < ends) & (starts < span.end) & (ends > span.start))
    if not touched.size:
        return JudgedSpan(span, 0.0, 0.0)
    first, stop = int(touched[0]), int(touched[-1]) + 1
    outside = float(probabilities[first:stop, OUTSIDE].min())
    if span.label not in order:
        return JudgedSpan(span, 0.0, outside)
    begin, inside = begin_tag(order[span.label]), inside_tag(order[span.label])
    tokens = [probabilities[first, begin], *probabilities[first + 1 : stop, inside]]
    if stop < len(probabilities):
        tokens.append(1.0 - probabilities[stop, inside])
    return JudgedSpan(span, float(min(tokens)), outside)
