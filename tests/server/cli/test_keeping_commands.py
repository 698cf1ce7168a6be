import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock
from redis import Redis
from rq.worker import Worker

from ner.clock import utc_now
from server.cli import main
from tests.support.running.answering_server import answering_server
from tests.support.running.queue_server import running_valkey
from tests.support.store.filled_store import content, fill
from worker.settings import load_settings
from worker.store.database import open_store

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command with the data folder `data`, whose store has rows."""
    monkeypatch.setenv("NERLOOP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT", "1")
    monkeypatch.setenv("NERLOOP_SERVER_PORT", "1")  # where no nerloop runs
    monkeypatch.chdir(tmp_path)
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'nerloop.sqlite3'}")
    fill(store, 2)
    store.close()
    return lambda *arguments: CliRunner().invoke(main, arguments)


def test_a_backup_is_written_checked_and_put_back(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = run("backup", "kept.tar")
    assert written.exit_code == 0
    assert written.output.startswith("kept.tar has 2 approved documents and 1 file, ")
    assert "kept.tar is whole" in run("backup", "kept.tar", "--check").output
    refused = run("restore", "kept.tar")
    assert refused.exit_code == 1
    assert "--replace" in refused.output
    monkeypatch.setenv("NERLOOP_DATA_DIR", str(tmp_path / "new"))
    restored = run("restore", "kept.tar")
    assert restored.exit_code == 0
    assert restored.output.startswith("22 rows written: document 2, ")
    assert restored.output.endswith("next: start nerloop, then run `nerloop connect papers`\n")


def test_nothing_is_put_back_while_nerloop_runs(run: Run, tmp_path: Path) -> None:
    run("backup", "kept.tar")
    with FileLock(tmp_path / "data" / "up.lock"):
        for command in (["restore", "kept.tar", "--replace"], ["move-store", "sqlite:///new"]):
            result = run(*command)
            assert (result.exit_code, "is already running" in result.output) == (1, True)


def refusal(run: Run, tmp_path: Path) -> str:
    """What `move-store` says, which must not have begun."""
    result = run("move-store", f"sqlite:///{tmp_path / 'moved' / 'store.sqlite3'}")
    assert result.exit_code == 1
    assert not (tmp_path / "moved").exists()
    return result.output


def test_nothing_is_put_back_while_a_training_runs(run: Run, tmp_path: Path) -> None:
    with FileLock(tmp_path / "data" / "training.lock"):
        assert "nerloop is running: a training; stop it first" in refusal(run, tmp_path)


def test_nothing_is_put_back_while_cron_worker_or_server_is_alive(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data" / "cron-elsewhere.beat").touch()
    settings = load_settings()
    store = open_store(settings.resolved_store_url)
    with (
        running_valkey(tmp_path / "queue") as url,
        Redis.from_url(url) as valkey,
        answering_server(settings, store, utc_now()) as port,
    ):
        monkeypatch.setenv("NERLOOP_REDIS_URL", url)
        monkeypatch.setenv("NERLOOP_SERVER_PORT", str(port))
        Worker("default", name="a", connection=valkey).register_birth()
        said = refusal(run, tmp_path)
    store.close()
    server = f"the server at http://127.0.0.1:{port}"
    assert f"a cron on elsewhere, a worker on {socket.gethostname()}, {server}; stop it" in said


def test_the_store_moves_to_another_database(run: Run, tmp_path: Path) -> None:
    new = f"sqlite:///{tmp_path / 'moved' / 'store.sqlite3'}"
    moved = run("move-store", new)
    assert moved.exit_code == 0
    assert "now set NERLOOP_STORE_URL" in moved.output
    before = open_store(f"sqlite:///{tmp_path / 'data' / 'nerloop.sqlite3'}")
    after = open_store(new)
    assert content(after) == content(before)
    before.close()
    after.close()
    assert "is not empty" in run("move-store", new).output
    assert run("move-store", new, "--replace").exit_code == 0
    same = run("move-store", f"sqlite:///{tmp_path / 'data' / 'nerloop.sqlite3'}")
    assert "is the store that is in use" in same.output
