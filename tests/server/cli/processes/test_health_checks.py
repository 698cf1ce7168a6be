"""`nerloop cron --check`, which a container asks for the cron's health."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from worker.queue.cron import beat_file
from worker.settings import load_settings


def test_a_cron_is_alive_while_it_beats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NERLOOP_DATA_DIR", str(tmp_path))
    assert CliRunner().invoke(main, ["cron", "--check"]).exit_code == 1
    beat = beat_file(load_settings())
    beat.touch()
    assert CliRunner().invoke(main, ["cron", "--check"]).exit_code == 0
    long_ago = beat.stat().st_mtime - 120
    os.utime(beat, (long_ago, long_ago))
    result = CliRunner().invoke(main, ["cron", "--check"])
    assert result.exit_code == 1
    assert "gives no sign of life" in result.output
