from pathlib import Path

from click.testing import CliRunner

from benchmarks.cells.cell import CellJob
from benchmarks.learning_curve.__main__ import main, steps_of
from tests.support.training.measured_cells import keep_cell

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_step_as_large_as_the_corpus_is_left_to_the_last() -> None:
    assert steps_of([10, 50, 100, None], 50) == [10, None]


def test_table_and_plot_come_from_kept_cells(easy: Path, tmp_path: Path) -> None:
    f1s = {(10, 1): 0.5, (10, 2): 0.7, (25, 1): 0.8, (None, 1): 0.9, (None, 2): 0.92}
    for (documents, seed), strict in f1s.items():
        job = CellJob(folder=easy, recipe="nerloop", seed=seed, documents=documents)
        keep_cell(job, tmp_path, strict=strict)
    result = CliRunner().invoke(
        main,
        [
            *(str(easy), "--out", str(tmp_path), "--size", "25", "--size", "10", "--size", "100"),
            *("--seeds", "2", "--large", "25", "--large-seeds", "1"),
        ],
    )
    assert result.exit_code == 0, result.output
    assert "5 cells, 5 of them kept" in result.stderr
    report = (tmp_path / "learning-curve" / "learning-curve.md").read_text()
    assert report.strip() in result.stdout
    table = [line for line in report.splitlines() if line.startswith("|")]
    assert table[0] == "| documents | easy (all: 60) | seeds |"
    assert table[2:] == [
        "| 10 | 0.600 ± 0.141 | 2 |",
        "| 25 | 0.800 | 1 |",
        "| 100 |  |  |",
        "| all | 0.910 ± 0.014 | 2 |",
    ]
    picture = (tmp_path / "learning-curve" / "learning-curve.png").read_bytes()
    assert picture.startswith(PNG)


def test_two_corpora_of_one_name_are_refused(easy: Path, tmp_path: Path) -> None:
    twin = tmp_path / "easy"
    twin.mkdir()
    result = CliRunner().invoke(main, [str(easy), str(twin), "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "two of the corpus folders have the same name" in result.output
