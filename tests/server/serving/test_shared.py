"""Predictions are shared between servers that would make the same ones."""

from pathlib import Path

import pytest
from redis import Redis

from ner.spans import Prediction
from ner.versions.version import Version, seal
from server.serving.shared import shared_predictions
from tests.support.models.model_folders import make_manifest, make_model_folder
from worker.redis_connection import OptionalRedis
from worker.settings import Settings


@pytest.fixture
def redis(valkey: Redis, valkey_url: str, tmp_path: Path) -> OptionalRedis:
    return OptionalRedis(Settings(data_dir=tmp_path, redis_url=valkey_url), lambda: 0.0)


def version_in(folder: Path, weights: bytes = b"weights") -> Version:
    return seal(make_model_folder(folder, weights=weights), make_manifest())


def knows(
    redis: OptionalRedis, version: Version, *, engine: str = "openvino", code: str = "abc"
) -> bool:
    return bool(shared_predictions(redis, "papers", engine, code, version).get(["Oslo"]))


def test_the_same_version_is_shared_and_nothing_else(
    redis: OptionalRedis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = version_in(tmp_path / "v0001")
    shared_predictions(redis, "papers", "openvino", "abc", version).put([Prediction("Oslo")])
    assert knows(redis, version)
    assert not knows(redis, version, engine="torch")
    assert not knows(redis, version_in(tmp_path / "again" / "v0001", b"others"))
    with monkeypatch.context() as patch:
        patch.setattr("server.serving.shared.processor_kind", lambda: "another")
        assert not knows(redis, version)
    assert not knows(redis, version, code="other")
    with monkeypatch.context() as patch:
        patch.setattr("server.serving.shared.has_gpu", lambda: True)
        assert not knows(redis, version)
    with monkeypatch.context() as patch:
        patch.setattr("server.serving.shared.library_versions", lambda _: {"openvino": "1"})
        assert not knows(redis, version)
    assert knows(redis, version)
