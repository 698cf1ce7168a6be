"""What the entry points of jobs pass on."""

import json
from pathlib import Path

import pytest

from worker.queue import jobs, tick
from worker.queue.tick import TickDependencies, TickResult
from worker.retrain.training_place import known_place
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
