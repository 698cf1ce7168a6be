"""Texts of documents that nobody has opened yet, on their way from Doccano to the server.

A check puts them into Redis in the order of the documents, and a server takes one after the other.
Only the worker has an account in Doccano, and only the server has the model in memory.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from redis import Redis

from ner.versions.promotions import Promotion

# What no server takes is gone so long after the first was put there; the checks then begin again.
LIST_SECONDS = 3_600
# Texts that servers may have taken without a count, because they were killed.
MOST_UNCOUNTED = 10
# How far the documents were put there is kept until then: longer than a version usually lasts.
FED_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """How far a project's documents were put there for one promotion.

    `document` is the last one's id in the store, `texts` the number of all, `taken` the number of
    those that servers have taken. `revision` is the store's last revision when the first was put
    there.
    """

    document: int = 0
    texts: int = 0
    taken: int = 0
    revision: int

    def has_lost_texts(self, waiting: int) -> bool:
        """Whether texts have gone that neither wait nor were taken."""
        return self.texts - self.taken - waiting > MOST_UNCOUNTED


class WaitingTexts:
    """The waiting texts of a project for one promotion. Every method raises RedisError."""

    def __init__(self, redis: Redis, project: str, promotion: Promotion) -> None:
        self._redis = redis
        # A version that is promoted again may have been forgotten by its server.
        self._key = f"{key_start(project)}:{promotion.version}:{promotion.sequence}"
        self._fed_key = f"{self._key}:fed"

    def fed(self) -> Fed | None:
        """How far documents were put there; None if none were or Redis has lost it."""
        fields = cast("dict[bytes, bytes]", self._redis.hgetall(self._fed_key))
        try:
            return Fed(**{name.decode(): int(value) for name, value in fields.items()})
        except (TypeError, ValueError):
            return None

    def count(self) -> int:
        """The number of texts that wait."""
        return self._redis.llen(self._key)

    def put(self, texts: Sequence[str], fed: Fed) -> None:
        """Adds texts, in the order in which they are to be predicted, and notes how far they go."""
        with self._redis.pipeline() as pipeline:
            if texts:
                pipeline.rpush(self._key, *(text.encode() for text in texts))
                pipeline.expire(self._key, LIST_SECONDS, nx=True)
            fields = asdict(fed)
            if fed.texts > len(texts):  # servers count meanwhile what they take
                del fields["taken"]
            pipeline.hset(self._fed_key, mapping=cast(Any, fields))
            pipeline.expire(self._fed_key, FED_SECONDS)
            pipeline.execute()

    def take(self) -> str | None:
        """Removes and returns the text that is next, None if none waits."""
        text = cast("bytes | None", self._redis.lpop(self._key))
        if text is None:
            return None
        self._redis.hincrby(self._fed_key, "taken", 1)
        return text.decode(errors="replace")


def key_start(project: str) -> str:
    """The start of the keys of a project's waiting texts."""
    return f"nerloop:ahead:{project}"
