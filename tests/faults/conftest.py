"""Fixtures for tests of failures: each test has its own Valkey."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.support.running.queue_server import client, running_valkey


@pytest.fixture
def valkey_url(tmp_path: Path) -> Iterator[str]:
    """The address of a Valkey for this test alone."""
    with running_valkey(tmp_path / "queue") as url:
        yield url


@pytest.fixture
def valkey(valkey_url: str) -> Iterator[Redis]:
    """A connection to it."""
    with client(valkey_url) as connection:
        yield connection
