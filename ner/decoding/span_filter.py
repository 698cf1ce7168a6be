"""Which decoded spans are given out: none that the model hardly believes, and no fragments.

A span too short to be one is mostly a piece of a longer one: the marker of an affiliation, or the
number at its end. How short spans get is counted in the training spans.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ner.spans import Document
from ner.tags import sort_labels

# So many of a label's spans may be shorter than its shortest: slips of the hand, and rare ones.
SHORTER_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class SpanFilter:
    """What a span needs to be given out; nothing unless something was chosen or learned.

    `min_score` is on the scale of `ner.decoding.decoding.decode`. `min_characters` are letters and
    digits, for each label in the order of `ner.tags.sort_labels`; empty, any number will do. Raises
    ValueError for a score outside of [0, 1] or a number below 0.
    """

    min_score: float = 0.0
    min_characters: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.min_score <= 1:
            raise ValueError(f"a span's least score must be in [0, 1], not {self.min_score}")
        if min(self.min_characters, default=0) < 0:
            raise ValueError(f"spans cannot need {min(self.min_characters)} characters")

    def keeps(self, text: str, *, label_index: int, score: float) -> bool:
        """Whether a span with this text, label and score is given out."""
        needed = self.min_characters[label_index] if self.min_characters else 0
        return score >= self.min_score and (not needed or count_characters(text) >= needed)


def learn_span_filter(
    documents: Iterable[Document], labels: Sequence[str], *, min_score: float
) -> SpanFilter:
    """The filter that 0.5 % of each label's spans may fall short of, and no more.

    A label with fewer than 200 spans, of which that is not one, has no least number of characters.
    """
    counts: dict[str, list[int]] = {label: [] for label in sort_labels(labels)}
    for document in documents:
        for span in document.spans:
            if span.label in counts:
                counts[span.label].append(count_characters(document.text[span.start : span.end]))
    return SpanFilter(min_score, tuple(map(_shortest, counts.values())))


def count_characters(text: str) -> int:
    """Letters and digits of any script."""
    return sum(map(str.isalnum, text))


def _shortest(counts: list[int]) -> int:
    shorter = int(SHORTER_SHARE * len(counts))
    return sorted(counts)[shorter] if shorter else 0
