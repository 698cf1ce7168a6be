"""The stores of the tests of `worker.store`, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.store.conftest import (  # noqa: F401
    migrated_sqlite,
    new_url,
    now,
    store,
    store_url,
)
from worker.project_settings import ProjectSettings
from worker.settings import Settings
from worker.store.database import Store, open_store


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    """Another store, empty, on SQLite."""
    opened = open_store(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with the project papers and a data directory of their own."""
    projects = {"papers": ProjectSettings(doccano_project=1)}
    return Settings(data_dir=tmp_path / "data", projects=projects)
