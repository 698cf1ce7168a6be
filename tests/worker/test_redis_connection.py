"""A connection that can be done without gives up at once, and comes back by itself."""

import logging
import socket
from pathlib import Path

import pytest
from redis import Redis

from ner.errors import QueueError
from tests.support.training.fake_training import Clock
from worker.redis_connection import PAUSE_SECONDS, OptionalRedis, mapped_errors
from worker.settings import Settings


class Seconds:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def settings_with(url: str | None, folder: Path) -> Settings:
    return Settings(data_dir=folder, redis_url=url)


def test_an_action_has_its_result(valkey_url: str, seconds: Seconds, tmp_path: Path) -> None:
    redis = OptionalRedis(settings_with(valkey_url, tmp_path), seconds)
    assert redis.run(lambda connection: connection.ping()) is True


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:1/0", "no address", None], ids=["refused", "wrong", "missing"]
)
def test_without_redis_nothing_is_raised_and_the_outage_is_logged_once(
    url: str | None, seconds: Seconds, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    redis = OptionalRedis(settings_with(url, tmp_path), seconds)
    for _ in range(3):
        assert redis.run(lambda connection: connection.ping()) is None
        seconds.now += PAUSE_SECONDS
    assert len(caplog.records) == 1
    assert "predictions are not shared" in caplog.text


def test_a_redis_that_does_not_answer_is_left_alone_for_a_while(
    seconds: Seconds, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        redis = OptionalRedis(settings_with(address, tmp_path), seconds)
        assert redis.run(lambda connection: connection.ping()) is None
        silent.accept()[0].close()
        calls: list[Redis] = []
        seconds.now += PAUSE_SECONDS - 1
        assert redis.run(calls.append) is None
        assert calls == []
        seconds.now += 1
        redis.run(calls.append)
        assert len(calls) == 1


def test_it_follows_an_embedded_server_that_starts_again_elsewhere(
    valkey_url: str, seconds: Seconds, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    settings = settings_with(None, tmp_path)
    settings.redis_url_file.write_text("redis://127.0.0.1:1/0")
    redis = OptionalRedis(settings, seconds)
    assert redis.run(lambda connection: connection.ping()) is None
    settings.redis_url_file.write_text(valkey_url)
    seconds.now += PAUSE_SECONDS
    assert redis.run(lambda connection: connection.ping()) is True
    assert "Redis answers again" in caplog.text


def test_an_error_of_the_action_itself_is_none_of_the_caller(
    valkey_url: str, seconds: Seconds, tmp_path: Path
) -> None:
    redis = OptionalRedis(settings_with(valkey_url, tmp_path), seconds)
    assert redis.run(lambda _: Clock().no_such_thing) is None  # type: ignore[attr-defined]


def test_a_wrong_key_is_no_outage(
    valkey: Redis, valkey_url: str, seconds: Seconds, tmp_path: Path
) -> None:
    valkey.set("key", "text")
    redis = OptionalRedis(settings_with(valkey_url, tmp_path), seconds)
    assert redis.run(lambda connection: connection.hgetall("key")) is None
    assert redis.run(lambda connection: connection.ping()) is True


def test_no_error_quotes_a_password_or_what_was_written(
    valkey: Redis,
    valkey_url: str,
    seconds: Seconds,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    wrong = settings_with("redis://:pa/ss@host", tmp_path)
    OptionalRedis(wrong, seconds).run(lambda connection: connection.ping())
    assert "write it as redis://" in caplog.text
    assert "'pa'" not in caplog.text
    valkey.config_set("maxmemory", 1)
    settings = settings_with(valkey_url, tmp_path)
    with valkey.pipeline() as pipeline:
        pipeline.rpush("key", "the text of a document")
        with pytest.raises(QueueError) as raised, mapped_errors(settings):
            pipeline.execute()
    valkey.config_set("maxmemory", 0)
    assert "the text" not in str(raised.value)
    assert "maxmemory" in str(raised.value)
