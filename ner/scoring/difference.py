"""The difference of two models' strict F1 on the same documents, with its standard error.

F1 is the ratio 2·correct / (predicted + gold) of sums over documents. Its error is that of a ratio
estimator by linearisation (Cochran 1977, Sampling Techniques, 6.3), paired: documents, not spans,
are independent, and both models read the same ones.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ner.scoring.matching import strict_counts
from ner.spans import Document, Span

# Few documents say little about the spread: two models may happen to agree on all of them. A usual
# spread counts as much as this number of documents; see `benchmarks/policy_replay`.
USUAL_ERROR_OF_ONE_SPAN = 0.5
USUAL_DOCUMENTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class F1Difference:
    """Strict micro F1 of both models; `spans` counts the gold spans.

    `standard_error` is that of challenger minus champion, infinite without gold spans.
    """

    champion: float
    challenger: float
    spans: int
    standard_error: float

    @property
    def difference(self) -> float:
        """The challenger's F1 minus the champion's."""
        return self.challenger - self.champion


def difference_of(champion: NDArray[np.int64], challenger: NDArray[np.int64]) -> F1Difference:
    """The difference from counts as `strict_counts` gives them, shape [documents, 3]."""
    spans = int(champion[:, 2].sum())
    old, old_error = _linearised(champion)
    new, new_error = _linearised(challenger)
    documents = len(champion)
    measured = documents * spans * float(((new_error - old_error) ** 2).sum())
    usual = USUAL_DOCUMENTS * USUAL_ERROR_OF_ONE_SPAN**2
    variance = (measured + usual) / (documents - 1 + USUAL_DOCUMENTS)
    error = math.sqrt(variance / spans) if spans else math.inf
    return F1Difference(champion=old, challenger=new, spans=spans, standard_error=error)


def f1_difference(
    gold: Sequence[Document],
    champion: Sequence[Sequence[Span]],
    challenger: Sequence[Sequence[Span]],
    *,
    label: str | None = None,
) -> F1Difference:
    """The difference over all labels, or over the spans of one label.

    Raises ValueError when the lengths differ.
    """
    if label is not None:
        gold = [Document(text=d.text, spans=_only(label, d.spans)) for d in gold]
        champion = [_only(label, spans) for spans in champion]
        challenger = [_only(label, spans) for spans in challenger]
    return difference_of(strict_counts(gold, champion), strict_counts(gold, challenger))


def _linearised(counts: NDArray[np.int64]) -> tuple[float, NDArray[np.float64]]:
    """F1, and each document's share in its error."""
    correct, predicted, gold = counts.T
    total = int(predicted.sum() + gold.sum())
    if total == 0:
        return 0.0, np.zeros(len(counts))
    f1 = 2 * int(correct.sum()) / total
    return f1, (2 * correct - f1 * (predicted + gold)) / total


def _only(label: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.label == label)
