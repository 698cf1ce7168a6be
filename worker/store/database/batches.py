"""Writes many rows in short transactions, so that other writers do not wait long."""

import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

from sqlalchemy.orm import Session

from worker.store.database.store import Store

T = TypeVar("T")
R = TypeVar("R")

SIZE = 100


def write_in_batches(
    store: Store,
    items: Iterable[T],
    write: Callable[[Session, tuple[T, ...]], R],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> list[R]:
    """Calls `write` with at most `SIZE` of the items at a time, each in its own transaction.

    Returns what it returned. An exception ends the writing; earlier batches stay written. SQLite
    gives its write lock to whoever asks when it is free, without a queue. The pause after each
    batch is therefore as long as the batch took.
    """
    results = []
    waiting = iter(items)
    while batch := tuple(islice(waiting, SIZE)):
        with store.begin() as session:
            started = time.monotonic()
            results.append(write(session, batch))
        sleep(time.monotonic() - started)
    return results
