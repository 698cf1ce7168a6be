"""Which tags follow which, and whether spans end inside words: counted from the gold spans.

A tagger judges each token by itself and so breaks spans into pieces. Decoding adds to its scores
what its neighbours say of a tag: the logarithm of how much likelier the tag is after the one before
it than anywhere. Hybrids of neural networks and hidden Markov models divide the network's
posteriors by the priors for the same reason (Bourlard and Morgan 1994, "Connectionist Speech
Recognition"): what the network knows already would count twice.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ner.tags import OUTSIDE, tag_names
from ner.text.extents import BoolArray, IntArray, TokenPosition

SMOOTHING = 0.5
# More boundaries inside words than slips of the hand make up.
MAX_INNER_SHARE = 0.01
# Weights decide between tags: further digits would only fill the manifest.
DIGITS = 4

Weights: TypeAlias = tuple[tuple[float, ...], ...]
_Matrix: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Transitions:
    """What decoding knows of neighbouring tags; nothing unless something was learned.

    ``weights[a][b]`` is added to a sequence's score wherever tag b follows tag a, in natural
    logarithms; where BIO forbids that, it is 0 and means nothing. For b at the start of a line
    `line_weights` are added instead, if there are any: spans begin and end there more often. With
    `whole_words` no span begins or ends inside a word. Raises ValueError for weights that are not
    finite or not square.
    """

    weights: Weights | None = None
    whole_words: bool = False
    line_weights: Weights | None = None

    def __post_init__(self) -> None:
        for rows in (self.weights or (), self.line_weights or ()):
            if any(len(row) != len(rows) or not all(map(math.isfinite, row)) for row in rows):
                raise ValueError("weights of transitions must be a square of finite numbers")

    def steps(self, n_tags: int) -> _Matrix:
        """What going from tag to tag adds, ``[place, to, from]`` by `TokenPosition` of the second
        token.

        Minus infinity where that is forbidden. Raises ValueError for another number of tags.
        """
        weights = np.zeros((n_tags, n_tags)) if self.weights is None else np.array(self.weights)
        lines = weights if self.line_weights is None else np.array(self.line_weights)
        for each in (weights, lines):
            if each.shape != (n_tags, n_tags):
                raise ValueError(f"transitions of {len(each)} tags do not fit {n_tags}")
        steps = np.empty((len(TokenPosition), n_tags, n_tags))
        steps[TokenPosition.WORD] = np.where(_allowed(n_tags), weights, -np.inf)
        inside = _without_boundary(n_tags) if self.whole_words else _allowed(n_tags)
        steps[TokenPosition.INSIDE_WORD] = np.where(inside, weights, -np.inf)
        steps[TokenPosition.LINE] = np.where(_allowed(n_tags), lines, -np.inf)
        return steps.transpose(0, 2, 1).copy()


def learn_transitions(
    tagged: Iterable[tuple[IntArray, IntArray]], labels: Sequence[str], *, weight: float
) -> Transitions:
    """The transitions in gold tags.

    For each document its tags, ``[n_tokens]``, and `ner.text.extents.token_positions`. Each weight
    is `weight` times the pointwise mutual information of the two tags, among tokens that begin a
    line or among the others. Whole words are kept to unless more than `MAX_INNER_SHARE` of the
    spans' boundaries lie inside words, as they do in scripts that put nothing between words.
    """
    n_tags = len(tag_names(labels))
    counts = np.zeros((len(TokenPosition), n_tags * n_tags))
    for tags, places in tagged:
        pair = tags[:-1] * n_tags + tags[1:]
        for place in TokenPosition:
            counts[place] += np.bincount(pair[places[1:] == place], minlength=n_tags**2)
    if not counts.any():
        return Transitions()
    boundary = ~_without_boundary(n_tags).flatten()
    boundaries, inner = counts[:, boundary].sum(), counts[TokenPosition.INSIDE_WORD, boundary].sum()
    within_lines = counts[TokenPosition.WORD] + counts[TokenPosition.INSIDE_WORD]
    return Transitions(
        weights=_weights(within_lines.reshape(n_tags, n_tags), weight),
        whole_words=bool(boundaries > 0 and inner <= MAX_INNER_SHARE * boundaries),
        line_weights=_weights(counts[TokenPosition.LINE].reshape(n_tags, n_tags), weight),
    )


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
    anything: BoolArray = ~is_inside(np.arange(n_tags)) | _without_boundary(n_tags)
    return anything


def _without_boundary(n_tags: int) -> BoolArray:
    """``[from, to]``: no span begins or ends between the two."""
    before, tag = np.indices((n_tags, n_tags))
    goes_on: BoolArray = is_inside(tag) & ((before == tag) | (before == tag - 1))
    goes_on[OUTSIDE, OUTSIDE] = True
    return goes_on


def is_inside(tags: IntArray) -> BoolArray:
    """Whether each is a tag ``I-X``."""
    inside: BoolArray = (tags > OUTSIDE) & (tags % 2 == 0)
    return inside
