"""`nerloop up` without a Doccano: its processes, and that they all end."""

import json
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from server.demo.free_port import free_port
from tests.support.running.file_rights import open_to_others, wide_umask
from tests.support.running.processes import nerloop, wait_until


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {
        "data_dir": str(tmp_path / "data"),
        "server_port": str(free_port()),
        "doccano_url": f"http://127.0.0.1:{free_port()}",
        "doccano_password": "hushhush",
        "base_model": "bundled",
        "projects__papers": json.dumps({"doccano_project": 1}),
    }


@pytest.fixture
def up(settings: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`nerloop up`, once all its parts run."""
    with wide_umask(), nerloop("up", settings=settings, folder=tmp_path) as process:
        wait_until("all parts", lambda: "nerloop is running" in output_in(tmp_path))
        yield process


def output_in(folder: Path) -> str:
    return (folder / "output").read_text()


def crons(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return [child for child in descendants(process) if "cron" in child.cmdline()]


def servers(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return [child for child in descendants(process) if "server" in child.cmdline()]


def descendants(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_it_keeps_its_parts_running_and_stops_them_all(
    up: subprocess.Popen[bytes], settings: dict[str, str], tmp_path: Path
) -> None:
    address = tmp_path / "data" / "redis-url"
    assert stat.S_IMODE(address.stat().st_mode) == 0o600
    assert open_to_others(tmp_path / "data") == []
    with nerloop("up", settings=settings, folder=tmp_path) as second:
        assert second.wait(60) == 1
    assert "is already running" in output_in(tmp_path)

    crons(up)[0].kill()
    wait_until("the notice", lambda: "program=cron ended" in output_in(tmp_path))
    wait_until("a new cron", lambda: crons(up))

    everything = descendants(up)
    up.send_signal(signal.SIGTERM)
    assert up.wait(60) == 0
    assert not any(child.is_running() for child in everything)
    assert not address.exists()
    assert "hushhush" not in output_in(tmp_path)


def test_a_call_while_the_server_restarts_waits_for_the_new_one(
    up: subprocess.Popen[bytes], settings: dict[str, str]
) -> None:
    killed = servers(up)
    for process in killed:
        process.kill()
    psutil.wait_procs(killed)
    answer = requests.get(f"http://127.0.0.1:{settings['server_port']}/health/live", timeout=120)
    assert answer.status_code == 200
    assert not {*killed} & {*servers(up)}


def test_it_says_that_it_runs_and_what_comes_next_and_no_more(
    up: subprocess.Popen[bytes], settings: dict[str, str], tmp_path: Path
) -> None:
    wait_until("a check", lambda: "not collected" in output_in(tmp_path))
    up.send_signal(signal.SIGTERM)
    assert up.wait(60) == 0
    address = f"http://127.0.0.1:{settings['server_port']}"
    waiting, model, disk, running, following, ctrl_c, check, stopped = output_in(
        tmp_path
    ).splitlines()
    assert waiting.startswith(f"! Doccano at {settings['doccano_url']} cannot be reached")
    assert model.startswith("✓ base model bundled")
    assert disk.startswith("✓ disk")
    assert running == f"nerloop is running at {address}, with its data in {tmp_path / 'data'}"
    assert following == "next: nerloop connect papers, once Doccano answers"
    assert ctrl_c == "Ctrl+C stops it."
    assert "project=papers not collected: Doccano at" in check
    assert stopped == "nerloop has stopped"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"server_port": "in use"}, "Error: port .* is in use"),
        ({"base_model": "/no/such/model"}, "Error: base model '/no/such/model' is not a folder"),
        ({"data_dir": "/dev/null/data"}, "Error: NERLOOP_DATA_DIR .* Not a directory"),
    ],
)
def test_what_is_wrong_ends_it_before_anything_starts(
    wrong: dict[str, str], expected: str, settings: dict[str, str], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        changed = settings | {k: port if v == "in use" else v for k, v in wrong.items()}
        with nerloop("up", settings=changed, folder=tmp_path) as process:
            assert process.wait(120) == 1
    (line,) = output_in(tmp_path).splitlines()
    assert re.match(expected, line)


def test_each_of_several_problems_has_a_mark(settings: dict[str, str], tmp_path: Path) -> None:
    wrong = settings | {"base_model": "/no/such/model", "redis_url": "redis://127.0.0.1:9/0"}
    with nerloop("up", settings=wrong, folder=tmp_path) as process:
        assert process.wait(120) == 1
    first, redis, model = output_in(tmp_path).splitlines()
    assert first == "Error: 2 problems keep nerloop from running:"
    assert redis.startswith("✗ ")
    assert "NERLOOP_REDIS_URL" in redis
    assert model.startswith("✗ base model '/no/such/model' is not a folder")


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal")
def test_its_parts_end_when_it_is_killed(up: subprocess.Popen[bytes]) -> None:
    everything = descendants(up)
    up.kill()
    _, alive = psutil.wait_procs(everything, timeout=60)
    assert alive == []
