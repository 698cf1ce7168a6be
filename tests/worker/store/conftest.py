"""Fixtures that run every test of the store on SQLite and on a real PostgreSQL.

Migrations take longer than most tests, so they run once: for each test, SQLite's file is copied and
PostgreSQL's tables are emptied.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.support.store.postgres import empty_tables
from worker.store.database import Store, open_store

BACKENDS = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest schema."""
    path: Path = tmp_path_factory.mktemp("migrated") / "store.sqlite3"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=BACKENDS)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.sqlite3'}"
    shared: str = request.getfixturevalue("postgres_url")
    engine = create_engine(shared, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS new WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE new"))
    engine.dispose()
    return make_url(shared).set(database="new").render_as_string(hide_password=False)


@pytest.fixture(params=BACKENDS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store with the newest schema."""
    if request.param == "sqlite":
        copy = tmp_path / "store.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), copy)
        return f"sqlite:///{copy}"
    url: str = request.getfixturevalue("migrated_postgres_url")
    empty_tables(url)
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """The store at `store_url`, open."""
    opened = open_store(store_url, migrate=False)
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    """A fixed time."""
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
