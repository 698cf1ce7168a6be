from dataclasses import replace
from pathlib import Path

from benchmarks.corpora import read_folder
from benchmarks.policy_replay.process import make
from benchmarks.policy_replay.sequence import ReplayJob, ReplaySetting, pool_documents
from ner.corpus.corpus import write_jsonl
from tests.support.models.easy_task import easy_documents


def test_a_training_predicts_the_pool_and_only_an_honest_model_stays(
    tiny_base: Path, tmp_path: Path
) -> None:
    folder, out = tmp_path / "corpus", tmp_path / "out"
    folder.mkdir()
    write_jsonl(folder / "train.jsonl", easy_documents(400))
    write_jsonl(folder / "dev.jsonl", easy_documents(3, seed=9))
    setting = ReplaySetting(folder=folder, base_model=str(tiny_base))
    job = ReplayJob(setting=setting, seed=1, approved=10)
    cell = make(job, out)
    pool = pool_documents(setting, 1, read_folder(folder))
    assert (cell.documents, cell.warm) == (8, False)
    gold = sum(rows[2] for counts in cell.counts.values() for rows in counts)
    assert gold == sum(len(document.spans) for document in pool)
    assert {len(counts) for counts in cell.counts.values()} == {len(pool)}
    assert job.model(out).is_dir()
    short = replace(job, kind="short")
    make(short, out)
    assert not short.model(out).exists()
