"""The recorder of `make faults`: it finds effects, and strikes at the one that it should."""

import errno
import json
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.effects.__main__ import faults_at, thinned
from tests.effects.recorder import KILLED_AFTER, KILLED_BEFORE, Fault, Point, read_points

# Renames two files and commits to a database, with the fault that its arguments name.
PROGRAM = """
import json, os, sys
from pathlib import Path
from sqlalchemy import create_engine, text
from tests.effects.effects import install, record_with
from tests.effects.recorder import Fault, Point, Recorder
folder, fault = Path(sys.argv[1]), json.loads(sys.argv[2])
install("http://127.0.0.1:9")
struck = Fault(Point(**fault["point"]), fault["way"]) if fault else None
record_with(Recorder(folder, 1, "program", struck))
for name in ("a", "b"):
    os.replace(folder / "data" / name, folder / "data" / f"new-{name}")
with create_engine(f"sqlite:///{folder}/data/store").begin() as connection:
    connection.execute(text("CREATE TABLE kept (id INTEGER)"))
    connection.execute(text("INSERT INTO kept VALUES (1)"))
"""


def run(folder: Path, fault: Fault | None = None) -> subprocess.CompletedProcess[str]:
    (folder / "data").mkdir()
    for name in ("a", "b"):
        (folder / "data" / name).touch()
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), json.dumps(fault and asdict(fault))],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def points(tmp_path: Path) -> list[Point]:
    (tmp_path / "reference").mkdir()
    done = run(tmp_path / "reference")
    assert done.returncode == 0, done.stderr
    return read_points(tmp_path / "reference")


def test_effects_are_found_in_order(points: list[Point]) -> None:
    assert [point.what for point in points] == ["replace new-a", "replace new-b", "commit"]


@pytest.mark.parametrize(
    ("index", "way", "status", "left"),
    [
        (1, KILLED_BEFORE, -signal.SIGKILL, ["b", "new-a"]),
        (1, KILLED_AFTER, -signal.SIGKILL, ["new-a", "new-b"]),
        (0, "ENOSPC", 1, ["a", "b"]),
        (2, KILLED_BEFORE, -signal.SIGKILL, ["new-a", "new-b", "store"]),
        (2, "connection dropped", 1, ["new-a", "new-b", "store"]),
    ],
)
def test_a_fault_strikes_at_its_point(
    points: list[Point], tmp_path: Path, index: int, way: str, status: int, left: list[str]
) -> None:
    done = run(tmp_path, Fault(points[index], way))
    assert done.returncode == status
    assert (tmp_path / "struck").exists()
    names = sorted(path.name for path in (tmp_path / "data").iterdir())
    assert [name for name in names if not name.startswith("store-")] == left
    if way == "ENOSPC":
        assert os.strerror(errno.ENOSPC) in done.stderr
    if index == 2:
        with sqlite3.connect(tmp_path / "data" / "store") as database:
            assert database.execute("SELECT * FROM kept").fetchall() == []


def test_each_point_has_its_ways_and_repetitions_are_thinned(points: list[Point]) -> None:
    first = points[0]
    row = [Point(1, "program", "redis", "HSET", "a.py:f", number) for number in range(1, 8)]
    assert [point.occurrence for point in thinned([first, *row])] == [1, 1, 2, 7]
    ways = [fault.way for fault in faults_at([first])]
    assert ways == [KILLED_BEFORE, KILLED_AFTER, "ENOSPC", "EIO"]
