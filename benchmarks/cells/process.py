"""Measures one cell in a process of its own, which `benchmarks.cells.running` starts:

    python -m benchmarks.cells.process JOB FILE

The Trainer sets the precision for a whole process, and peak memory is that of a process.
"""

import tempfile
import time
from dataclasses import asdict, astuple
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.cells.cell import Cell, CellFigures, CellJob, cell_file, key_of
from benchmarks.cells.code_state import code_state
from benchmarks.corpora import read_folder, reduced, validation_of
from benchmarks.job_process import run_job
from benchmarks.measuring.machine import this_machine
from benchmarks.recipes.catalogue import find_recipe
from benchmarks.recipes.task import TrainingTask
from ner.errors import TrainingError
from ner.scoring.evaluation import evaluate
from ner.versions.manifest import library_versions


def measure(job: CellJob) -> Cell:
    """Trains and scores as the job says. Raises NerloopError when that is not possible."""
    began, code = time.perf_counter(), code_state(job.recipe)
    whole = read_folder(job.folder)
    # Imports torch, which takes seconds: only once the corpus has been read.
    from benchmarks.measuring.meter import metered

    corpus = whole if job.valid is None else validation_of(whole, job.valid)
    if job.documents is not None:
        corpus = reduced(corpus, job.documents, job.seed)
    train = find_recipe(job.recipe).load()
    with tempfile.TemporaryDirectory(prefix="nerloop-cell-") as folder:
        task = TrainingTask(
            documents=corpus.train,
            base_model=job.base_model,
            seed=job.seed,
            folder=Path(folder),
        )
        with metered() as meter:
            trained = train(task)
            cost = meter.cost()
        if not cost.tokens:
            raise TrainingError(f"recipe {job.recipe!r} fed no tokens to a model to be counted")
        predicted = trained.predict([document.text for document in corpus.dev])
    scores = evaluate(corpus.dev, predicted)
    return Cell(
        key=key_of(job, whole),
        corpus=job.corpus,
        title=job.title,
        base_model=Path(job.base_model).name,
        seed=job.seed,
        documents=len(corpus.train),
        figures=CellFigures.of(scores),
        **asdict(cost),
        tokens_per_second=cost.tokens_per_second,
        wall_seconds=time.perf_counter() - began,
        curve=tuple(map(astuple, trained.curve)),
        details=trained.details,
        scores=scores.to_json(),
        machine=this_machine(),
        libraries=library_versions(),
        code=code,
        made_at=datetime.now(UTC),
    )


def measure_and_keep(job: CellJob, path: Path) -> None:
    """Measures the cell and writes it to the file of cells at `path`."""
    cell_file(path).write(measure(job))


if __name__ == "__main__":
    run_job(CellJob, measure_and_keep)
