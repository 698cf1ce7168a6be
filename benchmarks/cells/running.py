"""Makes the cells that are missing, one after the other, each in a fresh process."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
from pydantic import TypeAdapter

from benchmarks.cells.cell import Cell, CellJob, key_of, read_cell
from benchmarks.corpora import read_folder
from benchmarks.job_process import Say, clock, run_process


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """A job and where its cell belongs; `cell` is the one that is there and still holds."""

    job: CellJob
    path: Path
    cell: Cell | None


def make_cells(jobs: Sequence[CellJob], out: Path, say: Say) -> list[Cell]:
    """The cells of all jobs, in order: those kept in `out` and those made now.

    A cell that was made with other parameters, documents, base model or libraries is made anew. A
    job that fails does not keep the others from being done; click.ClickException names it then.
    """
    places = look_up(jobs, out)
    waiting = [place for place in places if place.cell is None]
    say(f"{len(places)} cells, {len(places) - len(waiting)} of them kept")
    seconds: dict[str, float] = {
        _kind(place.job): place.cell.wall_seconds for place in places if place.cell
    }
    failed: list[CellJob] = []
    for number, place in enumerate(waiting, start=1):
        left = _seconds_left(waiting[number - 1 :], seconds)
        say(f"cell {number} of {len(waiting)}: {place.job}{left}")
        began = time.monotonic()
        cell = _make(place, say)
        if cell is None:
            failed.append(place.job)
            continue
        seconds[_kind(place.job)] = cell.wall_seconds
        say(f"  strict F1 {cell.figures.strict:.3f} after {clock(time.monotonic() - began)}")
    if failed:
        raise click.ClickException(
            f"{len(failed)} cells failed, see above: {'; '.join(map(str, failed))}. "
            "The others are kept; the same command tries these again"
        )
    return [place.cell for place in look_up(jobs, out) if place.cell]


def refuse_same_names(folders: Sequence[Path]) -> None:
    """Raises click.UsageError when two corpora are named alike: their cells lie in one place."""
    if len({folder.resolve().name for folder in folders}) < len(folders):
        raise click.UsageError("two of the corpus folders have the same name: rename one")


def look_up(jobs: Iterable[CellJob], out: Path) -> list[PlannedCell]:
    """Which cells are there. Raises CorpusError for a folder without a corpus."""
    corpus_in = cache(read_folder)
    places: list[PlannedCell] = []
    for job in jobs:
        path = job.path(out)
        cell = read_cell(path)
        key = key_of(job, corpus_in(job.folder))
        places.append(PlannedCell(job, path, cell if cell and cell.key == key else None))
    return places


def _make(place: PlannedCell, say: Say) -> Cell | None:
    """The cell, made in a process of its own; None when that failed."""
    job = TypeAdapter(CellJob).dump_json(place.job).decode()
    made = run_process("benchmarks.cells.process", [job, str(place.path)], say)
    return read_cell(place.path) if made else None


def _kind(job: CellJob) -> str:
    return f"{job.corpus} {job.documents} {job.title}"


def _seconds_left(places: Sequence[PlannedCell], seconds: dict[str, float]) -> str:
    """How long the jobs take together, as far as the like of them were measured."""
    known = [seconds[_kind(place.job)] for place in places if _kind(place.job) in seconds]
    if not known:
        return ""
    unknown = len(places) - len(known)
    return f", about {clock(sum(known))} left" + (f" and {unknown} not known" if unknown else "")
