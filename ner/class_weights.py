"""Weights against the imbalance of tags: most tokens are outside every span."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from ner.training_options import ClassWeights

IGNORED = -100


def class_weights(
    tags: Iterable[Sequence[int]], n_tags: int, kind: ClassWeights
) -> npt.NDArray[np.float32] | None:
    """A weight for each tag, ``[n_tags]``, their mean over all tagged tokens 1; None for "none".

    "balanced" gives every tag the same total weight; "sqrt" goes half of the way, which costs less
    precision. A tag that never occurs weighs as if it occurred once. Ignored tokens do not count.
    """
    if kind == "none":
        return None
    counts = np.zeros(n_tags)
    for sequence in tags:
        counts += np.bincount([tag for tag in sequence if tag != IGNORED], minlength=n_tags)
    rarity = 1.0 / np.maximum(counts, 1.0)
    weights = rarity if kind == "balanced" else np.sqrt(rarity)
    mean = (counts * weights).sum() / max(counts.sum(), 1.0)
    return (weights / mean).astype(np.float32) if mean > 0 else None
