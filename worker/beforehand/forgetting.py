"""Removes what Redis has of a project's texts and predictions."""

from redis import Redis

from worker.beforehand import known_predictions, waiting_texts
from worker.redis_connection import mapped_errors
from worker.settings import Settings

_STARTS = (known_predictions.key_start, waiting_texts.key_start)


def forget_texts(redis: Redis, settings: Settings, project: str) -> None:
    """Removes waiting texts and known predictions, which costs time only. Raises QueueError."""
    with mapped_errors(settings):
        for start in _STARTS:
            keys = list(redis.scan_iter(match=f"{start(project)}:*", count=1_000))
            if keys:
                redis.unlink(*keys)
