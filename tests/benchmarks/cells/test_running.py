import shutil
from dataclasses import replace
from pathlib import Path

import click
import pytest

from benchmarks.cells import running
from benchmarks.cells.cell import CellJob, cell_file
from benchmarks.cells.running import look_up, make_cells
from ner.corpus.corpus import read_corpus, write_jsonl
from ner.errors import CorpusError
from tests.support.training.measured_cells import keep_cell


@pytest.fixture
def job(easy: Path, tiny_base: Path) -> CellJob:
    return CellJob(folder=easy, recipe="custom-ner+epochs=1", seed=1, base_model=str(tiny_base))


def test_a_run_that_was_cut_off_makes_what_is_missing(job: CellJob, tmp_path: Path) -> None:
    kept = keep_cell(job, tmp_path, strict=0.123)
    file = cell_file(job.path(tmp_path))
    vanishing = replace(job, folder=Path(shutil.copytree(job.folder, tmp_path / "vanishing")))
    missing = replace(job, seed=2)
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if str(vanishing) in line:
            (vanishing.folder / "dev.jsonl").unlink()

    with pytest.raises(click.ClickException, match=r"1 cells failed.*vanishing .* seed 1\."):
        make_cells([job, vanishing, missing], tmp_path, say)
    cell = file.find(missing.identity)
    assert cell is not None
    assert file.read() == [kept, cell]
    assert lines[0] == "3 cells, 1 of them kept"
    assert "cell 2 of 2: easy custom-ner+epochs=1@tiny seed 2" in lines[2]

    before = file.path.read_bytes()
    assert make_cells([job, missing], tmp_path, say) == [kept, cell]
    assert file.path.read_bytes() == before
    assert not list(tmp_path.rglob(".*"))


def test_a_cell_of_other_parameters_or_documents_is_not_kept(job: CellJob, tmp_path: Path) -> None:
    cell = keep_cell(job, tmp_path)
    assert [planned.cell for planned in look_up([job], tmp_path)] == [cell]

    changed = replace(job, recipe="custom-ner+epochs=2")
    cell_file(job.path(tmp_path)).write(replace(cell, title=changed.title))
    assert [planned.cell for planned in look_up([changed], tmp_path)] == [None]

    grown = tmp_path / "corpora" / "easy"
    grown.mkdir(parents=True)
    train = read_corpus(job.folder / "train.jsonl").documents
    write_jsonl(grown / "train.jsonl", [*train, train[0]])
    write_jsonl(grown / "dev.jsonl", read_corpus(job.folder / "dev.jsonl").documents)
    assert [planned.cell for planned in look_up([replace(job, folder=grown)], tmp_path)] == [None]


def test_a_cell_that_holds_no_longer_stays_until_there_is_a_new_one(
    job: CellJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = keep_cell(replace(job, recipe="custom-ner+epochs=2"), tmp_path)
    file = cell_file(job.path(tmp_path))
    file.write(replace(other, title=job.title))
    before = file.path.read_bytes()
    monkeypatch.setattr(running, "run_process", lambda *_: False)
    with pytest.raises(click.ClickException, match="1 cells failed"):
        make_cells([job], tmp_path, print)
    assert file.path.read_bytes() == before


def test_a_folder_without_a_corpus_is_named_before_anything_is_trained(
    job: CellJob, tmp_path: Path
) -> None:
    with pytest.raises(CorpusError, match=f"{tmp_path} has no train.jsonl"):
        make_cells([job, replace(job, folder=tmp_path)], tmp_path, print)
