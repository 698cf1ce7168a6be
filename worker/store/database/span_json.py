"""Spans as stored in the tables: sorted JSON lists ``[start, end, label]`` in code points."""

from collections.abc import Iterable, Sequence
from typing import Any

from ner.spans import Span


def spans_to_json(spans: Iterable[Span]) -> list[list[Any]]:
    """The value of a column; sorted, so that equal sets of spans give equal values."""
    return [[span.start, span.end, span.label] for span in sorted(spans)]


def spans_from_json(column: Sequence[Any]) -> tuple[Span, ...]:
    """The spans that a column contains."""
    return tuple(Span(start, end, label) for start, end, label in column)
