"""Confidence intervals of a strict micro F1, and of the difference of two, over documents.

Percentile bootstrap over documents (Efron 1979), paired for two models (Koehn 2004): documents,
not spans, are drawn with replacement, because the spans of one document are not independent.
The same seed gives the same figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ner.scoring.matching import strict_counts
from ner.spans import Document, Span

_DRAWS_AT_A_TIME = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """`level` of the resampled F1 scores lie in [low, high]."""

    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedInterval:
    """The challenger's F1 minus the champion's; `level` of its resamples lie in [low, high]."""

    difference: float
    low: float
    high: float
    level: float


def interval(
    gold: Sequence[Document],
    predicted: Sequence[Sequence[Span]],
    *,
    seed: int = 1,
    samples: int = 1000,
    level: float = 0.95,
) -> Interval:
    """The interval of the strict micro F1 of `predicted`.

    Raises ValueError without documents, when the lengths differ, or for a wrong level or number
    of samples.
    """
    counts = _counts(gold, predicted)
    scores = _f1(np.concatenate(list(_resampled(counts, seed=seed, samples=samples))))
    low, high = _quantiles(scores, level)
    return Interval(low=low, high=high, level=level)


def paired(
    gold: Sequence[Document],
    champion: Sequence[Sequence[Span]],
    challenger: Sequence[Sequence[Span]],
    *,
    seed: int = 1,
    samples: int = 1000,
    level: float = 0.95,
) -> PairedInterval:
    """The difference of the strict micro F1 of two models on the same documents.

    Both are scored on each resample of the documents. Raises ValueError as `interval` does.
    """
    counts = np.hstack([_counts(gold, champion), _counts(gold, challenger)])
    drawn = np.concatenate(list(_resampled(counts, seed=seed, samples=samples)))
    low, high = _quantiles(_difference(drawn), level)
    difference = float(_difference(counts.sum(axis=0, keepdims=True))[0])
    return PairedInterval(difference=difference, low=low, high=high, level=level)


def _counts(gold: Sequence[Document], predicted: Sequence[Sequence[Span]]) -> NDArray[np.int64]:
    if not gold:
        raise ValueError("without documents there is nothing to resample")
    return strict_counts(gold, predicted)


def _resampled(
    counts: NDArray[np.int64], *, seed: int, samples: int
) -> Iterator[NDArray[np.int64]]:
    """The column sums of each sample, which draws as many documents as there are.

    `counts` is [documents, columns]. Yields blocks of [samples, columns], which bounds the memory.
    """
    if samples < 1:
        raise ValueError(f"samples must be at least 1, got {samples}")
    generator = np.random.default_rng(seed)
    documents = len(counts)
    at_a_time = max(1, _DRAWS_AT_A_TIME // documents)
    for start in range(0, samples, at_a_time):
        size = (min(at_a_time, samples - start), documents)
        yield counts[generator.integers(documents, size=size)].sum(axis=1)


def _f1(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    correct, predicted, gold = sums.T
    total = predicted + gold
    scores = np.zeros(len(sums))
    np.divide(2.0 * correct, total, out=scores, where=total > 0)
    return scores


def _difference(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    return _f1(sums[:, 3:]) - _f1(sums[:, :3])


def _quantiles(values: NDArray[np.float64], level: float) -> tuple[float, float]:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
