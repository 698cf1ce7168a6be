"""Makes the cells that are missing, one after the other, each in a fresh process."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
from pydantic import TypeAdapter

from benchmarks.cells.cell import Cell, CellJob, cell_file, key_of
from benchmarks.corpora import read_folder
from benchmarks.job_process import Say, clock, run_process


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """A job and the file of its cell; `cell` is the one in the file, if it has the job's key."""

    job: CellJob
    path: Path
    cell: Cell | None


def make_cells(jobs: Sequence[CellJob], out: Path, say: Say) -> list[Cell]:
    """The cells of all jobs, in order: those kept in `out`, and the others, which are made now.

    A cell of other parameters, documents, base model or libraries is made again. When a job fails,
    the others are still done; then click.ClickException names those that failed.
    """
    planned = look_up(jobs, out)
    missing = [each for each in planned if each.cell is None]
    say(f"{len(planned)} cells, {len(planned) - len(missing)} of them kept")
    seconds: dict[str, float] = {
        _kind(each.job): each.cell.wall_seconds for each in planned if each.cell
    }
    failed: list[CellJob] = []
    for number, each in enumerate(missing, start=1):
        left = _time_left(missing[number - 1 :], seconds)
        say(f"cell {number} of {len(missing)}: {each.job}{left}")
        began = time.monotonic()
        cell = _make(each, say)
        if cell is None:
            failed.append(each.job)
            continue
        seconds[_kind(each.job)] = cell.wall_seconds
        say(f"  strict F1 {cell.figures.strict:.3f} after {clock(time.monotonic() - began)}")
    if failed:
        raise click.ClickException(
            f"{len(failed)} cells failed, see above: {'; '.join(map(str, failed))}. "
            "The others are kept; the same command tries these again"
        )
    return [each.cell for each in look_up(jobs, out) if each.cell]


def refuse_same_names(folders: Sequence[Path]) -> None:
    """Raises click.UsageError when two corpora have one name: they would have one file of cells."""
    if len({folder.resolve().name for folder in folders}) < len(folders):
        raise click.UsageError("two of the corpus folders have the same name: rename one")


def look_up(jobs: Iterable[CellJob], out: Path) -> list[PlannedCell]:
    """The jobs with those cells that are kept. Raises CorpusError for a folder without a corpus."""
    corpus_in = cache(read_folder)
    planned: list[PlannedCell] = []
    for job in jobs:
        path = job.path(out)
        cell = cell_file(path).find(job.identity)
        key = key_of(job, corpus_in(job.folder))
        planned.append(PlannedCell(job, path, cell if cell and cell.key == key else None))
    return planned


def _make(planned: PlannedCell, say: Say) -> Cell | None:
    """The cell, made in a process of its own; None when that failed."""
    job = TypeAdapter(CellJob).dump_json(planned.job).decode()
    if not run_process("benchmarks.cells.process", [job, str(planned.path)], say):
        return None
    return cell_file(planned.path).find(planned.job.identity)


def _kind(job: CellJob) -> str:
    """Equal for jobs that take about the same time."""
    return f"{job.corpus} {job.documents} {job.title}"


def _time_left(missing: Sequence[PlannedCell], seconds: dict[str, float]) -> str:
    """How long the jobs take together; those of a kind without `seconds` are only counted."""
    known = [seconds[_kind(each.job)] for each in missing if _kind(each.job) in seconds]
    if not known:
        return ""
    unknown = len(missing) - len(known)
    return f", about {clock(sum(known))} left" + (f" and {unknown} not known" if unknown else "")
