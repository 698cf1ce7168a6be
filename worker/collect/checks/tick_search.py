"""Finds the documents whose tick has moved, by few pages of Doccano's listing of the ticked ones.

Doccano needs 2 to 3 ms for each document that it lists, and lists ticked documents in the order of
their numbers. The number at a place therefore tells how many more, or fewer, were ticked before it
than was expected, and only stretches in which that differs are read.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PAGE = 25
# For each page Doccano counts all the ticked documents, which also takes time.
MAX_PAGES = 100


@dataclass(frozen=True, slots=True)
class TickedPage:
    """The numbers of some ticked documents, as they are listed; `count` are ticked in all."""

    count: int
    numbers: tuple[int, ...]


ReadPage = Callable[[int, int], TickedPage]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The places from `start` to `end` of the listing, where expected[first:last] should be."""

    start: int
    end: int
    first: int
    last: int

    @property
    def seems_known(self) -> bool:
        """Whether as many documents are ticked here as was expected."""
        return self.end - self.start == self.last - self.first


class _Unsuitable(Exception):
    """The listing changes while it is read, has another order, or differs in too many places."""


def search_ticked(read_page: ReadPage, expected: Sequence[int]) -> frozenset[int] | None:
    """Returns the numbers of the ticked documents, which differ little from those `expected`.

    `expected` is ascending, and `read_page` returns a page by offset and limit. Returns None when
    the whole listing must be read instead. Where as many documents were ticked as unticked, between
    two places that were looked at, neither is noticed.
    """
    try:
        return frozenset(_Search(read_page, expected).run())
    except _Unsuitable:
        return None


class _Search:
    def __init__(self, read_page: ReadPage, expected: Sequence[int]) -> None:
        self._read_page = read_page
        self._expected = expected
        self._pages = 0
        self._count: int | None = None
        self._ticked: set[int] = set()

    def run(self) -> set[int]:
        # People go through the documents in order, so that most new ticks are the last ones.
        tail = max(0, len(self._expected) - 1)
        numbers = self._read(tail, PAGE)
        whole = _Stretch(0, self._count or 0, 0, len(self._expected))
        stretches = [*self._around(whole, tail, numbers)] if numbers else [whole]
        while stretches:
            stretch = stretches.pop()
            if stretch.seems_known:
                self._ticked.update(self._expected[stretch.first : stretch.last])
            elif (size := stretch.end - stretch.start) > PAGE:
                middle = stretch.start + size // 2
                stretches += self._around(stretch, middle, self._read(middle, 1))
            elif size > 0:
                numbers = self._read(stretch.start, size)
                stretches += self._around(stretch, stretch.start, numbers)
        if len(self._ticked) != self._count:
            raise _Unsuitable
        return self._ticked

    def _around(
        self, stretch: _Stretch, offset: int, numbers: tuple[int, ...]
    ) -> tuple[_Stretch, _Stretch]:
        """Notes these ticked documents; returns what is left of the stretch on both sides."""
        first = bisect_left(self._expected, numbers[0])
        last = bisect_right(self._expected, numbers[-1])
        if not stretch.first <= first <= last <= stretch.last:
            raise _Unsuitable
        self._ticked.update(numbers)
        before = _Stretch(stretch.start, offset, stretch.first, first)
        return before, _Stretch(offset + len(numbers), stretch.end, last, stretch.last)

    def _read(self, offset: int, limit: int) -> tuple[int, ...]:
        if self._pages == MAX_PAGES:
            raise _Unsuitable
        self._pages += 1
        page = self._read_page(offset, limit)
        if self._count is None:
            self._count = page.count
        numbers = page.numbers
        is_whole = len(numbers) == max(0, min(limit, self._count - offset))
        if page.count != self._count or not is_whole:
            raise _Unsuitable
        return numbers
