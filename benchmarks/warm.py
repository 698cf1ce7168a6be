"""Going on from the model before against training from scratch, as documents come in.

    .venv/bin/python -m benchmarks.warm CORPUS_FOLDER [--seeds 2] [--warm replay=8]

A start with 100 documents, then 10 rounds of 10 more, each trained on twice: warm, from the warm
model of the round before, and from scratch. Every training runs in a process of its own and is
kept as JSON; the same command goes on where a run was cut off. Run it on an otherwise idle machine.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter

from benchmarks.code_state import code_state
from benchmarks.corpora import MeasuredCorpus, read_folder
from benchmarks.kept import BUNDLED
from benchmarks.quality import COUNT, FOLDER, OUT, RESULTS
from benchmarks.running import Say, run_process, to_stderr
from benchmarks.warm_rounds import (
    ASIDE,
    ROUNDS,
    START,
    STEP,
    RoundCell,
    RoundJob,
    Setting,
    key_of,
    read_round,
)
from benchmarks.warm_table import Rounds, f1, render
from ner.errors import NerloopError
from ner.files import write_atomically

Make = Callable[[RoundJob, Path], bool]


@click.command()
@click.argument("folder", metavar="CORPUS_FOLDER", type=FOLDER)
@click.option("--seeds", default=2, show_default=True, type=COUNT, help="Repetitions of it all.")
@click.option("--rounds", default=ROUNDS, show_default=True, type=COUNT, help="After the start.")
@click.option("--step", default=STEP, show_default=True, type=COUNT, help="New documents a round.")
@click.option("--start", default=START, show_default=True, type=COUNT, help="Documents at first.")
@click.option(
    "--aside",
    default=ASIDE,
    show_default=True,
    type=COUNT,
    help="Documents like those of the start that are never trained on.",
)
@click.option("--recipe", default="nerloop", show_default=True, help="Of the trainings.")
@click.option(
    "--warm",
    "changes",
    multiple=True,
    metavar="PARAMETER=VALUE",
    help="Change a parameter of the warm trainings alone.",
)
@click.option("--base-model", default=BUNDLED, show_default=True, help="Of the trainings.")
@click.option("--out", default=RESULTS, type=OUT, help="Where cells and tables are kept.")
def main(folder: Path, seeds: int, out: Path, **chosen: Any) -> None:
    """Make what is missing, then print and write the table."""
    setting = Setting(folder=folder, **chosen)

    def make(job: RoundJob, results: Path) -> bool:
        as_json = TypeAdapter(RoundJob).dump_json(job).decode()
        return run_process("benchmarks.warm_process", [as_json, str(results)], to_stderr)

    try:
        measured = make_rounds(setting, range(1, seeds + 1), out, to_stderr, make)
    except NerloopError as error:
        raise click.ClickException(str(error)) from error
    report = render(setting, measured, code=code_state(setting.recipe))
    write_atomically(setting.table(out), report.encode())
    click.echo(report)


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


if __name__ == "__main__":
    main()
