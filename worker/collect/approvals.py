"""Approved documents as the store takes them, made from what Doccano says of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from ner.spans import Span
from ner.text.offsets import OffsetMap, OffsetUnit

RawSpan = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class ReadSpans:
    """Spans in code points, sorted, none twice, and how many could not be read."""

    spans: tuple[Span, ...]
    dropped: int


def read_spans(text: str, raw: Iterable[RawSpan], unit: OffsetUnit) -> ReadSpans:
    """Converts ``(start, end, label key)`` counted in `unit`.

    Spans that are empty or reach beyond the text are dropped and counted: Doccano accepts them, and
    leaves old ones standing when somebody edits the text.
    """
    offsets = OffsetMap(text, unit)
    spans = set()
    dropped = 0
    for start, end, label in raw:
        if not 0 <= start < end <= offsets.length:
            dropped += 1
            continue
        spans.add(Span(*offsets.to_codepoints(start, end), label))
    return ReadSpans(tuple(sorted(spans)), dropped)
