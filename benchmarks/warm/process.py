"""Measures one training of `benchmarks.warm` in a process of its own:

python -m benchmarks.warm.process JOB RESULTS_FOLDER
"""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.cells.code_state import code_state
from benchmarks.corpora import read_folder
from benchmarks.job_process import run_job
from benchmarks.measuring.machine import this_machine
from benchmarks.warm.cell import DocumentCounts, RoundCell, key_of, round_file
from benchmarks.warm.rounds import PARTS, RoundJob, documents_of
from ner.scoring.matching import strict_counts
from ner.spans import Document
from ner.tagger import Tagger
from ner.versions.manifest import library_versions


def measure(job: RoundJob, out: Path) -> RoundCell:
    """Trains and scores; leaves the model in `out` if a warm round continues from it."""
    from ner.training.training import train
    from ner.training.versioning import write_version

    code, corpus = code_state(job.setting.recipe), read_folder(job.setting.folder)
    documents = documents_of(job, corpus)
    warm_from = job.before.model(out) if job.kind == "warm" else None
    with tempfile.TemporaryDirectory(prefix="nerloop-round-") as name:
        output = job.model(out) if job.is_in_chain else Path(name) / "model"
        shutil.rmtree(output, ignore_errors=True)
        report = train(
            documents.train,
            options=job.setting.options(job.seed, warm_from),
            output=output,
            work_dir=Path(name) / "work",
        )
        write_version(output, report, created_at=datetime.now(UTC))
        tagger = Tagger.load(output)
        counts = {part: _counts(tagger, documents.part(part)) for part in PARTS}
    return RoundCell(
        key=key_of(job, corpus),
        corpus=job.setting.corpus,
        title=job.setting.title,
        seed=job.seed,
        round=job.round,
        kind=job.kind,
        changes=job.changes,
        documents=report.documents,
        passed_over=report.passed_over,
        windows=report.windows,
        steps=report.steps,
        seconds=report.seconds,
        counts=counts,
        machine=this_machine(),
        libraries=library_versions(),
        code=code,
        made_at=datetime.now(UTC),
    )


def _counts(tagger: Tagger, documents: tuple[Document, ...]) -> DocumentCounts:
    predictions = tagger.predict([document.text for document in documents])
    rows = strict_counts(documents, [prediction.spans for prediction in predictions])
    return tuple((int(correct), int(predicted), int(gold)) for correct, predicted, gold in rows)


def measure_and_keep(job: RoundJob, out: Path) -> None:
    """Measures the training and writes its cell to the file in the folder of results."""
    round_file(job.setting.path(out)).write(measure(job, out))


if __name__ == "__main__":
    run_job(RoundJob, measure_and_keep)
