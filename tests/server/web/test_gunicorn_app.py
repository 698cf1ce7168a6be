"""The start of the server; tests/faults/test_champion_swap.py is about the running one."""

import subprocess
import sys
from pathlib import Path

import pytest

from ner.errors import StoreError
from server.web.gunicorn_app import serve
from worker.settings import Settings


def test_a_store_that_cannot_be_opened_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "nerloop.sqlite3").mkdir()
    with pytest.raises(StoreError):
        serve(Settings(data_dir=tmp_path))


def test_torch_is_not_imported_before_a_model_is_loaded() -> None:
    code = "import server.web.gunicorn_app, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
