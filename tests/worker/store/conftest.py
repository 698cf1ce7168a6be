"""Every test of the store runs on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.postgres import postgres_cluster
from worker.store.database import Store, open_store


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL that all tests of this run share."""
    with postgres_cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store can be opened; what an earlier test left there is gone."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite3'}"
    url: str = request.getfixturevalue("postgres_url")
    store = open_store(url, migrate=False)
    with store.begin() as s:
        s.execute(text("DROP SCHEMA public CASCADE"))
        s.execute(text("CREATE SCHEMA public"))
    store.close()
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open store with the newest schema and nothing in it."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    """A time to start from."""
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
