"""Grapheme clusters as Doccano's screen counts them in a project with grapheme mode.

A port of grapheme-splitter 1.0.4 (Unicode 10), including its deviations from the standard: an emoji
and its modifier stay together across at most one mark, and a flag with two marks after it breaks
between them. Later versions of Unicode count differently (``🧑‍🎄`` is one cluster today and two
here), so a general library cannot replace it.
"""

from bisect import bisect_right
from functools import cache

from ner.text.graphemes_data import RANGES

_BASES = frozenset({"E_BASE", "E_BASE_GAZ"})
_CONTROLS = frozenset({"CONTROL", "CR", "LF"})
# GB6 to GB8: the parts of a Hangul syllable that continue a cluster after each part.
_HANGUL = {
    "L": frozenset({"L", "V", "LV", "LVT"}),
    "LV": frozenset({"V", "T"}),
    "V": frozenset({"V", "T"}),
    "LVT": frozenset({"T"}),
    "T": frozenset({"T"}),
}


def cluster_starts(text: str) -> list[int]:
    """The start of each cluster in code points: sorted, from 0; empty for an empty text."""
    if text.isascii() and "\r\n" not in text:
        return list(range(len(text)))
    starts: list[int] = []
    cluster = None
    for index, char in enumerate(text):
        kind = break_property(ord(char))
        if cluster is None or cluster.ends_before(kind):
            starts.append(index)
            cluster = _Cluster(kind)
        else:
            cluster.add(kind)
    return starts


class _Cluster:
    """The state of a cluster that the rules need, so that each code point takes constant time."""

    def __init__(self, first: str) -> None:
        self._previous = first
        self._length = 1
        # Of the code points after the first: the number of regional indicators that they begin
        # with, and the index of the last regional indicator, 0 without any.
        self._leading_indicators = 0
        self._last_indicator = 0
        self._before_last_mark = "" if first == "EXTEND" else None

    def add(self, kind: str) -> None:
        if kind == "REGIONAL_INDICATOR":
            self._last_indicator = self._length
            if self._leading_indicators == self._length - 1:
                self._leading_indicators += 1
        if kind == "EXTEND":
            self._before_last_mark = self._previous
        self._previous = kind
        self._length += 1

    def ends_before(self, kind: str) -> bool:
        if self._is_marked_flag(kind):
            return True
        if self._previous in _CONTROLS or kind in _CONTROLS:
            return (self._previous, kind) != ("CR", "LF")
        return not (
            kind in _HANGUL.get(self._previous, ())
            or kind in ("EXTEND", "ZWJ", "SPACING_MARK")
            or self._previous == "PREPEND"
            or (kind == "E_MODIFIER" and self._modifiable() in _BASES)
            or (self._previous == "ZWJ" and kind in ("GLUE_AFTER_ZWJ", "E_BASE_GAZ"))
            or (self._previous == kind == "REGIONAL_INDICATOR" and self._length == 1)
        )

    def _is_marked_flag(self, kind: str) -> bool:
        """Whether grapheme-splitter breaks before any rule: after a flag and one mark or joiner."""
        last = self._length if kind == "REGIONAL_INDICATOR" else self._last_indicator
        return (
            last > 0
            and self._leading_indicators >= last - 1
            and self._previous not in ("PREPEND", "REGIONAL_INDICATOR")
        )

    def _modifiable(self) -> str | None:
        """The kind of code point that an emoji modifier would modify, None for none.

        It is the code point before the last mark, or the last one without a mark.
        """
        if self._before_last_mark is None:
            return self._previous
        return self._before_last_mark if self._previous == "EXTEND" else None


def break_property(code: int) -> str:
    """The grapheme break property of a code point."""
    if 0xAC00 <= code <= 0xD7A3:
        return "LVT" if (code - 0xAC00) % 28 else "LV"
    firsts, lasts, kinds = _table()
    index = bisect_right(firsts, code) - 1
    return kinds[index] if code <= lasts[index] else "OTHER"


@cache
def _table() -> tuple[list[int], list[int], list[str]]:
    rows = []
    for kind, ranges in RANGES.items():
        for part in ranges.split():
            first, _, last = part.partition("-")
            rows.append((int(first, 16), int(last or first, 16), kind))
    firsts, lasts, kinds = zip(*sorted(rows), strict=True)
    return list(firsts), list(lasts), list(kinds)
