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

from ner.extents import BoolArray, IntArray
from ner.tags import OUTSIDE, tag_names

SMOOTHING = 0.5
# More boundaries inside words than slips of the hand make up.
MAX_INNER_SHARE = 0.01
# Weights decide between tags: further digits would only fill the manifest.
DIGITS = 4

_Matrix: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Transitions:
    """What decoding knows of neighbouring tags; nothing unless something was learned.

    ``weights[a][b]`` is added to a sequence's score wherever tag b follows tag a, in natural
    logarithms; where BIO forbids that, it is 0 and means nothing. With `whole_words` no span
    begins or ends inside a word. Raises ValueError for weights that are not finite or not square.
    """

    weights: tuple[tuple[float, ...], ...] | None = None
    whole_words: bool = False

    def __post_init__(self) -> None:
        rows = self.weights or ()
        if any(len(row) != len(rows) or not all(map(math.isfinite, row)) for row in rows):
            raise ValueError("weights of transitions must be a square of finite numbers")

    def steps(self, n_tags: int) -> _Matrix:
        """What going from tag to tag adds, ``[2, to, from]``: between words, and inside a word.

        Minus infinity where that is forbidden. Raises ValueError for another number of tags.
        """
        weights = np.zeros((n_tags, n_tags)) if self.weights is None else np.array(self.weights)
        if weights.shape != (n_tags, n_tags):
            raise ValueError(f"transitions of {len(weights)} tags do not fit {n_tags}")
        anywhere, inside = _allowed(n_tags), _without_boundary(n_tags)
        kinds = np.stack([anywhere, inside if self.whole_words else anywhere])
        return np.where(kinds, weights, -np.inf).transpose(0, 2, 1).copy()


def learn_transitions(
    tagged: Iterable[tuple[IntArray, BoolArray]], labels: Sequence[str], *, weight: float
) -> Transitions:
    """The transitions in gold tags.

    For each document its tags, ``[n_tokens]``, and `ner.extents.inside_words`. Each weight is
    `weight` times the pointwise mutual information of the two tags. Whole words are kept to unless
    more than `MAX_INNER_SHARE` of the spans' boundaries lie inside words, as they do in scripts
    that put nothing between words.
    """
    n_tags = len(tag_names(labels))
    tags, pairs, inner = (np.zeros(shape) for shape in (n_tags, n_tags**2, n_tags**2))
    for document, inside in tagged:
        tags += np.bincount(document, minlength=n_tags)
        pair = document[:-1] * n_tags + document[1:]
        pairs += np.bincount(pair, minlength=n_tags**2)
        inner += np.bincount(pair[inside[1:]], minlength=n_tags**2)
    if not tags.any():
        return Transitions()
    boundary = ~_without_boundary(n_tags).flatten()
    boundaries = pairs[boundary].sum()
    return Transitions(
        weights=_weights(tags, pairs.reshape(n_tags, n_tags), weight),
        whole_words=bool(boundaries > 0 and inner[boundary].sum() <= MAX_INNER_SHARE * boundaries),
    )


def _weights(tags: _Matrix, pairs: _Matrix, weight: float) -> tuple[tuple[float, ...], ...]:
    allowed = _allowed(len(tags))
    follows = np.where(allowed, pairs + SMOOTHING, 0.0)
    follows /= follows.sum(axis=1, keepdims=True)
    anywhere = (tags + SMOOTHING) / (tags + SMOOTHING).sum()
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
