from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.cells import cell as cell_module
from benchmarks.cells.cell import CellJob, key_of, read_cell, read_cells, write_cell
from benchmarks.corpora import MeasuredCorpus
from tests.support.easy_task import easy_documents
from tests.support.measured_cells import CELL

CORPUS = MeasuredCorpus(easy_documents(20), easy_documents(10, seed=2))
JOB = CellJob(folder=Path("corpora/easy"), recipe="nerloop", seed=1)


def test_a_cell_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "easy" / "nerloop-1.json"
    cell = replace(CELL, key=key_of(JOB, CORPUS))
    write_cell(path, cell)
    assert read_cell(path) == cell
    assert read_cells(path.parent) == [cell]


@pytest.mark.parametrize("content", [b"", b"{}", b'{"key": 1'])
def test_what_is_not_a_whole_cell_counts_as_missing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "nerloop-1.json").write_bytes(content)
    assert read_cell(tmp_path / "nerloop-1.json") is None
    assert read_cells(tmp_path) == []


def test_the_path_names_corpus_recipe_seed_and_what_differs_from_the_usual() -> None:
    out = Path("out")
    assert JOB.path(out) == out / "easy" / "nerloop-1.json"
    assert replace(JOB, valid=0.2).path(out) == out / "easy@valid" / "nerloop-1.json"
    assert replace(JOB, recipe="nerloop+epochs=2", seed=3, base_model="some/bert").path(out) == (
        out / "easy" / "nerloop+epochs=2@bert-3.json"
    )
    assert replace(JOB, documents=10).path(out) == (
        out / "learning-curve" / "easy" / "nerloop-10-1.json"
    )
    assert replace(JOB, recipe='nerloop+report_to=["a/b"]').path(out).parent == out / "easy"


@pytest.mark.parametrize(
    "other",
    [
        replace(JOB, recipe="trainer-plain"),
        replace(JOB, recipe="nerloop+epochs=2"),
        replace(JOB, seed=2),
        replace(JOB, base_model="some/bert"),
        replace(JOB, valid=0.2),
        replace(JOB, documents=10),
    ],
)
def test_another_job_has_another_key(other: CellJob) -> None:
    assert key_of(other, CORPUS) != key_of(JOB, CORPUS)


def test_other_documents_or_libraries_make_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    key = key_of(JOB, CORPUS)
    assert key_of(JOB, replace(CORPUS, train=CORPUS.train[:-1])) != key
    assert key_of(JOB, replace(CORPUS, dev=CORPUS.dev[:-1])) != key
    assert key_of(replace(JOB, folder=Path("elsewhere/easy")), CORPUS) == key
    monkeypatch.setattr(cell_module, "library_versions", lambda: {"torch": "0.1"})
    assert key_of(JOB, CORPUS) != key


def test_dev_documents_have_no_part_in_a_cell_that_reports_on_others() -> None:
    job = replace(JOB, valid=0.2)
    assert key_of(job, replace(CORPUS, dev=CORPUS.dev[:-1])) == key_of(job, CORPUS)


def test_a_base_model_in_a_folder_counts_by_its_content_and_name(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place / "adapted").mkdir(parents=True)
        (tmp_path / place / "adapted" / "weights").write_text("1")
    first, second = (
        replace(JOB, base_model=str(tmp_path / place / "adapted")) for place in ("a", "b")
    )
    assert key_of(first, CORPUS) == key_of(second, CORPUS)
    assert str(tmp_path) not in str(key_of(first, CORPUS))
    (tmp_path / "b" / "adapted" / "weights").write_text("2")
    assert key_of(first, CORPUS) != key_of(second, CORPUS)
