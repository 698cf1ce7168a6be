from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.corpora import MeasuredCorpus, read_folder
from benchmarks.policy_replay.cell import key_of, replay_file
from benchmarks.policy_replay.running import kept_sequence, missing_jobs
from benchmarks.policy_replay.sequence import ReplayJob, ReplaySetting, jobs_of
from ner.corpus.corpus import write_jsonl
from tests.support.models.easy_task import easy_documents
from tests.support.training.replay_cells import replay_cell


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replayed")
    write_jsonl(folder / "train.jsonl", easy_documents(400))
    write_jsonl(folder / "dev.jsonl", easy_documents(3, seed=9))
    return folder


@pytest.fixture(scope="module")
def corpus(folder: Path) -> MeasuredCorpus:
    return read_folder(folder)


@pytest.fixture
def jobs(folder: Path) -> list[ReplayJob]:
    return jobs_of(ReplaySetting(folder=folder, base_model="bundled"), 1)[:6]


def keep(jobs: list[ReplayJob], corpus: MeasuredCorpus, out: Path) -> None:
    for job in jobs:
        cell = replay_cell(job.approved, 5, kind=job.kind)
        replay_file(job.setting.path(out)).write(replace(cell, key=key_of(job, corpus)))


def test_what_is_kept_is_not_made_again(
    jobs: list[ReplayJob], corpus: MeasuredCorpus, tmp_path: Path
) -> None:
    assert missing_jobs(jobs, corpus, tmp_path) == jobs
    keep(jobs, corpus, tmp_path)
    assert missing_jobs(jobs, corpus, tmp_path) == []


def test_a_cell_of_other_documents_is_made_again(
    jobs: list[ReplayJob], corpus: MeasuredCorpus, tmp_path: Path
) -> None:
    keep(jobs, corpus, tmp_path)
    other = MeasuredCorpus(tuple(easy_documents(400, seed=5)), corpus.dev)
    assert missing_jobs(jobs, other, tmp_path) == jobs


def test_a_model_to_continue_from_is_made_again_when_it_is_gone(
    jobs: list[ReplayJob], corpus: MeasuredCorpus, tmp_path: Path
) -> None:
    *kept, last = jobs
    keep(kept, corpus, tmp_path)
    before = kept[-1]
    assert (last.approved, last.before) == (50, before)
    assert missing_jobs(jobs, corpus, tmp_path) == [before, last]
    before.model(tmp_path).mkdir(parents=True)
    assert missing_jobs(jobs, corpus, tmp_path) == [last]


def test_kept_trainings_of_older_code_and_data_can_be_taken_as_they_are(
    jobs: list[ReplayJob], corpus: MeasuredCorpus, tmp_path: Path
) -> None:
    keep(jobs[:3], MeasuredCorpus(tuple(easy_documents(400, seed=5)), corpus.dev), tmp_path)
    kept = kept_sequence(jobs[0].setting, 1, tmp_path)
    assert [cell.identity for cell in kept] == [job.identity for job in jobs[:3]]
