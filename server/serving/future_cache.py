"""A cache of pending and finished predictions that drops the least recently used ones first."""

from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass

from ner.spans import Prediction


@dataclass(frozen=True, slots=True)
class _CachedFuture:
    future: Future[Prediction]
    size: int


class FutureCache:
    """At most `entries` futures of texts with at most `characters` in total. Not thread-safe."""

    def __init__(self, *, entries: int, characters: int) -> None:
        self._entries: OrderedDict[str, _CachedFuture] = OrderedDict()
        self._max_entries = entries
        self._max_characters = characters
        self._characters = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Future[Prediction] | None:
        """The future under this key, which becomes the most recently used one, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry.future

    def put(self, key: str, future: Future[Prediction], *, size: int) -> None:
        """Adds the future of a text of `size` characters and drops old ones beyond the limits."""
        self.drop(key)
        self._entries[key] = _CachedFuture(future, size)
        self._characters += size
        while self._entries and (
            len(self._entries) > self._max_entries or self._characters > self._max_characters
        ):
            _, oldest = self._entries.popitem(last=False)
            self._characters -= oldest.size

    def drop(self, key: str) -> None:
        """Removes the future under this key, if there is one."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._characters -= entry.size
