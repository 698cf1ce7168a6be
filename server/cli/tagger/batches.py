"""Splits items into batches."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yields lists of `size` items, the last one maybe shorter; draws items only when needed."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
