import itertools
from pathlib import Path

import pytest

from benchmarks.corpora import MeasuredCorpus, read_folder
from benchmarks.policy_replay.sequence import (
    APPROVED,
    ReplayJob,
    ReplaySetting,
    jobs_of,
    pool_documents,
    training_documents,
)
from ner.errors import CorpusError
from ner.spans import Document
from tests.support.models.easy_task import easy_documents


@pytest.fixture
def setting(tmp_path: Path) -> ReplaySetting:
    return ReplaySetting(folder=tmp_path, base_model="bundled")


@pytest.fixture(scope="module")
def corpus() -> MeasuredCorpus:
    return MeasuredCorpus(tuple(easy_documents(400)), ())


def at(setting: ReplaySetting, approved: int) -> ReplayJob:
    return ReplayJob(setting=setting, seed=1, approved=approved)


def texts(documents: "list[Document] | tuple[Document, ...]") -> set[str]:
    return {document.text for document in documents}


def test_each_training_sees_the_documents_of_the_one_before_and_more(
    setting: ReplaySetting, corpus: MeasuredCorpus
) -> None:
    seen = [texts(training_documents(at(setting, count), corpus)) for count in APPROVED]
    assert all(before < after for before, after in itertools.pairwise(seen))
    assert len(seen[0]) == 8


def test_no_document_of_the_pool_is_ever_trained_on(
    setting: ReplaySetting, corpus: MeasuredCorpus
) -> None:
    pool = texts(pool_documents(setting, 1, corpus))
    assert pool
    assert not pool & texts(training_documents(at(setting, APPROVED[-1]), corpus))


def test_a_corpus_that_is_too_small_is_refused(setting: ReplaySetting, easy: Path) -> None:
    with pytest.raises(CorpusError, match="too few"):
        pool_documents(setting, 1, read_folder(easy))


def test_about_a_tenth_of_the_spans_is_shifted(
    setting: ReplaySetting, corpus: MeasuredCorpus
) -> None:
    honest = training_documents(at(setting, 258), corpus)
    job = ReplayJob(setting=setting, seed=1, approved=258, kind="shifted")
    shifted = training_documents(job, corpus)
    assert texts(honest) == texts(shifted)
    pairs = [
        (old, new)
        for one, other in zip(honest, shifted, strict=True)
        for old, new in zip(one.spans, other.spans, strict=True)
    ]
    moved = sum(old != new for old, new in pairs)
    assert 0 < moved < 0.2 * len(pairs)
    # A blank that comes to an end of the span is left out, as in all gold.
    assert all(old.end - old.start >= new.end - new.start for old, new in pairs)


def test_a_sabotaged_training_continues_from_the_honest_one_before(setting: ReplaySetting) -> None:
    jobs = jobs_of(setting, 1)
    sabotaged = next(job for job in jobs if job.approved == 98 and job.kind == "short")
    assert sabotaged.before == at(setting, 78)
    assert jobs.index(at(setting, 78)) < jobs.index(sabotaged) < jobs.index(at(setting, 98))
    assert at(setting, 138).before is None


def test_a_sequence_may_end_earlier(setting: ReplaySetting) -> None:
    jobs = jobs_of(setting, 1)
    assert jobs_of(setting, 1, last=60) == [job for job in jobs if job.approved <= 50]
