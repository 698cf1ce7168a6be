"""Tries again what failed because a neighbour was away, as a person would."""

import time
from collections.abc import Callable
from typing import TypeVar

import requests

from ner.errors import DoccanoUnavailable, QueueError, StoreError

T = TypeVar("T")

# Errors that pass without anybody's doing.
AWAY = (DoccanoUnavailable, QueueError, StoreError, requests.RequestException)
PATIENCE_SECONDS = 300.0
PAUSE_SECONDS = 1.0


def patiently(
    attempt: Callable[[], T],
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Returns what `attempt` returns. It must be harmless to repeat.

    Raises the last of the errors `AWAY` after `PATIENCE_SECONDS`, any other one at once.
    """
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except AWAY:
            if monotonic() >= deadline:
                raise
            sleep(PAUSE_SECONDS)
