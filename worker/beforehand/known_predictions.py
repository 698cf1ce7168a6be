"""Predictions in Redis, so that servers share them and a restarted one still has them."""

import json
import logging
from collections.abc import Sequence
from typing import Any, cast

from redis import Redis
from redis.exceptions import OutOfMemoryError

from ner.hashing import exact_hash
from ner.spans import Prediction, Span
from worker.redis_connection import OptionalRedis

logger = logging.getLogger(__name__)

MOST_ENTRIES = 10_000
# An entry has some 30 bytes for each span.
MOST_BYTES = 4_096
KEPT_SECONDS = 86_400
# What a replaced version has predicted is kept for a promotion that is taken back.
REPLACED_SECONDS = 3_600
_HASH_CHARACTERS = 32


class KnownPredictions:
    """The predictions of one version of a project, by the hash of the text.

    At most `MOST_ENTRIES` with at most `MOST_BYTES` each; all are gone `KEPT_SECONDS` after the
    last use of one. Offsets are code points, whatever the unit of the project. Without Redis
    nothing is known and nothing is kept; nothing is raised. `identity` has everything that decides
    the predictions.
    """

    def __init__(self, redis: OptionalRedis, project: str, identity: str) -> None:
        self._redis = redis
        self._key = f"{key_start(project)}:{identity}"

    def get(self, texts: Sequence[str]) -> dict[str, Prediction]:
        """``{text: prediction}`` of those that are known, in one request."""

        def read(redis: Redis) -> list[bytes | None]:
            with redis.pipeline(transaction=False) as pipeline:
                pipeline.hmget(self._key, [_field(text) for text in texts])
                pipeline.expire(self._key, KEPT_SECONDS)
                return cast("list[bytes | None]", pipeline.execute()[0])

        values = self._redis.run(read) or [None] * len(texts)
        pairs = ((text, _decoded(text, value)) for text, value in zip(texts, values, strict=True))
        return {text: prediction for text, prediction in pairs if prediction is not None}

    def put(self, predictions: Sequence[Prediction]) -> None:
        """Keeps these predictions, as far as there is room."""
        entries = {_field(each.text): _encoded(each) for each in predictions}
        entries = {key: value for key, value in entries.items() if len(value) <= MOST_BYTES}
        if entries:
            self._redis.run(lambda redis: self._write(redis, entries))

    def retire(self) -> None:
        """Keeps the predictions for `REPLACED_SECONDS` only."""
        self._redis.run(lambda redis: redis.expire(self._key, REPLACED_SECONDS))

    def _write(self, redis: Redis, entries: dict[str, str]) -> None:
        if redis.hlen(self._key) >= MOST_ENTRIES:
            return
        try:
            with redis.pipeline() as pipeline:
                pipeline.hset(self._key, mapping=cast(Any, entries))
                pipeline.expire(self._key, KEPT_SECONDS)
                pipeline.execute()
        except OutOfMemoryError:
            # The queues are in the same Redis, and need the room.
            redis.unlink(self._key)
            raise


def key_start(project: str) -> str:
    """The start of the keys of a project's predictions."""
    return f"nerloop:predictions:{project}"


def _field(text: str) -> str:
    return exact_hash(text)[:_HASH_CHARACTERS]


def _encoded(prediction: Prediction) -> str:
    rows = [
        [span.start, span.end, span.label, round(score, 6)]
        for span, score in zip(prediction.spans, prediction.scores, strict=True)
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _decoded(text: str, value: bytes | None) -> Prediction | None:
    """The prediction, None if it is not one of this text: other programs may write to Redis."""
    if value is None:
        return None
    try:
        rows = [_row(text, *row) for row in json.loads(value)]
        return Prediction(text, tuple(span for span, _ in rows), tuple(score for _, score in rows))
    except (TypeError, ValueError, OverflowError, RecursionError):
        logger.warning("an entry of the predictions in Redis cannot be read")
        return None


def _row(text: str, start: Any, end: Any, label: Any, score: Any) -> tuple[Span, float]:
    if not (isinstance(start, int) and isinstance(end, int) and isinstance(label, str)):
        raise TypeError("a span has two offsets and a label")
    if not 0 <= start < end <= len(text):
        raise ValueError("a span lies within its text")
    return Span(start, end, label), float(score)
