"""Predictions under way and made, the least recently asked for dropped first."""

from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass

from ner.spans import Prediction


@dataclass(frozen=True, slots=True)
class _CachedFuture:
    future: Future[Prediction]
    size: int


class FutureCache:
    """At most `entries` futures of texts with at most `characters` in sum. Not thread-safe."""

    def __init__(self, *, entries: int, characters: int) -> None:
        self._entries: OrderedDict[str, _CachedFuture] = OrderedDict()
        self._most_entries = entries
        self._most_characters = characters
        self._characters = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Future[Prediction] | None:
        """The future under this key, which becomes the most recent one."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry.future

    def put(self, key: str, future: Future[Prediction], *, size: int) -> None:
        """Keeps the future of a text of `size` characters; others make room for it."""
        self.drop(key)
        self._entries[key] = _CachedFuture(future, size)
        self._characters += size
        while self._entries and (
            len(self._entries) > self._most_entries or self._characters > self._most_characters
        ):
            _, oldest = self._entries.popitem(last=False)
            self._characters -= oldest.size

    def drop(self, key: str) -> None:
        """Forgets what is under this key, if anything is."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._characters -= entry.size
