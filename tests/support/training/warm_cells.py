"""Cells of warm rounds, written without any training."""

from pathlib import Path

from benchmarks.corpora import read_folder
from benchmarks.warm.cell import DocumentCounts, RoundCell, key_of, round_file
from benchmarks.warm.rounds import PARTS, RoundJob, documents_of
from tests.support.training.measured_cells import CELL


def keep_round(job: RoundJob, out: Path, *, correct: int = 1, seconds: float = 1.0) -> RoundCell:
    """Writes the cell of a training that found `correct` of two spans in every document."""
    corpus = read_folder(job.setting.folder)
    documents = documents_of(job, corpus)
    counts: dict[str, DocumentCounts] = {
        part: ((correct, 2, 2),) * len(documents.part(part)) for part in PARTS
    }
    cell = RoundCell(
        key=key_of(job, corpus),
        corpus=job.setting.corpus,
        title=job.setting.title,
        seed=job.seed,
        round=job.round,
        kind=job.kind,
        changes=job.changes,
        documents=len(documents.train),
        passed_over=0 if job.kind == "scratch" else len(documents.train) // 2,
        windows=3,
        steps=2,
        seconds=seconds,
        counts=counts,  # type: ignore[arg-type]
        machine=CELL.machine,
        libraries=CELL.libraries,
        code=CELL.code,
        made_at=CELL.made_at,
    )
    round_file(job.setting.path(out)).write(cell)
    return cell
