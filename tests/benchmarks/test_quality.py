from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import JsonValue

from benchmarks.cells.cell import CellJob, cell_file
from benchmarks.quality import main
from tests.support.training.measured_cells import keep_cell


def test_the_table_is_printed_and_written_with_what_was_measured_before(
    easy: Path, tmp_path: Path
) -> None:
    job = CellJob(folder=easy, recipe="nerloop+epochs=2", seed=1)
    plain = replace(job, recipe="trainer-plain")
    stale = replace(job, recipe="custom-ner")
    for each in (job, replace(job, seed=2), plain):
        keep_cell(each, tmp_path)
    other = keep_cell(stale, tmp_path)
    key = {**other.key, "train": "other documents"}
    cell_file(stale.path(tmp_path)).write(replace(other, key=key))
    result = CliRunner().invoke(
        main,
        [
            *(str(easy), "--out", str(tmp_path), "--seeds", "2"),
            *("--recipe", "nerloop", "--set", "epochs=2"),
        ],
    )
    assert result.exit_code == 0, result.output
    report = (tmp_path / "easy.md").read_text()
    assert report.strip() in result.stdout
    assert "2 cells, 2 of them kept" in result.stderr
    assert "| nerloop+epochs=2 | 1, 2 |" in report
    assert "| trainer-plain | 1 |" in report
    assert "custom-ner" not in report


def earlier_in_table(easy: Path, out: Path, **changes: JsonValue) -> bool:
    """Whether a cell of seed 2 with these changes of its key is in a table made for seed 1."""
    job = CellJob(folder=easy, recipe="nerloop", seed=1)
    keep_cell(job, out)
    cell = keep_cell(replace(job, seed=2), out)
    cell_file(job.path(out)).write(replace(cell, key={**cell.key, **changes}))
    arguments = [str(easy), "--recipe", "nerloop", "--seeds", "1", "--out", str(out)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return "| nerloop | 1, 2 |" in result.stdout


def test_seeds_that_were_measured_before_stay_in_the_table(easy: Path, tmp_path: Path) -> None:
    assert earlier_in_table(easy, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"parameters": {"epochs": 4}},
        {"version": 0},
        {"recipe": "nerloop-that-was"},
        {"base_model": "bundled 0123"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_another_recipe_or_model_of_the_name_gave_is_not_averaged(
    easy: Path, tmp_path: Path, change: dict[str, JsonValue]
) -> None:
    assert not earlier_in_table(easy, tmp_path, **change)


def test_two_corpora_of_one_name_are_refused(easy: Path, tmp_path: Path) -> None:
    twin = tmp_path / "easy"
    twin.mkdir()
    result = CliRunner().invoke(main, [str(easy), str(twin), "--recipe", "nerloop"])
    assert result.exit_code == 2
    assert "two of the corpus folders have the same name" in result.output


def test_a_recipe_that_is_named_twice_is_measured_once(easy: Path, tmp_path: Path) -> None:
    keep_cell(CellJob(folder=easy, recipe="nerloop+epochs=2", seed=1), tmp_path)
    arguments = [str(easy), "--seeds", "1", "--out", str(tmp_path)]
    twice = ["--recipe", "nerloop+epochs=2"] * 2
    result = CliRunner().invoke(main, [*arguments, *twice])
    assert result.exit_code == 0, result.output
    assert "1 cells, 1 of them kept" in result.stderr


def test_a_folder_without_a_corpus_ends_in_a_message(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, [str(tmp_path), "--recipe", "nerloop"])
    assert result.exit_code == 1
    assert f"Error: {tmp_path} has no train.jsonl" in result.stderr
