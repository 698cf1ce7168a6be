"""Cells of a benchmark, written without any training."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.cells.cell import Cell, CellFigures, CellJob, cell_file, key_of
from benchmarks.corpora import read_folder
from benchmarks.measuring.machine import Machine

MACHINE = Machine(
    processor="Z80", cores=2, threads=1, features=("avx2",), accelerator="", python="3.11.7"
)
CELL = Cell(
    key={"recipe": "nerloop"},
    corpus="easy",
    title="nerloop",
    base_model="bundled",
    seed=1,
    documents=60,
    figures=CellFigures(strict=0.5, partial=0.75, labels={"ORG": 0.5}),
    seconds=100.0,
    validation_seconds=10.0,
    tokens=200_000,
    tokens_per_second=2000.0,
    peak_memory_mib=1500.0,
    peak_device_mib=None,
    wall_seconds=110.0,
    curve=((50.0, 10, 0.25),),
    details={"steps": 10},
    scores={},
    machine=MACHINE,
    libraries={"torch": "2.13.0"},
    code="c0de",
    made_at=datetime(2026, 11, 23, tzinfo=UTC),
)


def keep_cell(job: CellJob, out: Path, *, strict: float = 0.5) -> Cell:
    """Writes a cell with the job's key to the job's file."""
    corpus = read_folder(job.folder)
    cell = replace(
        CELL,
        key=key_of(job, corpus),
        corpus=job.corpus,
        title=job.title,
        seed=job.seed,
        documents=job.documents or len(corpus.train),
        figures=CellFigures(strict=strict, partial=strict, labels={"ORG": strict}),
    )
    cell_file(job.path(out)).write(cell)
    return cell
