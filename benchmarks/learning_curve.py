"""F1 on dev after training on 10, 25, 50 … documents: a table and a plot.

    .venv/bin/python -m benchmarks.learning_curve CORPUS_FOLDER… [--seeds 3] [--large-seeds 1]

The documents of a smaller step are among those of the larger ones; each seed draws others. Cells
are kept as those of `benchmarks.quality` are, and those of all documents are the very same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

import click

from benchmarks.cells import Cell, Job
from benchmarks.code_state import code_state
from benchmarks.corpora import read_folder
from benchmarks.curve_plot import Curve, Point, draw
from benchmarks.kept import BUNDLED
from benchmarks.quality import COUNT, FOLDER, OUT, RESULTS
from benchmarks.recipes.catalogue import find_recipe
from benchmarks.running import make_cells, refuse_same_names, to_stderr
from benchmarks.tables import Code, footnotes, markdown, mean_and_sd
from ner.durable import write_atomically
from ner.errors import NerloopError

SIZES = (10, 25, 50, 100, 200)
NAME = "learning-curve"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the curve: so many documents, None being all; so many seeds."""

    documents: int | None
    seeds: int


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
    help="Seeds of the steps from --large on. [default: as --seeds]",
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
    steps = [Step(n, (large_seeds or seeds) if n >= large else seeds) for n in sorted({*sizes})]
    steps.append(Step(None, large_seeds or seeds))
    try:
        jobs = [
            Job(folder=folder, recipe=name, seed=seed, base_model=base_model, documents=n)
            for folder in folders
            for n, seed in steps_of(steps, len(read_folder(folder).train))
        ]
        cells = make_cells(jobs, out, to_stderr)
    except NerloopError as error:
        raise click.ClickException(str(error)) from error
    report = render(steps, jobs, cells, code=code_state)
    (out / NAME).mkdir(parents=True, exist_ok=True)
    write_atomically(out / NAME / f"{NAME}.md", report.encode())
    write_atomically(out / NAME / f"{NAME}.png", draw(curves_of(cells)))
    click.echo(report)


def steps_of(steps: Sequence[Step], available: int) -> list[tuple[int | None, int]]:
    """Documents and seed of each cell; steps as large as the whole corpus are left to the last."""
    return [
        (step.documents, seed)
        for step in steps
        if step.documents is None or step.documents < available
        for seed in range(1, step.seeds + 1)
    ]


def render(steps: Sequence[Step], jobs: Sequence[Job], cells: Sequence[Cell], *, code: Code) -> str:
    """The curve as markdown: a row for each step, a column for each corpus."""
    corpora = list(dict.fromkeys(job.corpus for job in jobs))
    values: dict[tuple[str, int | None], list[float]] = {}
    for job, cell in zip(jobs, cells, strict=True):
        values.setdefault((job.corpus, job.documents), []).append(cell.figures.strict)
    whole = {cell.corpus: cell.documents for cell in cells}
    table = markdown(
        ["documents", "seeds", *(f"{corpus} (all: {whole[corpus]})" for corpus in corpora)],
        [
            [str(step.documents or "all"), str(step.seeds)]
            + [_f1(values.get((corpus, step.documents))) for corpus in corpora]
            for step in steps
        ],
    )
    head = f"## Learning curve\n\nStrict F1 on dev, recipe {jobs[0].title}."
    return "\n\n".join([head, table, *footnotes(cells, code=code)]) + "\n"


def curves_of(cells: Sequence[Cell]) -> list[Curve]:
    """A curve for each corpus; its points lie at the numbers of documents trained on."""
    by_place: dict[str, dict[object, list[Cell]]] = {}
    for cell in cells:
        step = cell.key["documents"]
        by_place.setdefault(cell.corpus, {}).setdefault(step, []).append(cell)
    return [
        Curve(corpus, tuple(_point(group) for group in groups.values()))
        for corpus, groups in by_place.items()
    ]


def _point(cells: Sequence[Cell]) -> Point:
    values = [cell.figures.strict for cell in cells]
    return Point(
        fmean(cell.documents for cell in cells),
        fmean(values),
        stdev(values) if len(values) > 1 else 0.0,
    )


def _f1(values: Sequence[float] | None) -> str:
    return mean_and_sd(values) if values else ""


if __name__ == "__main__":
    main()
