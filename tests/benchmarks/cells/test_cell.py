from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.cells import cell as cell_module
from benchmarks.cells.cell import CellJob, cell_file, key_of
from benchmarks.corpora import MeasuredCorpus
from tests.support.models.easy_task import easy_documents
from tests.support.training.measured_cells import CELL

CORPUS = MeasuredCorpus(easy_documents(20), easy_documents(10, seed=2))
JOB = CellJob(folder=Path("corpora/easy"), recipe="nerloop", seed=1)


@pytest.mark.parametrize("job", [JOB, replace(JOB, documents=10)])
def test_a_cell_is_read_as_it_was_written_and_found_by_its_job(
    job: CellJob, tmp_path: Path
) -> None:
    file = cell_file(job.path(tmp_path))
    cell = replace(CELL, key=key_of(job, CORPUS))
    file.write(cell)
    assert file.read() == [cell]
    assert file.find(job.identity) == cell


def test_the_path_has_the_corpus_and_what_is_scored_on_or_trained_on() -> None:
    out = Path("out")
    assert JOB.path(out) == out / "easy.jsonl"
    assert replace(JOB, valid=0.2).path(out) == out / "easy@valid.jsonl"
    assert replace(JOB, documents=10).path(out) == out / "learning-curve" / "easy.jsonl"


def test_cells_differ_in_recipe_base_model_seed_and_documents() -> None:
    others = [
        replace(JOB, recipe="nerloop+epochs=2"),
        replace(JOB, base_model="some/bert"),
        replace(JOB, seed=2),
        replace(JOB, documents=10),
    ]
    assert len({job.identity for job in (JOB, *others)}) == 5
    assert replace(JOB, base_model="some/bert").identity == ("nerloop@bert", 0, 1)


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
