from dataclasses import replace
from pathlib import Path

from benchmarks.cells.cell import Cell, CellFigures, CellJob
from benchmarks.learning_curve.table import render
from tests.support.training.measured_cells import CELL

STEPS = (10, 25, None)


def measured(job: CellJob, strict: float) -> Cell:
    return replace(
        CELL,
        key={"recipe": "nerloop", "documents": job.documents},
        corpus=job.corpus,
        seed=job.seed,
        documents=job.documents or 1200,
        figures=CellFigures(strict=strict, partial=strict, labels={}),
    )


def test_each_corpus_has_columns_which_stay_empty_where_nothing_was_measured() -> None:
    f1s = {
        ("a", 10, 1): 0.5,
        ("a", 10, 2): 0.7,
        ("a", None, 1): 0.9,
        ("b", 25, 1): 0.8,
        ("b", None, 1): 0.85,
    }
    jobs = [
        CellJob(folder=Path(corpus), recipe="nerloop", seed=seed, documents=documents)
        for corpus, documents, seed in f1s
    ]
    cells = [measured(job, strict) for job, strict in zip(jobs, f1s.values(), strict=True)]
    report = render(STEPS, jobs, cells, code=lambda _: "changed")
    assert [line for line in report.splitlines() if line.startswith("| ")] == [
        "| documents | a (all: 1200) | seeds | b (all: 1200) | seeds |",
        "| --- | ---: | ---: | ---: | ---: |",
        "| 10 | 0.600 ± 0.141 | 2 |  |  |",
        "| 25 |  |  | 0.800 | 1 |",
        "| all | 0.900 | 1 | 0.850 | 1 |",
    ]
    assert "Measured before the code last changed: nerloop (seed 1), nerloop (seed 2).\n" in report
