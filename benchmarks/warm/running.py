"""Makes the rounds that are missing, one training after the other."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from benchmarks.corpora import MeasuredCorpus, read_folder
from benchmarks.job_process import Say
from benchmarks.warm.cell import RoundCell, key_of, round_file
from benchmarks.warm.rounds import RoundJob, Setting
from benchmarks.warm.table import Rounds, f1

Make = Callable[[RoundJob, Path], bool]


def make_rounds(setting: Setting, seeds: Sequence[int], out: Path, say: Say, make: Make) -> Rounds:
    """The cells of all rounds: those kept in `out`, and the others, which `make` makes now.

    Raises CorpusError for a corpus that is too small, click.ClickException when a training fails.
    """
    corpus, kept = read_folder(setting.folder), round_file(setting.path(out))
    cells = {}
    for seed in seeds:
        jobs = jobs_of(setting, seed)
        missing = missing_jobs(jobs, corpus, out)
        say(f"seed {seed}: {len(jobs)} trainings, {len(jobs) - len(missing)} of them kept")
        for job in missing:
            _make(job, out, say, make)
        for job in jobs:
            cell = kept.find(job.identity)
            if cell is None:
                raise click.ClickException(
                    f"{kept.path} has no cell of {job} any more: run the same command again"
                )
            cells[seed, job.round, job.kind] = cell
        # The model of the start stays, so that other warm parameters can be tried from it.
        shutil.rmtree(jobs[-2].model(out), ignore_errors=True)
    return Rounds(cells)


def jobs_of(setting: Setting, seed: int) -> list[RoundJob]:
    """The start, then for each round the warm training and the one from scratch."""
    start = RoundJob(setting=setting, seed=seed, round=0, kind="scratch")
    later = [
        RoundJob(setting=setting, seed=seed, round=number, kind=kind)
        for number in range(1, setting.rounds + 1)
        for kind in ("warm", "scratch")
    ]
    return [start, *later]


def missing_jobs(jobs: Sequence[RoundJob], corpus: MeasuredCorpus, out: Path) -> list[RoundJob]:
    """The jobs without a cell of their key, and the warm ones that have to be repeated for them.

    A warm training needs the model of the one before it; if that is gone, it is trained again.
    Trainings that went on from a model that is trained again are repeated as well.
    """
    missing = [job for job in jobs if not _is_kept(job, corpus, out)]
    chain = [job for job in jobs if job.is_in_chain]
    first = next((index for index, job in enumerate(chain) if job in missing), len(chain))
    while 0 < first < len(chain) and not chain[first - 1].model(out).is_dir():
        first -= 1
    return [job for job in jobs if job in missing or job in chain[first:]]


def _is_kept(job: RoundJob, corpus: MeasuredCorpus, out: Path) -> bool:
    key = key_of(job, corpus)
    cell = round_file(job.setting.path(out)).find(job.identity)
    return cell is not None and cell.key == key


def _make(job: RoundJob, out: Path, say: Say, make: Make) -> RoundCell:
    say(str(job))
    kept = round_file(job.setting.path(out))
    kept.remove(job.identity)
    cell = kept.find(job.identity) if make(job, out) else None
    if cell is None:
        raise click.ClickException(f"{job} failed, see above; the same command tries it again")
    if job.kind == "warm" and job.before.round:
        shutil.rmtree(job.before.model(out), ignore_errors=True)
    say(f"  F1 on dev {f1(cell.counts['dev']):.3f} after {cell.seconds:.1f} s of training")
    return cell
