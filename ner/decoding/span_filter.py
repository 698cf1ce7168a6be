"""Which decoded spans are kept: those with a sufficient score and of a sufficient length.

A span that is shorter than the training spans of its label is mostly a fragment of a longer one,
such as the marker of an affiliation or the number at its end. The least length of a label's spans
is counted in the training spans.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ner.spans import Document
from ner.tags import sort_labels

# The share of a label's training spans that may be shorter than its least length: annotators'
# slips, and rare spans.
SHORTER_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class SpanFilter:
    """The least score and length of a span that is kept; by default every span is kept.

    `min_score` is a score of `ner.decoding.decoding.decode`. `min_characters` counts letters and
    digits, for each label in the order of `ner.tags.sort_labels`; when it is empty, there is no
    least length. Raises ValueError for a score outside of [0, 1] or a number below 0.
    """

    min_score: float = 0.0
    min_characters: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.min_score <= 1:
            raise ValueError(f"a span's least score must be in [0, 1], not {self.min_score}")
        if min(self.min_characters, default=0) < 0:
            raise ValueError(f"a span's least length cannot be {min(self.min_characters)}")

    def keeps(self, text: str, *, label_index: int, score: float) -> bool:
        """Whether a span with this text, label and score is kept."""
        needed = self.min_characters[label_index] if self.min_characters else 0
        return score >= self.min_score and (not needed or count_characters(text) >= needed)


def learn_span_filter(
    documents: Iterable[Document], labels: Sequence[str], *, min_score: float
) -> SpanFilter:
    """The filter with least lengths that at most 0.5 % of each label's training spans do not reach.

    Lengths count letters and digits. A label with fewer than 200 spans has no least length, since
    0.5 % of them is less than one span.
    """
    lengths: dict[str, list[int]] = {label: [] for label in sort_labels(labels)}
    for document in documents:
        for span in document.spans:
            if span.label in lengths:
                lengths[span.label].append(count_characters(document.text[span.start : span.end]))
    return SpanFilter(min_score, tuple(map(_least_length, lengths.values())))


def count_characters(text: str) -> int:
    """The number of letters and digits of any script."""
    return sum(map(str.isalnum, text))


def _least_length(lengths: list[int]) -> int:
    shorter = int(SHORTER_SHARE * len(lengths))
    return sorted(lengths)[shorter] if shorter else 0
