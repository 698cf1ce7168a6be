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


@pytest.fixture
def no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("NERLOOP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NERLOOP_DATA_DIR", str(tmp_path))


@pytest.mark.usefixtures("no_file")
@pytest.mark.parametrize(
    ("command", "status"), [("up", 1), ("server", 78), ("worker", 78), ("cron", 78)]
)
def test_without_a_project_no_process_starts(command: str, status: int, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, [command])
    assert result.exit_code == status
    assert result.output.startswith("Error: no project is configured")
    assert len(result.output.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_file")
@pytest.mark.parametrize(("command", "status"), [("up", 1), ("worker", 78)])
def test_without_a_password_nothing_that_asks_doccano_starts(
    command: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT", "1")
    result = CliRunner().invoke(main, [command])
    assert result.exit_code == status
    assert result.output.startswith("Error: NERLOOP_DOCCANO_PASSWORD is unset")
