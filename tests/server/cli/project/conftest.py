"""Fixtures for the commands of one project."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.doccano_projects import TestProject
from tests.support.running.answering_server import answering_server
from worker.settings import load_settings
from worker.store.database import Store, open_store


@pytest.fixture(autouse=True)
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configures the project `papers` and a server address where nothing listens."""
    monkeypatch.setenv("NERLOOP_CONFIG", str(tmp_path / "nerloop.toml"))
    (tmp_path / "nerloop.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("NERLOOP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("NERLOOP_SERVER_PORT", "9")
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT", "1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'data' / 'nerloop.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def project(doccano: LocalDoccano, monkeypatch: pytest.MonkeyPatch) -> TestProject:
    """A project in Doccano, configured as `papers`."""
    created = TestProject(doccano, labels=["AFFILIATION"])
    monkeypatch.setenv("NERLOOP_DOCCANO_URL", doccano.url)
    monkeypatch.setenv("NERLOOP_DOCCANO_PASSWORD", doccano.password)
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT", str(created.id))
    return created


@pytest.fixture
def server(project: TestProject, store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that answers Doccano, with the bundled base model."""
    monkeypatch.setenv("NERLOOP_BASE_MODEL", "bundled")
    with answering_server(load_settings(), store, datetime(2026, 11, 1, tzinfo=UTC)) as port:
        monkeypatch.setenv("NERLOOP_SERVER_PORT", str(port))
        yield
