"""Which tags follow which, and whether spans end inside words: counted from the gold spans.

A model scores each token by itself and so breaks spans into pieces. Decoding adds to a tag's score
the logarithm of how much likelier the tag is after the one before it than in general. The division
by the general frequency is that of hybrids of neural networks and hidden Markov models, which
divide the network's posteriors by the priors (Bourlard and Morgan 1994, "Connectionist Speech
Recognition"): what the network knows already would otherwise count twice.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ner.tags import OUTSIDE, tag_names
from ner.text.extents import BoolArray, IntArray
from ner.text.positions import TokenPosition

SMOOTHING = 0.5
# The largest share of boundaries inside words that annotators' slips explain.
MAX_INNER_SHARE = 0.01
# Standard deviations above the expected number of slips that are still taken for slips.
SLIP_DEVIATIONS = 2.0
# Decimals of a weight; more would only enlarge the manifest.
DIGITS = 4

Weights: TypeAlias = tuple[tuple[float, ...], ...]
_Matrix: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Transitions:
    """What was learned about neighbouring tags; by default only BIO's own rules apply.

    ``weights[a][b]``, a natural logarithm, is added to a sequence's score wherever tag b follows
    tag a; where BIO forbids that, it is 0 and not used. When b begins a line, `line_weights` are
    used instead unless they are None: spans begin and end there more often. With `whole_words` no
    span begins or ends inside a word: between two letters or digits. With `digits_apart` words also
    end between a letter and a digit, and with `unspaced_apart` at each letter of a script without
    blanks between words. Raises ValueError for weights that are not finite or not square.
    """

    weights: Weights | None = None
    whole_words: bool = False
    line_weights: Weights | None = None
    digits_apart: bool = False
    unspaced_apart: bool = False

    def __post_init__(self) -> None:
        for rows in (self.weights or (), self.line_weights or ()):
            if any(len(row) != len(rows) or not all(map(math.isfinite, row)) for row in rows):
                raise ValueError("weights of transitions must be a square of finite numbers")

    def steps(self, n_tags: int) -> _Matrix:
        """What each step between tags adds to the score: ``[position, to, from]``.

        `position` is the `TokenPosition` of the second token. Forbidden steps are minus infinity.
        Raises ValueError for another number of tags.
        """
        weights = np.zeros((n_tags, n_tags)) if self.weights is None else np.array(self.weights)
        lines = weights if self.line_weights is None else np.array(self.line_weights)
        for matrix in (weights, lines):
            if matrix.shape != (n_tags, n_tags):
                raise ValueError(f"transitions of {len(matrix)} tags do not fit {n_tags}")
        steps = np.empty((len(TokenPosition), n_tags, n_tags))
        steps[:] = np.where(_allowed(n_tags), weights, -np.inf)
        steps[TokenPosition.LINE] = np.where(_allowed(n_tags), lines, -np.inf)
        for position in self._whole():
            steps[position] = np.where(_without_boundary(n_tags), weights, -np.inf)
        return steps.transpose(0, 2, 1).copy()

    def _whole(self) -> Iterator[TokenPosition]:
        """The positions at which no span begins or ends."""
        if not self.whole_words:
            return
        yield TokenPosition.INSIDE_WORD
        if not self.digits_apart:
            yield TokenPosition.BESIDE_DIGIT
        if not self.unspaced_apart:
            yield TokenPosition.UNSPACED


def learn_transitions(
    tagged: Iterable[tuple[IntArray, IntArray]], labels: Sequence[str], *, weight: float
) -> Transitions:
    """The transitions in gold tags.

    `tagged` has each document's tags and `ner.text.positions.token_positions`, both ``[n_tokens]``.
    Each weight is `weight` times the pointwise mutual information of the two tags, among tokens
    that begin a line or among the others. `whole_words` is set unless more of the spans' boundaries
    are inside words than slips explain, as in hashtags or compounds. `digits_apart` is set when
    more than `MAX_INNER_SHARE` of them are between a letter and a digit: annotators agree to part
    "1Department" there, so these are no slips. `unspaced_apart` is always set.
    """
    n_tags = len(tag_names(labels))
    counts = np.zeros((len(TokenPosition), n_tags * n_tags))
    for tags, positions in tagged:
        pair = tags[:-1] * n_tags + tags[1:]
        for position in TokenPosition:
            counts[position] += np.bincount(pair[positions[1:] == position], minlength=n_tags**2)
    if not counts.any():
        return Transitions()
    boundary = ~_without_boundary(n_tags).flatten()
    at = counts[:, boundary].sum(axis=1)
    within_lines = counts.sum(axis=0) - counts[TokenPosition.LINE]
    return Transitions(
        weights=_weights(within_lines.reshape(n_tags, n_tags), weight),
        whole_words=bool(at.sum() > 0 and at[TokenPosition.INSIDE_WORD] <= _slips(at.sum())),
        line_weights=_weights(counts[TokenPosition.LINE].reshape(n_tags, n_tags), weight),
        digits_apart=bool(at[TokenPosition.BESIDE_DIGIT] > MAX_INNER_SHARE * at.sum()),
        unspaced_apart=True,
    )


def _slips(boundaries: float) -> float:
    """How many of the boundaries may be inside words by annotators' slips.

    A few more than their share, because one slip is a large share of the first spans.
    """
    expected = MAX_INNER_SHARE * boundaries
    return expected + SLIP_DEVIATIONS * math.sqrt(expected) + 1


def _weights(pairs: _Matrix, weight: float) -> Weights:
    allowed = _allowed(len(pairs))
    follows = np.where(allowed, pairs + SMOOTHING, 0.0)
    follows /= follows.sum(axis=1, keepdims=True)
    anywhere = pairs.sum(axis=0) + SMOOTHING
    anywhere /= anywhere.sum()
    information = np.log(np.where(allowed, follows / anywhere, 1.0))
    return tuple(map(tuple, (weight * information).round(DIGITS).tolist()))


def _allowed(n_tags: int) -> BoolArray:
    """``[from, to]``: ``I-X`` follows ``B-X`` or ``I-X`` only."""
    allowed: BoolArray = ~is_inside(np.arange(n_tags)) | _without_boundary(n_tags)
    return allowed


def _without_boundary(n_tags: int) -> BoolArray:
    """``[from, to]``: no span begins or ends between the two."""
    before, tag = np.indices((n_tags, n_tags))
    continues: BoolArray = is_inside(tag) & ((before == tag) | (before == tag - 1))
    continues[OUTSIDE, OUTSIDE] = True
    return continues


def is_inside(tags: IntArray) -> BoolArray:
    """Whether each tag is an ``I-X``."""
    inside: BoolArray = (tags > OUTSIDE) & (tags % 2 == 0)
    return inside
