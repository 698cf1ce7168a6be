"""Windows without a span, of which each epoch reads a share.

They are a third or more of a corpus, and a model learns most of what they teach early. They take
turns, so that over some epochs all of them are read.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from ner.tags import OUTSIDE
from ner.text.extents import BoolArray, IntArray


def have_spans(examples: Sequence[Mapping[str, Sequence[int]]]) -> BoolArray:
    """Whether each window has a token of a span, ``[n_examples]``."""
    return np.array([max(example["labels"], default=OUTSIDE) > OUTSIDE for example in examples])


def epoch_size(with_span: BoolArray, share: float) -> int:
    """How many windows an epoch reads: those with spans and `share` of the others."""
    others = len(with_span) - int(with_span.sum())
    return int(with_span.sum()) + _count(others, share)


def epoch_windows(with_span: BoolArray, share: float, *, seed: int, epoch: int) -> IntArray:
    """The indices of the windows that an epoch reads, sorted.

    The windows without spans take turns in an order drawn by `seed`: none is read again before all
    others have been read.
    """
    others = np.random.default_rng((seed, len(with_span))).permutation(np.flatnonzero(~with_span))
    count = _count(len(others), share)
    turn = np.arange(epoch * count, (epoch + 1) * count) % max(len(others), 1)
    return np.sort(np.concatenate([np.flatnonzero(with_span), others[turn]]))


def _count(others: int, share: float) -> int:
    return int(np.ceil(others * share))
