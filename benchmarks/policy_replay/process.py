"""Makes one training of `benchmarks.policy_replay` in a process of its own:

python -m benchmarks.policy_replay.process JOB RESULTS_FOLDER
"""

import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.cells.code_state import code_state
from benchmarks.corpora import read_folder
from benchmarks.job_process import run_job
from benchmarks.measuring.machine import this_machine
from benchmarks.policy_replay.cell import ReplayCell, counts_by_label, key_of, replay_file
from benchmarks.policy_replay.sequence import ReplayJob, pool_documents, training_documents
from ner.spans import Document
from ner.tagger import Tagger
from ner.versions.manifest import library_versions

# Epochs of a training that was cut short: from scratch instead of 4 to 30, warm instead of 3.
SHORT_EPOCHS = (2, 1)


def make(job: ReplayJob, out: Path) -> ReplayCell:
    """Trains and predicts the pool; leaves an honest model in `out` for the next training."""
    code, corpus = code_state("nerloop"), read_folder(job.setting.folder)
    documents = training_documents(job, corpus)
    pool = pool_documents(job.setting, job.seed, corpus)
    with tempfile.TemporaryDirectory(prefix="nerloop-replay-") as name:
        output = job.model(out) if job.kind == "honest" else Path(name) / "model"
        shutil.rmtree(output, ignore_errors=True)
        _train(job, documents, output, Path(name) / "work", out)
        predictions = Tagger.load(output).predict([document.text for document in pool])
    return ReplayCell(
        key=key_of(job, corpus),
        base_model=job.setting.base_model,
        seed=job.seed,
        approved=job.approved,
        kind=job.kind,
        warm=job.before is not None,
        documents=len(documents),
        counts=counts_by_label(pool, [prediction.spans for prediction in predictions]),
        machine=this_machine(),
        libraries=library_versions(),
        code=code,
        made_at=datetime.now(UTC),
    )


def _train(
    job: ReplayJob, documents: tuple[Document, ...], output: Path, work_dir: Path, out: Path
) -> None:
    from ner.training.training import train
    from ner.training.versioning import write_version

    before = job.before
    options = job.setting.options(job.seed, before.model(out) if before else None)
    if job.kind == "short":
        options = replace(options, epochs=SHORT_EPOCHS[before is not None])
    report = train(documents, options=options, output=output, work_dir=work_dir)
    write_version(output, report, created_at=datetime.now(UTC))


def make_and_keep(job: ReplayJob, out: Path) -> None:
    """Makes the training and writes its cell to the file in the folder of results."""
    replay_file(job.setting.path(out)).write(make(job, out))


if __name__ == "__main__":
    run_job(ReplayJob, make_and_keep)
