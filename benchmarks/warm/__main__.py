"""Compares warm retraining, from the model before, with training from scratch.

    .venv/bin/python -m benchmarks.warm CORPUS_FOLDER [--seeds 2] [--warm replay=8]

A start with 100 documents, then 10 rounds of 10 more, each trained on twice: warm, from the warm
model of the round before, and from scratch. Every training runs in a process of its own and, when
finished, is kept in a JSONL file beside the table: the same command continues where a run was cut
off. Run it on an otherwise idle machine.
"""

from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter

from benchmarks.cells.code_state import code_state
from benchmarks.cells.keys import BUNDLED
from benchmarks.job_process import run_process, to_stderr
from benchmarks.quality import COUNT, FOLDER, OUT, RESULTS
from benchmarks.warm.rounds import ASIDE, ROUNDS, START, STEP, RoundJob, Setting
from benchmarks.warm.running import make_rounds
from benchmarks.warm.table import render
from ner.errors import NerloopError
from ner.files import write_atomically


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
        return run_process("benchmarks.warm.process", [as_json, str(results)], to_stderr)

    try:
        measured = make_rounds(setting, range(1, seeds + 1), out, to_stderr, make)
    except NerloopError as error:
        raise click.ClickException(str(error)) from error
    report = render(setting, measured, code=code_state(setting.recipe))
    write_atomically(setting.table(out), report.encode())
    click.echo(report)


if __name__ == "__main__":
    main()
