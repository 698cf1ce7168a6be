"""`nerloop up` without a Doccano: its processes, and that they all end."""

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from server.demo.free_port import free_port
from tests.support.processes import nerloop, wait_until

PARTS = ("valkey", "server", "worker:default", "worker:training", "cron")


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {
        "data_dir": str(tmp_path / "data"),
        "server_port": str(free_port()),
        "doccano_url": f"http://127.0.0.1:{free_port()}",
        "doccano_password": "hushhush",
        "projects__papers": json.dumps({"doccano_project": 1}),
    }


@pytest.fixture
def up(settings: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`nerloop up`, once all its parts run."""
    with nerloop("up", settings=settings, folder=tmp_path) as process:
        for part in PARTS:
            wait_until(part, lambda part=part: part in output_in(tmp_path))
        wait_until("the cron", lambda: "cron projects=papers started" in output_in(tmp_path))
        yield process


def output_in(folder: Path) -> str:
    return (folder / "output").read_text()


def descendants(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_it_keeps_its_parts_running_and_stops_them_all(
    up: subprocess.Popen[bytes], settings: dict[str, str], tmp_path: Path
) -> None:
    address = tmp_path / "data" / "redis-url"
    assert stat.S_IMODE(address.stat().st_mode) == 0o600
    with nerloop("up", settings=settings, folder=tmp_path) as second:
        assert second.wait(60) == 1
    assert "is already running" in output_in(tmp_path)

    cron = next(child for child in descendants(up) if child.cmdline()[-1] == "cron")
    cron.kill()
    wait_until("a new cron", lambda: output_in(tmp_path).count("cron projects=papers started") == 2)

    everything = descendants(up)
    up.send_signal(signal.SIGTERM)
    assert up.wait(60) == 0
    assert not any(child.is_running() for child in everything)
    assert not address.exists()
    assert "hushhush" not in output_in(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal")
def test_its_parts_end_when_it_is_killed(up: subprocess.Popen[bytes]) -> None:
    everything = descendants(up)
    up.kill()
    _, alive = psutil.wait_procs(everything, timeout=60)
    assert alive == []
