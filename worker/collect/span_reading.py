"""Converts the spans of approved documents from Doccano's form to the store's."""

from collections.abc import Iterable
from dataclasses import dataclass

from ner.spans import Span
from ner.text.offsets import OffsetMap, OffsetUnit

RawSpan = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class ReadSpans:
    """Spans in code points, sorted and without duplicates; `dropped` could not be read."""

    spans: tuple[Span, ...]
    dropped: int


def read_spans(text: str, raw: Iterable[RawSpan], unit: OffsetUnit) -> ReadSpans:
    """Converts spans ``(start, end, label key)`` with offsets in `unit`.

    Spans that are empty or extend beyond the text are dropped and counted: Doccano accepts them,
    and keeps the old spans of a text that is edited.
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
