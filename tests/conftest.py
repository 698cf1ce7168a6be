"""Fixtures that every folder of tests shares."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from redis import Redis

from server.demo.local_doccano import LocalDoccano, default_environment, ensure_doccano_environment
from tests.support.running.queue_server import client, running_valkey
from tests.support.store.postgres import postgres_cluster
from worker.store.database import open_store

# A busy machine is slow, which is no reason to fail.
settings.register_profile("nerloop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("nerloop")


@pytest.fixture(scope="session")
def doccano(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalDoccano]:
    """One real Doccano for the whole run; each test makes a project of its own in it."""
    environment = ensure_doccano_environment(default_environment())
    with LocalDoccano(tmp_path_factory.mktemp("doccano"), environment) as running:
        yield running


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server that all tests share."""
    with postgres_cluster() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_url: str) -> str:
    """The URL of a database on that server with the newest schema."""
    open_store(postgres_url).close()
    return postgres_url


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
