"""Compares rules of promotion on growing projects.

.venv/bin/python -m benchmarks.policy_replay CORPUS_FOLDER… [--seeds 1] [--kept]
"""

from pathlib import Path

import click

from benchmarks.cells.code_state import code_state
from benchmarks.cells.keys import BUNDLED
from benchmarks.cells.running import refuse_same_names
from benchmarks.job_process import to_stderr
from benchmarks.policy_replay.replay import replay
from benchmarks.policy_replay.rules import RULES
from benchmarks.policy_replay.running import kept_sequence, make_sequence
from benchmarks.policy_replay.sequence import APPROVED, REPLAY, ReplaySetting
from benchmarks.policy_replay.simulation import simulate
from benchmarks.policy_replay.table import render
from benchmarks.quality import COUNT, FOLDER, OUT, RESULTS
from ner.errors import NerloopError
from ner.files import write_atomically


@click.command()
@click.argument("folders", nargs=-1, required=True, metavar="CORPUS_FOLDER...", type=FOLDER)
@click.option("--seeds", default=1, show_default=True, type=COUNT, help="Repetitions of it all.")
@click.option(
    "--last",
    default=APPROVED[-1],
    show_default=True,
    type=COUNT,
    help="Make no training at more approved documents.",
)
@click.option("--kept", is_flag=True, help="Take what is kept, of any code; train nothing.")
@click.option("--base-model", default=BUNDLED, show_default=True, help="Of the trainings.")
@click.option("--out", default=RESULTS, type=OUT, help="Where cells and tables are kept.")
def main(
    folders: tuple[Path, ...], seeds: int, last: int, kept: bool, base_model: str, out: Path
) -> None:
    """Make what is missing, then print and write the tables."""
    refuse_same_names(folders)
    cells, replayed = {}, {}
    try:
        for folder in folders:
            setting = ReplaySetting(folder=folder, base_model=base_model)
            for seed in range(1, seeds + 1):
                name = f"{setting.corpus}, seed {seed}"
                cells[name] = (
                    kept_sequence(setting, seed, out, last=last)
                    if kept
                    else make_sequence(setting, seed, out, to_stderr, last=last)
                )
                replayed[name] = replay(cells[name], RULES)
    except NerloopError as error:
        raise click.ClickException(str(error)) from error
    report = render(cells, replayed, simulate(RULES), code=code_state("nerloop"))
    write_atomically(out / REPLAY / "policy-replay.md", report.encode())
    click.echo(report)


if __name__ == "__main__":
    main()
