import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from benchmarks import job_process
from benchmarks.cells.cell import CellJob
from benchmarks.job_process import clock, run_process
from tests.support.running.processes import wait_until


@pytest.fixture
def job(easy: Path, tiny_base: Path) -> CellJob:
    return CellJob(folder=easy, recipe="custom-ner+epochs=1", seed=1, base_model=str(tiny_base))


def test_a_training_ends_when_nobody_waits_for_it_any_more(job: CellJob, tmp_path: Path) -> None:
    endless = replace(job, recipe="custom-ner+epochs=100000")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-m", "benchmarks.cells.process"]
    command += [TypeAdapter(CellJob).dump_json(endless).decode(), str(tmp_path / "cell.json")]
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_ignore_interrupts,
    ) as process:
        try:
            wait_until("the training to begin", lambda: [*temporary.glob("nerloop-cell-*")])
            _, complaint = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == 1
    assert complaint.decode().splitlines()[-1] == f"{endless}: interrupted"
    assert not [*temporary.glob("nerloop-cell-*")]
    assert [*tmp_path.iterdir()] == [temporary]


def _ignore_interrupts() -> None:
    """As a shell does for its background jobs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def test_a_process_succeeds_or_fails_by_its_exit_status(tmp_path: Path) -> None:
    lines: list[str] = []
    (tmp_path / "whole.json").write_text("{}")
    (tmp_path / "torn.json").write_text("{")
    assert run_process("json.tool", [str(tmp_path / "whole.json")], lines.append)
    assert not run_process("json.tool", [str(tmp_path / "torn.json")], lines.append)
    assert not lines


def test_a_line_tells_that_a_process_is_still_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_process, "LINE_SECONDS", 0.01)
    end = tmp_path / "end"
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        end.touch()

    # Ends on its own as well, so that the test fails when there are no lines.
    setup = "import pathlib, time; late = time.time() + 20"
    wait = f"while not pathlib.Path({str(end)!r}).exists() and time.time() < late: time.sleep(0.01)"
    assert run_process("timeit", ["-n", "1", "-r", "1", "-s", setup, wait], say)
    assert end.exists()
    assert lines[0].endswith(" so far")


def test_times_are_shown_in_hours_minutes_and_seconds() -> None:
    assert [clock(0.4), clock(61), clock(7325)] == ["0:00:00", "0:01:01", "2:02:05"]
