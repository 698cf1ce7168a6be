"""F1 on dev after training on 10, 25, 50 … documents: a table and a plot.

    .venv/bin/python -m benchmarks.learning_curve CORPUS_FOLDER… [--seeds 3] [--large-seeds 1]

The documents of a smaller step are among those of the larger ones; each seed draws others. Cells
are kept as those of `benchmarks.quality` are; those of all documents are the same cells.
"""

from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.cells.cell import LEARNING_CURVE, CellJob
from benchmarks.cells.code_state import code_state
from benchmarks.cells.keys import BUNDLED
from benchmarks.cells.running import look_up, make_cells, refuse_same_names
from benchmarks.corpora import read_folder
from benchmarks.job_process import to_stderr
from benchmarks.learning_curve.plot import curves_of, draw
from benchmarks.learning_curve.table import render
from benchmarks.quality import COUNT, FOLDER, OUT, RESULTS
from benchmarks.recipes.catalogue import find_recipe
from ner.errors import NerloopError
from ner.files import write_atomically

SIZES = (10, 25, 50, 100, 200)


@click.command()
@click.argument("folders", nargs=-1, required=True, metavar="CORPUS_FOLDER...", type=FOLDER)
@click.option(
    "--recipe", default="nerloop", show_default=True, help="As benchmarks.quality names them."
)
@click.option(
    "--size",
    "sizes",
    multiple=True,
    type=COUNT,
    default=SIZES,
    show_default=True,
    help="Documents of a step; once for each. The last step has all documents.",
)
@click.option("--seeds", default=3, show_default=True, type=COUNT, help="Of each step.")
@click.option(
    "--large-seeds",
    type=COUNT,
    help="Seeds of the steps from --large on; further ones are shown if they are kept. "
    "[default: as --seeds]",
)
@click.option(
    "--large",
    default=200,
    show_default=True,
    type=COUNT,
    help="Documents from which on a step counts as large.",
)
@click.option("--base-model", default=BUNDLED, show_default=True, help="For all trainings.")
@click.option("--out", default=RESULTS, type=OUT, help="Where cells, table and plot are kept.")
def main(
    folders: tuple[Path, ...],
    recipe: str,
    sizes: tuple[int, ...],
    seeds: int,
    large_seeds: int | None,
    large: int,
    base_model: str,
    out: Path,
) -> None:
    """Make the cells that are missing, then print and write the table and draw the plot."""
    refuse_same_names(folders)
    name = find_recipe(recipe).name
    steps = [*sorted({*sizes}), None]
    try:
        jobs = [
            CellJob(folder=folder, recipe=name, seed=seed, base_model=base_model, documents=n)
            for folder in folders
            for n in steps_of(steps, len(read_folder(folder).train))
            for seed in range(1, seeds + 1)
        ]
        jobs = wanted(jobs, large, large_seeds or seeds, out)
        cells = make_cells(jobs, out, to_stderr)
    except NerloopError as error:
        raise click.ClickException(str(error)) from error
    report = render(steps, jobs, cells, code=code_state)
    folder = out / LEARNING_CURVE
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / f"{LEARNING_CURVE}.md", report.encode())
    write_atomically(folder / f"{LEARNING_CURVE}.png", draw(curves_of(cells)))
    click.echo(report)


def steps_of(steps: Sequence[int | None], available: int) -> list[int | None]:
    """The steps without those that have all `available` documents, except the last, None."""
    return [step for step in steps if step is None or step < available]


def wanted(jobs: Sequence[CellJob], large: int, large_seeds: int, out: Path) -> list[CellJob]:
    """The jobs, but of large steps only `large_seeds` seeds and those whose cells are kept."""
    kept = {planned.job for planned in look_up(jobs, out) if planned.cell}
    return [
        job
        for job in jobs
        if job.seed <= large_seeds
        or (job.documents is not None and job.documents < large)
        or job in kept
    ]


if __name__ == "__main__":
    main()
