"""Makes the rounds that are missing, one training after the other."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from benchmarks.corpora import MeasuredCorpus, read_folder
from benchmarks.job_process import Say
from benchmarks.warm.rounds import RoundCell, RoundJob, Setting, key_of, read_round
from benchmarks.warm.table import Rounds, f1

Make = Callable[[RoundJob, Path], bool]


def make_rounds(setting: Setting, seeds: Sequence[int], out: Path, say: Say, make: Make) -> Rounds:
    """The cells of all rounds, those kept in `out` and those that `make` makes now.

    Raises CorpusError for a corpus that is too small, click.ClickException when a training fails.
    """
    corpus = read_folder(setting.folder)
    cells = {}
    for seed in seeds:
        jobs = jobs_of(setting, seed)
        missing = missing_jobs(jobs, corpus, out)
        say(f"seed {seed}: {len(jobs)} trainings, {len(jobs) - len(missing)} of them kept")
        for job in missing:
            _make(job, out, say, make)
        for job in jobs:
            cell = read_round(job.path(out))
            if cell is None:
                raise click.ClickException(f"{job.path(out)} is gone: run the same command again")
            cells[seed, job.round, job.kind] = cell
        # The start's stays: other warm parameters can be tried from it.
        shutil.rmtree(jobs[-2].model(out), ignore_errors=True)
    return Rounds(cells)


def jobs_of(setting: Setting, seed: int) -> list[RoundJob]:
    """The start, then both kinds of each round."""
    start = RoundJob(setting=setting, seed=seed, round=0, kind="scratch")
    later = [
        RoundJob(setting=setting, seed=seed, round=number, kind=kind)
        for number in range(1, setting.rounds + 1)
        for kind in ("warm", "scratch")
    ]
    return [start, *later]


def missing_jobs(jobs: Sequence[RoundJob], corpus: MeasuredCorpus, out: Path) -> list[RoundJob]:
    """Those without a cell that holds, and what has to be made again for their sake.

    A warm one needs the model before it, and what went on from a model made anew is made anew.
    """
    missing = [job for job in jobs if not _holds(job, corpus, out)]
    chain = [job for job in jobs if job.is_in_chain]
    first = next((place for place, job in enumerate(chain) if job in missing), len(chain))
    while 0 < first < len(chain) and not chain[first - 1].model(out).is_dir():
        first -= 1
    return [job for job in jobs if job in missing or job in chain[first:]]


def _holds(job: RoundJob, corpus: MeasuredCorpus, out: Path) -> bool:
    key = key_of(job, corpus)
    cell = read_round(job.path(out))
    return cell is not None and cell.key == key


def _make(job: RoundJob, out: Path, say: Say, make: Make) -> RoundCell:
    say(str(job))
    job.path(out).unlink(missing_ok=True)
    made = read_round(job.path(out)) if make(job, out) else None
    if made is None:
        raise click.ClickException(f"{job} failed, see above; the same command tries it again")
    if job.kind == "warm" and job.before.round:
        shutil.rmtree(job.before.model(out), ignore_errors=True)
    say(f"  F1 on dev {f1(made.counts['dev']):.3f} after {made.seconds:.1f} s of training")
    return made
