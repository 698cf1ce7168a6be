"""Items by the batch."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items, the last one shorter, drawn as they are asked for."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
