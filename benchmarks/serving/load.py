"""Load on a server: clients that wait for each answer, and arrivals that do not wait."""

import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

# Sends a text and returns when its answer has arrived; made anew for each thread.
Ask: TypeAlias = Callable[[str], None]

# Of open-loop load: more requests than this are never under way at once.
MOST_AT_ONCE = 256
REFUSED_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one load gave: milliseconds of each answered request, failures, and seconds in all."""

    milliseconds: tuple[float, ...]
    failed: int
    seconds: float

    @property
    def documents_per_second(self) -> float:
        """Answered requests by all of the seconds."""
        return len(self.milliseconds) / self.seconds

    def percentile(self, share: int) -> float:
        """The time below which `share` per cent of the answers arrived, in milliseconds."""
        if len(self.milliseconds) < 2:
            return self.milliseconds[0] if self.milliseconds else float("nan")
        return statistics.quantiles(self.milliseconds, n=100, method="inclusive")[share - 1]

    def figures(self) -> dict[str, float]:
        """Percentiles in milliseconds, documents a second, and numbers of requests."""
        percentiles = {f"p{share}": round(self.percentile(share), 1) for share in (50, 95, 99)}
        return {
            **percentiles,
            "documents_per_second": round(self.documents_per_second, 2),
            "documents": len(self.milliseconds),
            "failed": self.failed,
        }


def new_texts(texts: Sequence[str]) -> Iterator[str]:
    """The texts again and again, each with a number at its end, so that no cache knows it."""
    numbers = count(1)
    while True:
        for text in texts:
            yield f"{text}\n{next(numbers)}"


def closed_loop(
    new_ask: Callable[[], Ask], texts: Iterator[str], *, clients: int, seconds: float
) -> Load:
    """`clients` that ask one text after the other for `seconds`, each after its last answer."""
    lock, measured = threading.Lock(), _Measured()
    end = time.perf_counter() + seconds

    def client() -> None:
        ask = new_ask()
        while time.perf_counter() < end:
            with lock:
                text = next(texts)
            measured.add(ask, text, time.perf_counter())

    return measured.load(_all([client] * clients))


def open_loop(
    new_ask: Callable[[], Ask], texts: Iterator[str], *, rate: float, seconds: float
) -> Load:
    """Texts that arrive at random, `rate` a second in the mean, whether or not others wait.

    A time counts from the planned arrival, so that a server that stands still is charged for all
    that would have asked meanwhile (no coordinated omission).
    """
    random_, measured, local = random.Random(1), _Measured(), threading.local()

    def one(text: str, planned: float) -> None:
        if not hasattr(local, "ask"):
            local.ask = new_ask()
        measured.add(local.ask, text, planned)

    def arrivals() -> None:
        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            planned = time.perf_counter()
            end = planned + seconds
            while planned < end:
                time.sleep(max(0.0, planned - time.perf_counter()))
                pool.submit(one, next(texts), planned)
                planned += random_.expovariate(rate)

    return measured.load(_all([arrivals]))


class _Measured:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._milliseconds: list[float] = []
        self._failed = 0

    def add(self, ask: Ask, text: str, began: float) -> None:
        try:
            ask(text)
        except Exception:  # whatever the client raises, the request has failed
            with self._lock:
                self._failed += 1
            # A client that is refused at once would ask again and again meanwhile.
            time.sleep(REFUSED_SECONDS)
            return
        taken = 1000 * (time.perf_counter() - began)
        with self._lock:
            self._milliseconds.append(taken)

    def load(self, seconds: float) -> Load:
        return Load(milliseconds=tuple(self._milliseconds), failed=self._failed, seconds=seconds)


def _all(targets: Sequence[Callable[[], None]]) -> float:
    """Runs them in threads, and returns the seconds until all have ended."""
    threads = [threading.Thread(target=target) for target in targets]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began
