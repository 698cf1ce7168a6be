"""Spans as the tables keep them: JSON lists ``[start, end, label]`` in code points, sorted."""

from collections.abc import Iterable, Sequence
from typing import Any

from ner.spans import Span


def spans_to_json(spans: Iterable[Span]) -> list[list[Any]]:
    """What goes into a column; sorted, so that the same spans look the same."""
    return [[span.start, span.end, span.label] for span in sorted(spans)]


def spans_from_json(column: Sequence[Any]) -> tuple[Span, ...]:
    """What a column holds."""
    return tuple(Span(start, end, label) for start, end, label in column)
