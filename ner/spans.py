"""Spans, documents and predictions: the values that all other modules exchange.

Offsets inside nerloop are half-open ``[start, end)`` and count Unicode code points, as Python's
``text[start:end]`` does. `ner.text.offsets` converts other units on input and output.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled stretch of text, ``[start, end)`` in code points.

    Raises ValueError when an offset is negative, the span is empty, or the label is blank.
    """

    start: int
    end: int
    label: str

    def __post_init__(self) -> None:
        if self.start < 0 or self.end <= self.start:
            raise ValueError(f"span [{self.start}, {self.end}) must have 0 <= start < end")
        if not self.label.strip():
            raise ValueError(f"span [{self.start}, {self.end}) has a blank label")

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its gold spans, sorted; spans may overlap, as some Doccano projects allow.

    White space at the ends of a span is left out, as it is of predicted ones, and a span of nothing
    else too, so that gold from any source compares with predictions. `ner.text.placement` counts
    these. `id` identifies the document in its source (a line, a Doccano id), for messages. Raises
    ValueError when a span reaches beyond the text.
    """

    text: str
    spans: tuple[Span, ...] = ()
    id: str = ""
    meta: Mapping[str, object] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        _check_inside(self.text, self.spans)
        object.__setattr__(self, "spans", tuple(sorted(_trimmed(self.text, self.spans))))

    @property
    def labels(self) -> frozenset[str]:
        """The labels that occur in this document."""
        return frozenset(span.label for span in self.spans)


@dataclass(frozen=True, slots=True)
class Prediction:
    """A model version's spans in a text: sorted, not overlapping, with scores in [0, 1].

    Raises ValueError when spans overlap or reach beyond the text, when spans and scores differ in
    number, or when a score is outside of [0, 1].
    """

    text: str
    spans: tuple[Span, ...] = ()
    scores: tuple[float, ...] = ()
    model_version: str = ""

    def __post_init__(self) -> None:
        if len(self.spans) != len(self.scores):
            raise ValueError(f"{len(self.spans)} spans but {len(self.scores)} scores")
        if any(not 0.0 <= score <= 1.0 for score in self.scores):
            raise ValueError(f"scores must lie in [0, 1], got {self.scores}")
        _check_inside(self.text, self.spans)
        for left, right in pairwise(self.spans):
            if right.start < left.end:
                raise ValueError(f"{left} and {right} overlap or are not sorted")

    def renamed(self, names: Mapping[str, str]) -> "tuple[Prediction, int]":
        """The prediction with each label replaced by its name in `names`.

        Spans whose label is not in `names` are dropped with their scores; the second value is their
        number.
        """
        kept = [
            pair for pair in zip(self.spans, self.scores, strict=True) if pair[0].label in names
        ]
        spans = tuple(replace(span, label=names[span.label]) for span, _ in kept)
        scores = tuple(score for _, score in kept)
        return replace(self, spans=spans, scores=scores), len(self.spans) - len(kept)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` without white space at its ends; ``start == end`` when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _trimmed(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    for span in spans:
        start, end = trim(text, span.start, span.end)
        if (start, end) == (span.start, span.end):
            yield span
        elif start < end:
            yield Span(start, end, span.label)


def _check_inside(text: str, spans: Iterable[Span]) -> None:
    for span in spans:
        if span.end > len(text):
            raise ValueError(f"{span} ends beyond the text's {len(text)} code points")
