from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.corpora import read_folder
from benchmarks.warm.cell import key_of, round_file
from benchmarks.warm.rounds import RoundJob, Setting
from tests.support.training.warm_cells import keep_round


@pytest.fixture
def job(easy: Path) -> RoundJob:
    setting = Setting(folder=easy, base_model="b", start=30, aside=6, step=4, rounds=3)
    return RoundJob(setting=setting, seed=1, round=2, kind="warm")


def test_all_that_decides_a_cell_is_in_its_key(job: RoundJob) -> None:
    corpus = read_folder(job.setting.folder)
    key = key_of(job, corpus)
    others = [
        replace(job, seed=2),
        replace(job, round=1),
        replace(job, kind="scratch"),
        *(
            replace(job, setting=replace(job.setting, **change))  # type: ignore[arg-type]
            for change in (
                {"base_model": "c"},
                {"recipe": "nerloop+epochs=2"},
                {"changes": ("replay=2",)},
                {"start": 31},
                {"aside": 5},
                {"step": 3},
            )
        ),
    ]
    assert all(key_of(other, corpus) != key for other in others)
    longer = replace(job, setting=replace(job.setting, rounds=4))
    assert key_of(longer, corpus) == key


def test_a_cell_from_scratch_knows_nothing_of_warm_parameters(job: RoundJob) -> None:
    corpus = read_folder(job.setting.folder)
    cold = replace(job, kind="scratch")
    changed = replace(cold, setting=replace(job.setting, changes=("replay=2",)))
    assert key_of(changed, corpus) == key_of(cold, corpus)
    assert changed.identity == cold.identity


def test_a_cell_is_read_as_it_was_written_and_found_by_its_job(
    job: RoundJob, tmp_path: Path
) -> None:
    changed = replace(job, setting=replace(job.setting, changes=("replay=2", "epochs=3")))
    jobs = [job, changed, replace(changed, kind="scratch"), replace(job, round=3)]
    cells = [keep_round(each, tmp_path) for each in jobs]
    file = round_file(job.setting.path(tmp_path))
    assert [file.find(each.identity) for each in jobs] == cells
    assert file.read() == [cells[2], cells[0], cells[3], cells[1]]
