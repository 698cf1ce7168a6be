"""Predictions in Redis: read as written, bounded, and never in the way."""

import json
from pathlib import Path

import pytest
from redis import Redis

from ner.spans import Prediction, Span
from worker.beforehand import known_predictions
from worker.beforehand.known_predictions import KEPT_SECONDS, REPLACED_SECONDS, KnownPredictions
from worker.redis_connection import OptionalRedis
from worker.settings import Settings

KEY = "nerloop:predictions:papers:v0001-abc"
TEXT = "Universität 😀 Oslo"
PREDICTION = Prediction(TEXT, (Span(0, 11, "ORG"), Span(14, 18, "Ort ü")), (0.25, 0.987654321))


def new_known(url: str, folder: Path, *, identity: str = "v0001-abc") -> KnownPredictions:
    settings = Settings(data_dir=folder, redis_url=url)
    return KnownPredictions(OptionalRedis(settings, lambda: 0.0), "papers", identity)


@pytest.fixture
def known(valkey: Redis, valkey_url: str, tmp_path: Path) -> KnownPredictions:
    return new_known(valkey_url, tmp_path)


def test_a_prediction_is_read_as_it_was_written(
    known: KnownPredictions, valkey_url: str, tmp_path: Path
) -> None:
    known.put([PREDICTION, Prediction("Bonn")])
    found = new_known(valkey_url, tmp_path).get([TEXT, "Bonn", "Trier"])
    assert found.keys() == {TEXT, "Bonn"}
    assert found[TEXT].spans == PREDICTION.spans
    assert found[TEXT].scores == pytest.approx(PREDICTION.scores, abs=1e-6)
    assert found["Bonn"].spans == ()


def test_another_version_has_others(
    known: KnownPredictions, valkey_url: str, tmp_path: Path
) -> None:
    known.put([PREDICTION])
    assert new_known(valkey_url, tmp_path, identity="v0002-abc").get([TEXT]) == {}


def test_the_text_itself_is_not_in_redis(known: KnownPredictions, valkey: Redis) -> None:
    known.put([PREDICTION])
    (field, value), *_ = valkey.hgetall(KEY).items()
    assert b"Oslo" not in field + value


@pytest.mark.parametrize(
    "value",
    [
        b"\xff",
        b"{",
        b"{}x",
        b"[[0]]",
        b"[1]",
        b'[["a", 4, "ORG", 0.5]]',
        b"[[0, 4, 7, 0.5]]",
        b'[[0, 4, "ORG", "much"]]',
        b'[[4, 4, "ORG", 0.5]]',
        b'[[0, 400, "ORG", 0.5]]',
        b'[[0, 4, "ORG", 2]]',
        b'[[0, 4, "ORG", NaN]]',
        b'[[0, 4, "ORG", 1' + b"0" * 400 + b"]]",
        b'[[0, 4, "ORG", 0.5], [2, 6, "ORG", 0.5]]',
        b"[" * 100_000,
    ],
)
def test_what_is_no_prediction_of_the_text_is_not_known(
    known: KnownPredictions, valkey: Redis, value: bytes
) -> None:
    known.put([PREDICTION])
    (field,) = valkey.hkeys(KEY)
    valkey.hset(KEY, field, value)
    assert known.get([TEXT]) == {}


def test_a_key_of_another_kind_is_no_error(known: KnownPredictions, valkey: Redis) -> None:
    valkey.set(KEY, "nonsense")
    assert known.get([TEXT]) == {}
    known.put([PREDICTION])


def test_use_keeps_them_and_a_replaced_version_has_an_hour(
    known: KnownPredictions, valkey: Redis
) -> None:
    known.put([PREDICTION])
    assert KEPT_SECONDS - 60 < valkey.ttl(KEY) <= KEPT_SECONDS
    valkey.expire(KEY, 100)
    known.get(["Trier"])
    assert valkey.ttl(KEY) > 100
    known.retire()
    assert valkey.ttl(KEY) <= REPLACED_SECONDS


def test_entries_are_bounded_in_number_and_size(
    known: KnownPredictions, valkey: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_predictions, "MOST_ENTRIES", 2)
    many = tuple(Span(start, start + 1, "ORG") for start in range(400))
    known.put([Prediction("x" * 400, many, (0.5,) * 400)])
    assert not valkey.exists(KEY)
    for text in ("a", "b", "c", "d"):
        known.put([Prediction(text)])
    assert valkey.hlen(KEY) == 2


def test_a_full_redis_gets_its_room_back(
    known: KnownPredictions, valkey: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    known.put([PREDICTION])
    valkey.config_set("maxmemory", 1)
    try:
        known.put([Prediction("Bonn")])
        assert not valkey.exists(KEY)
        assert "predictions are not shared" in caplog.text
        assert "Bonn" not in caplog.text
        known.put([Prediction("Trier")])
        assert len(caplog.records) == 1
    finally:
        valkey.config_set("maxmemory", 0)


def test_entries_are_json_of_offsets_label_and_score(
    known: KnownPredictions, valkey: Redis
) -> None:
    known.put([PREDICTION])
    (value,) = valkey.hvals(KEY)
    assert json.loads(value) == [[0, 11, "ORG", 0.25], [14, 18, "Ort ü", 0.987654]]
