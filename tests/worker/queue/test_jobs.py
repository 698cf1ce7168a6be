"""What the entry points of jobs pass on."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from ner.clock import utc_now
from ner.errors import RegistryError
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.doccano_projects import TestProject
from tests.support.store.statements import counted
from worker.collect.collect import collect
from worker.queue import jobs, tick
from worker.queue.tick import TickDependencies, TickResult
from worker.retrain.retrain_state import read_retrain_state
from worker.retrain.training_place import known_place
from worker.settings import Settings
from worker.store.database import open_store


def test_a_check_is_of_a_place_that_has_its_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(f"sqlite:///{tmp_path / 'nerloop.sqlite3'}").close()
    hosts = []

    def run_tick(dependencies: TickDependencies, project: str) -> TickResult:
        hosts.append((dependencies.host, project))
        return TickResult(collected=None, unavailable=None, reasons=(), training=None)

    monkeypatch.setattr(tick, "run_tick", run_tick)
    monkeypatch.setenv("NERLOOP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NERLOOP_DOCCANO_PASSWORD", "hushhush")
    monkeypatch.setenv("NERLOOP_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS", json.dumps({"doccano_project": 1}))
    jobs.tick("papers")
    assert hosts == [(known_place(tmp_path), "papers")]
    assert (tmp_path / "place").exists()


def test_a_check_that_finds_nothing_writes_once_and_finds_its_statements_compiled(
    doccano: LocalDoccano, tmp_path: Path
) -> None:
    project = TestProject(doccano)
    project.document("Bonn", (0, 4, "CITY"), approved=True)
    settings = Settings(data_dir=tmp_path, projects={"papers": {"doccano_project": project.id}})
    with closing(open_store(settings.resolved_store_url)) as store:
        collect(store, project.client, "papers", settings, utc_now())
    prepared = jobs.prepare_checks(settings)
    assert prepared.engine.pool.checkedin() == 0  # type: ignore[attr-defined]
    # SQLAlchemy tells what it has compiled in its log only.
    compiled = {*prepared.engine._compiled_cache}  # type: ignore[misc]
    with counted(prepared) as executed:
        result = collect(prepared, project.client, "papers", settings, utc_now())
    assert (executed.writing, executed.statements) == (1, 14)
    with prepared.read() as s:
        read_retrain_state(s, settings, "papers", host="here", training_here=False, now=utc_now())
    assert result.way == "gate"
    assert {*prepared.engine._compiled_cache} == compiled  # type: ignore[misc]
    prepared.close()


def test_a_registry_that_cannot_be_read_keeps_no_worker_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object, **_named: object) -> None:
        raise RegistryError("the pointer cannot be read")

    monkeypatch.setattr("worker.retrain.retrain_state.missing_champion", fails)
    settings = Settings(data_dir=tmp_path, projects={"papers": {"doccano_project": 1}})
    open_store(settings.resolved_store_url).close()
    jobs.prepare_checks(settings).close()


def test_checks_are_prepared_on_postgresql_too(migrated_postgres_url: str, tmp_path: Path) -> None:
    projects = {"papers": {"doccano_project": 1}}
    settings = Settings(data_dir=tmp_path, store_url=migrated_postgres_url, projects=projects)
    prepared = jobs.prepare_checks(settings)
    assert prepared.engine.dialect.name == "postgresql"
    prepared.close()
