"""Converts the spans of approved documents from Doccano's form to the store's."""

from collections.abc import Iterable
from dataclasses import dataclass

from ner.spans import Span
from ner.text.offsets import OffsetUnit
from ner.text.placement import RawSpan, SpanCounts, place_spans


@dataclass(frozen=True, slots=True)
class ReadSpans:
    """Spans in code points, sorted and without duplicates, and what became of the given ones."""

    spans: tuple[Span, ...]
    counts: SpanCounts


def read_spans(text: str, raw: Iterable[RawSpan], unit: OffsetUnit) -> ReadSpans:
    """Converts spans ``(start, end, label key)`` with offsets in `unit`.

    Doccano keeps the old spans of a text that is edited. One that does not fit any more becomes a
    span behind the end: the document is approved, as in Doccano, and
    `worker.store.training.datasets` leaves it out of the gold until somebody has corrected it.
    """
    placed = place_spans(text, raw, unit)
    misfits = {Span(len(text), len(text) + 1, label) for _, _, label in placed.outside}
    return ReadSpans((*placed.spans, *sorted(misfits)), placed.counts)
