"""Spans as a source gives them, placed in their text: the one rule for files and for Doccano.

Annotators select blanks along with words, Doccano accepts empty spans, and it keeps the spans of a
text that is edited afterwards. Blanks at the ends are left out, as they are of predictions. A span
without text is left out. A span that reaches beyond its text shows that the text is not the one
that was annotated, so that the other spans of the document are probably wrong as well: such a
document is not gold.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ner.spans import Span, trim
from ner.text.offsets import OffsetMap, OffsetUnit

RawSpan: TypeAlias = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class SpanCounts:
    """How many spans were changed or left out.

    `trimmed` had white space at an end. `empty` have no text, or nothing but white space. `outside`
    begin before their text or end beyond it.
    """

    trimmed: int = 0
    empty: int = 0
    outside: int = 0

    def __add__(self, other: "SpanCounts") -> "SpanCounts":
        return SpanCounts(
            self.trimmed + other.trimmed, self.empty + other.empty, self.outside + other.outside
        )


@dataclass(frozen=True, slots=True)
class PlacedSpans:
    """Spans in code points, sorted and without duplicates; `outside` are those that do not fit."""

    spans: tuple[Span, ...]
    outside: tuple[RawSpan, ...]
    counts: SpanCounts


def place_spans(text: str, raw: Iterable[RawSpan], unit: OffsetUnit) -> PlacedSpans:
    """Converts spans ``(start, end, label)`` with offsets in `unit`.

    A boundary inside a surrogate pair moves outward. Raises ValueError for a blank label.
    """
    offsets = OffsetMap(text, unit)
    spans: set[Span] = set()
    outside: list[RawSpan] = []
    trimmed = empty = 0
    for start, end, label in raw:
        # An end before the start is no empty span: it is a length, or belongs to another text.
        if not 0 <= start <= end <= offsets.length:
            outside.append((start, end, label))
            continue
        given = offsets.to_codepoints(start, end) if start < end else (start, start)
        placed = trim(text, *given)
        if placed[0] == placed[1]:
            empty += 1
            continue
        trimmed += placed != given
        spans.add(Span(*placed, label))
    counts = SpanCounts(trimmed, empty, len(outside))
    return PlacedSpans(tuple(sorted(spans)), tuple(outside), counts)
