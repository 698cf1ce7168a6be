"""Conversion of offsets between code points and other units.

Doccano's screen counts UTF-16 code units, as JavaScript does, or grapheme clusters in projects with
grapheme mode; nerloop and Python count code points.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import accumulate
from typing import Literal

from ner.spans import Span
from ner.text.graphemes import cluster_starts

Snap = Literal["down", "up"]

_BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")


class OffsetUnit(StrEnum):
    """What an offset counts."""

    CODEPOINT = "codepoint"
    UTF16 = "utf16"
    GRAPHEME = "grapheme"


def unit_matters(text: str, unit: OffsetUnit) -> bool:
    """Whether offsets into this text in `unit` can differ from those in code points."""
    if unit is OffsetUnit.UTF16:
        return _BEYOND_BMP.search(text) is not None
    return unit is OffsetUnit.GRAPHEME and len(cluster_starts(text)) != len(text)


class OffsetMap:
    """Converts offsets into one text: built in linear time, each look-up at most O(log n).

    `length` is the text's length in the unit.
    """

    def __init__(self, text: str, unit: OffsetUnit) -> None:
        # A code point has one or more UTF-16 units, a cluster one or more code points. `_starts`
        # has the finer offset of each coarser unit: an index converts one way, bisection the other.
        self._coarser = unit is OffsetUnit.GRAPHEME
        self._starts = _starts(text, unit)
        self._codepoints = len(text)
        self.length = len(self._starts) - 1 if self._coarser else self._starts[-1]

    def from_codepoint(self, offset: int, *, snap: Snap = "down") -> int:
        """The offset in the unit; inside a cluster, that of the cluster's start, or end for "up".

        Raises ValueError outside ``[0, len(text)]``.
        """
        _check(offset, self._codepoints, "code points")
        return _search(self._starts, offset, snap) if self._coarser else self._starts[offset]

    def to_codepoint(self, offset: int, *, snap: Snap) -> int:
        """The offset in code points; inside a surrogate pair, that of its start, or end for "up".

        Raises ValueError outside ``[0, length]``.
        """
        _check(offset, self.length, "units")
        return self._starts[offset] if self._coarser else _search(self._starts, offset, snap)

    def to_codepoints(self, start: int, end: int) -> tuple[int, int]:
        """The offsets of a span in code points; a boundary inside a surrogate pair moves outward.

        Raises ValueError outside ``[0, length]``.
        """
        return self.to_codepoint(start, snap="down"), self.to_codepoint(end, snap="up")


def spans_from_codepoints(text: str, spans: Iterable[Span], unit: OffsetUnit) -> tuple[Span, ...]:
    """Converts spans in code points to spans counted in `unit`, in the given order.

    A boundary inside a cluster moves outward, after which neighbours may overlap. Raises
    ValueError for a span beyond the text.
    """
    offsets = OffsetMap(text, unit)
    return tuple(
        Span(
            offsets.from_codepoint(span.start, snap="down"),
            offsets.from_codepoint(span.end, snap="up"),
            span.label,
        )
        for span in spans
    )


def _starts(text: str, unit: OffsetUnit) -> Sequence[int]:
    """Each code point's UTF-16 offset, or each cluster's offset in code points; then the end."""
    if unit is OffsetUnit.UTF16 and _BEYOND_BMP.search(text):
        return list(accumulate((2 if char > "\uffff" else 1 for char in text), initial=0))
    if unit is OffsetUnit.GRAPHEME:
        return [*cluster_starts(text), len(text)]
    return range(len(text) + 1)


def _search(starts: Sequence[int], offset: int, snap: Snap) -> int:
    """The index in `starts` of the offset or, if it is between two, of the one it snaps to."""
    if snap == "up":
        return bisect_left(starts, offset)
    return bisect_right(starts, offset) - 1


def _check(offset: int, length: int, unit: str) -> None:
    if not 0 <= offset <= length:
        raise ValueError(f"offset {offset} lies outside a text of {length} {unit}")
