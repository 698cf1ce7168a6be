"""Connections to Redis or Valkey: at NERLOOP_REDIS_URL or at the embedded one of `nerloop up`."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from ner.errors import QueueError
from worker.settings import Settings

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Redis is on this machine or in its network: what takes longer is an outage.
OPTIONAL_SECONDS = 0.2
PAUSE_SECONDS = 10.0
_OUTAGES = (RedisConnectionError, RedisTimeoutError, OutOfMemoryError, QueueError)


def open_redis(settings: Settings) -> Redis:
    """Returns a connection, which is made at first use.

    Raises QueueError when there is no address or it is not a Redis URL.
    """
    return _connect(settings, socket_connect_timeout=5, socket_timeout=10, health_check_interval=30)


def _connect(settings: Settings, **options: Any) -> Redis:
    try:
        return Redis.from_url(redis_address(settings), **options)
    except ValueError:
        # Its message may quote a part of the password.
        raise QueueError(
            "NERLOOP_REDIS_URL is not a Redis URL; write it as redis://host:6379/0, "
            "rediss://user:password@host:6379/0 or unix:///path/to/socket"
        ) from None


def redis_address(settings: Settings) -> str:
    """The address with its password. Raises QueueError when there is none."""
    if settings.redis_url is not None:
        return settings.redis_url.get_secret_value()
    try:
        return settings.redis_url_file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise _not_running(settings) from None


@contextmanager
def mapped_errors(settings: Settings) -> Iterator[None]:
    """Raises QueueError, which names the remedy, for an error of Redis."""
    try:
        yield
    except RedisError as error:
        # A killed `nerloop up` leaves the file with the address of its queue server.
        if settings.redis_url is None and isinstance(error, RedisConnectionError):
            raise _not_running(settings) from error
        raise QueueError(
            f"Redis cannot be used: {_said(error)}; check NERLOOP_REDIS_URL and that it "
            "is running, or unset it and start `nerloop up`, which brings its own"
        ) from error


def _said(error: RedisError) -> str:
    """The message of Redis, without the command that redis-py quotes, in which a text may be."""
    return str(error).rpartition("caused error: ")[2].rstrip(".")


def _not_running(settings: Settings) -> QueueError:
    return QueueError(
        f"nerloop is not running: start `nerloop up` (data directory {settings.data_dir}), or set "
        "NERLOOP_REDIS_URL"
    )


class OptionalRedis:
    """A connection for what can be done without; safe to share between threads.

    An action is given up when it fails, or when Redis does not answer a request within
    `OPTIONAL_SECONDS`. When Redis cannot be used, none is tried for `PAUSE_SECONDS`. `monotonic`
    returns seconds.
    """

    def __init__(self, settings: Settings, monotonic: Callable[[], float]) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._redis: Redis | None = None
        self._retry_at: float | None = None

    def run(self, action: Callable[[Redis], T]) -> T | None:
        """The result of the action, None without one. Raises nothing."""
        try:
            redis = self._open()
            if redis is None:
                return None
            result = action(redis)
        except _OUTAGES as error:
            self._note_outage(error)
            return None
        except Exception as error:  # whatever is wrong, an answer does not depend on it
            logger.warning("Redis is not used: %s", type(error).__name__)
            return None
        if self._retry_at is not None:
            self._retry_at = None
            logger.info("Redis answers again")
        return result

    def close(self) -> None:
        """Ends the connections."""
        if self._redis is not None:
            self._redis.close()

    def _open(self) -> Redis | None:
        with self._lock:
            if self._retry_at is not None and self._monotonic() < self._retry_at:
                return None
            if self._redis is None:
                self._redis = _connect(
                    self._settings,
                    socket_connect_timeout=OPTIONAL_SECONDS,
                    socket_timeout=OPTIONAL_SECONDS,
                    retry=Retry(NoBackoff(), 0),
                )
            return self._redis

    def _note_outage(self, error: RedisError | QueueError) -> None:
        with self._lock:
            is_first = self._retry_at is None
            self._retry_at = self._monotonic() + PAUSE_SECONDS
            # The next one may have another address.
            self._redis = None
        if is_first:
            said = _said(error) if isinstance(error, RedisError) else str(error)
            logger.warning("predictions are not shared without Redis: %s", said)
