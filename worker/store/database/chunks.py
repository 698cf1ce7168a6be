"""Splits long lists for ``IN (…)``, whose length databases limit."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T", str, int)

SIZE = 500


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """The sorted values in lists of at most `SIZE`."""
    ordered = sorted(values)
    return (ordered[start : start + SIZE] for start in range(0, len(ordered), SIZE))
