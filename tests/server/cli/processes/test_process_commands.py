"""The options of `nerloop worker` and `nerloop cron`."""

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
    assert result.output == "no cron is alive on this machine\n"


def test_a_queue_that_does_not_exist_is_refused_with_those_that_do() -> None:
    result = CliRunner().invoke(main, ["worker", "--queues", "training, traning"])
    assert result.exit_code == 2
    assert "unknown queue 'traning'; the queues are default and training" in result.output
