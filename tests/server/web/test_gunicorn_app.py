"""The start of the server; tests/faults/test_champion_swap.py is about the running one."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from ner.errors import StoreError
from server.demo.free_port import free_port
from server.web.gunicorn_app import _Running, serve
from worker.settings import Settings
from worker.store.database import open_store
from worker.store.models_folder import claim_models_folder


def test_a_store_that_cannot_be_opened_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "nerloop.sqlite3").mkdir()
    with pytest.raises(StoreError):
        serve(Settings(data_dir=tmp_path, server_port=free_port()))


def test_a_models_folder_that_is_not_that_of_the_trainings_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    store = open_store(url)
    with store.begin() as s:
        claim_models_folder(s, tmp_path / "there" / "models", "there")
    store.close()
    monkeypatch.setattr("server.web.gunicorn_app._Gunicorn.run", lambda _self: None)
    for data_dir, warnings in (("there", 0), ("here", 1)):
        caplog.clear()
        port = free_port(28_713)
        serve(Settings(data_dir=tmp_path / data_dir, store_url=SecretStr(url), server_port=port))
        said = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
        assert len(said) == warnings
        assert all("write their models to" in sentence for sentence in said)


def test_collections_of_cycles_leave_out_what_was_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen: list[bool] = []
    monkeypatch.setattr("gc.freeze", lambda: frozen.append(True))
    settings = Settings(data_dir=tmp_path)
    open_store(settings.resolved_store_url).close()
    _Running(settings).close()
    assert frozen == [True]


def test_torch_is_not_imported_before_a_model_is_loaded() -> None:
    code = "import server.web.gunicorn_app, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
