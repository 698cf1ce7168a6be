"""What a corpus looks like: the figures in which a person sees that a file was read wrongly."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ner.corpus.duplicates import Duplicates, find_duplicates
from ner.spans import Document
from ner.text.positions import is_inside_word

# Of eight real exports one had 70 % of its boundaries inside words, after its texts were edited;
# the others had at most 8 %.
USUAL_INSIDE = 0.08
SUSPICIOUS_INSIDE = 0.2
# Fewer boundaries than this say nothing about a corpus, or about a document.
_MIN_OF_CORPUS = 20
_MIN_OF_DOCUMENT = 2


@dataclass(frozen=True, slots=True)
class Shape:
    """Figures of a corpus.

    `spans` and `having` count the spans and the documents of each label, the most frequent first.
    `inside` of the `boundaries` of spans divide a word. `drifted` has the ids of documents in which
    most boundaries do, unlike in the others. `longest` is the document with the most characters.
    """

    documents: int
    without_spans: int
    spans: Mapping[str, int]
    having: Mapping[str, int]
    boundaries: int
    inside: int
    drifted: tuple[str, ...]
    longest: Document
    duplicates: Duplicates

    @property
    def inside_share(self) -> float:
        """The share of boundaries inside words, 0 without spans."""
        return self.inside / self.boundaries if self.boundaries else 0.0

    @property
    def is_suspicious(self) -> bool:
        """Whether so many boundaries are inside words that offsets and texts may not match."""
        return is_suspicious(self.inside, self.boundaries)


def shape_of(documents: Sequence[Document]) -> Shape:
    """The figures of the documents. Raises ValueError without any."""
    inside = [_inside(document) for document in documents]
    boundaries = [2 * len(document.spans) for document in documents]
    spans = Counter(span.label for document in documents for span in document.spans)
    having = Counter(label for document in documents for label in document.labels)
    return Shape(
        documents=len(documents),
        without_spans=sum(not document.spans for document in documents),
        spans=dict(sorted(spans.items(), key=lambda item: (-item[1], item[0]))),
        having=having,
        boundaries=sum(boundaries),
        inside=sum(inside),
        drifted=_drifted(documents, inside, boundaries),
        longest=max(documents, key=lambda document: len(document.text)),
        duplicates=find_duplicates(documents),
    )


def inside_words(documents: Iterable[Document]) -> tuple[int, int]:
    """How many boundaries of spans are inside words, and how many boundaries there are."""
    inside = boundaries = 0
    for document in documents:
        inside += _inside(document)
        boundaries += 2 * len(document.spans)
    return inside, boundaries


def is_suspicious(inside: int, boundaries: int) -> bool:
    """Whether so many boundaries are inside words that offsets and texts may not match."""
    return boundaries >= _MIN_OF_CORPUS and inside > SUSPICIOUS_INSIDE * boundaries


def _inside(document: Document) -> int:
    return sum(
        is_inside_word(document.text, offset)
        for span in document.spans
        for offset in (span.start, span.end)
    )


def _drifted(
    documents: Sequence[Document], inside: Sequence[int], boundaries: Sequence[int]
) -> tuple[str, ...]:
    found = [
        (document.id, within, of)
        for document, within, of in zip(documents, inside, boundaries, strict=True)
        if within >= _MIN_OF_DOCUMENT and 2 * within > of
    ]
    rest = sum(boundaries) - sum(of for *_, of in found)
    within = sum(inside) - sum(within for _, within, _ in found)
    if within > USUAL_INSIDE * rest:
        return ()
    return tuple(name for name, *_ in found)
