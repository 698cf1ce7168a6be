"""Which predicted spans of a document match which gold ones.

A span that occurs twice, in the gold or among the predictions, counts once.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ner.spans import Document, Span


def check_lengths(gold: Sequence[Document], *predicted: Sequence[Sequence[Span]]) -> None:
    """Raises ValueError unless every list of predictions has one entry for each document."""
    for spans in predicted:
        if len(spans) != len(gold):
            raise ValueError(f"{len(gold)} documents but predictions for {len(spans)}")


def strict_counts(
    gold: Sequence[Document], predicted: Sequence[Sequence[Span]]
) -> NDArray[np.int64]:
    """The numbers of correct, predicted and gold spans of each document. Shape [documents, 3].

    A predicted span is correct when it has start, end and label of a gold one.
    """
    check_lengths(gold, predicted)
    rows = [
        (len({*document.spans} & {*spans}), len({*spans}), len({*document.spans}))
        for document, spans in zip(gold, predicted, strict=True)
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def partial_credit(gold: Sequence[Span], predicted: Sequence[Span]) -> Counter[str]:
    """Half points by label: 2 for an exact match, 1 for an overlap of spans of the same label.

    Every span is paired at most once: exact matches first, then pairs by the size of their
    overlap, the earlier pair first when sizes are equal. Half a point for a partial match is
    MUC-5's score (Chinchor and Sundheim 1993, (correct + partial / 2) / all); there and in
    nervaluate's "partial" the label may differ, here it may not.
    """
    exact = {*gold} & {*predicted}
    credit = Counter({label: 2 * count for label, count in labels_of(exact).items()})
    free_gold, free_predicted = {*gold} - exact, {*predicted} - exact
    pairs = [
        (-min(left.end, right.end) + max(left.start, right.start), left, right)
        for left in free_gold
        for right in free_predicted
        if left.label == right.label and left.overlaps(right)
    ]
    for _, left, right in sorted(pairs):
        if left in free_gold and right in free_predicted:
            free_gold.remove(left)
            free_predicted.remove(right)
            credit[left.label] += 1
    return credit


def labels_of(spans: set[Span]) -> Counter[str]:
    """How many of the spans have each label."""
    return Counter(span.label for span in spans)
