import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from benchmarks.cells.cell_file import CellFile, Identity


@dataclass(frozen=True, slots=True)
class Measured:
    """A cell of two values that identify it, and a figure."""

    title: str
    seed: int
    f1: float = 0.5

    @property
    def identity(self) -> Identity:
        return (self.title, self.seed)


ONE, TWO, TEN = (Measured("nerloop", seed) for seed in (1, 2, 10))
PLAIN = Measured("plain", 1)


@pytest.fixture
def file(tmp_path: Path) -> CellFile[Measured]:
    return CellFile(tmp_path / "results" / "easy.jsonl", Measured)


def lines(file: CellFile[Measured]) -> list[str]:
    return file.path.read_text().splitlines()


def test_a_file_that_does_not_exist_has_no_cells(file: CellFile[Measured]) -> None:
    assert file.read() == []
    assert file.find(ONE.identity) is None
    file.remove(ONE.identity)
    assert not file.path.exists()


def test_cells_are_lines_in_the_order_of_their_identities(file: CellFile[Measured]) -> None:
    for cell in (PLAIN, TEN, TWO, ONE):
        file.write(cell)
    assert file.read() == [ONE, TWO, TEN, PLAIN]
    assert lines(file)[0] == '{"title":"nerloop","seed":1,"f1":0.5}'
    assert [entry.name for entry in file.path.parent.iterdir()] == ["easy.jsonl"]


def test_a_cell_replaces_the_one_with_its_identity(file: CellFile[Measured]) -> None:
    for cell in (ONE, TWO):
        file.write(cell)
    better = replace(ONE, f1=0.75)
    file.write(better)
    assert file.read() == [better, TWO]
    assert file.find(ONE.identity) == better


def test_a_cell_is_removed_and_the_others_stay(file: CellFile[Measured]) -> None:
    for cell in (ONE, TWO):
        file.write(cell)
    file.remove(ONE.identity)
    assert file.read() == [TWO]
    file.remove(ONE.identity)
    assert file.read() == [TWO]


UNREADABLE = ['{"title":"nerloop","seed":', '{"title": "nerloop"}', "[]", "\u00e9"]


def test_a_line_that_cannot_be_read_is_passed_over_and_stays(file: CellFile[Measured]) -> None:
    file.write(TWO)
    with file.path.open("a") as opened:
        opened.write("\n".join(UNREADABLE))
    assert file.read() == [TWO]
    file.write(ONE)
    assert file.read() == [ONE, TWO]
    assert lines(file)[2:] == UNREADABLE
    file.remove(TWO.identity)
    assert file.read() == [ONE]
    assert lines(file)[1:] == UNREADABLE


def test_a_line_of_another_cell_is_not_written_anew(file: CellFile[Measured]) -> None:
    file.path.parent.mkdir()
    spaced = '{"seed": 2, "title": "nerloop", "f1": 5e-1}'
    file.path.write_text(spaced + "\n")
    file.write(ONE)
    assert lines(file)[1] == spaced
    assert file.read() == [ONE, TWO]


def test_a_file_that_cannot_be_opened_is_not_taken_for_an_empty_one(
    file: CellFile[Measured],
) -> None:
    file.path.mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        file.read()


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from tests.benchmarks.cells.test_cell_file import TWO, CellFile, Measured

os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
CellFile(Path(sys.argv[1]), Measured).write(TWO)
"""


def test_a_process_that_is_killed_while_it_writes_leaves_the_file_as_it_was(
    file: CellFile[Measured],
) -> None:
    file.write(ONE)
    before = file.path.read_bytes()
    command = [sys.executable, "-c", KILLED_WHILE_WRITING, str(file.path)]
    killed = subprocess.run(command, cwd=Path(__file__).parents[3], check=False)
    assert killed.returncode == -9
    assert file.path.read_bytes() == before
    file.write(TWO)
    assert file.read() == [ONE, TWO]
