"""Fixtures for tests of queues and jobs: a real Valkey, emptied for each test."""

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.support.queue_server import client, running_valkey


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Valkey that runs for the whole session."""
    with running_valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
def valkey(valkey_url: str) -> Iterator[Redis]:
    """A connection to it, on an empty database."""
    with client(valkey_url) as connection:
        yield connection
