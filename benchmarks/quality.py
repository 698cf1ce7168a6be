"""Trains recipes on corpora, one after the other, and compares their F1, time and memory.

    .venv/bin/python -m benchmarks.quality CORPUS_FOLDER… --recipe trainer-plain --recipe nerloop

Each folder holds train.jsonl and dev.jsonl, offsets in code points. Each cell of the table (a
corpus, a recipe, a seed) is trained in a process of its own and, when finished, kept in a JSONL
file beside the table: the same command continues where a run was cut off. Run it on an otherwise
idle machine.
"""

from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.cells.cell import Cell, CellJob, cell_file, is_current
from benchmarks.cells.code_state import code_state
from benchmarks.cells.keys import BUNDLED
from benchmarks.cells.running import make_cells, refuse_same_names
from benchmarks.cells.tables import corpus_report
from benchmarks.job_process import to_stderr
from benchmarks.recipes.catalogue import RECIPES, find_recipe
from ner.errors import NerloopError
from ner.files import write_atomically

RESULTS = Path(__file__).parent / "results"
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
OUT = click.Path(file_okay=False, path_type=Path)
COUNT = click.IntRange(min=1)


@click.command()
@click.argument("folders", nargs=-1, required=True, metavar="CORPUS_FOLDER...", type=FOLDER)
@click.option(
    "--recipe",
    "recipes",
    multiple=True,
    required=True,
    metavar="RECIPE[+PARAMETER=VALUE...]",
    help=f"One or more of {', '.join(recipe.name for recipe in RECIPES)}, in the table's order.",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="PARAMETER=VALUE",
    help="Change a parameter of every recipe named; the cells are named after it.",
)
@click.option("--seeds", default=3, show_default=True, type=COUNT, help="Of each recipe.")
@click.option("--base-model", default=BUNDLED, show_default=True, help="For all recipes.")
@click.option(
    "--valid",
    type=click.FloatRange(0, 0.5, min_open=True),
    help="Leave dev.jsonl alone: set this share of train.jsonl aside and report on it. For "
    "choosing between settings.",
)
@click.option("--out", default=RESULTS, type=OUT, help="Where cells and tables are kept.")
def main(
    folders: tuple[Path, ...],
    recipes: tuple[str, ...],
    changes: tuple[str, ...],
    seeds: int,
    base_model: str,
    valid: float | None,
    out: Path,
) -> None:
    """Make the cells that are missing, then print and write a table for each corpus."""
    refuse_same_names(folders)
    names = dict.fromkeys(find_recipe(recipe, changes).name for recipe in recipes)
    jobs = [
        CellJob(folder=folder, recipe=name, seed=seed, base_model=base_model, valid=valid)
        for folder in folders
        for name in names
        for seed in range(1, seeds + 1)
    ]
    try:
        cells = make_cells(jobs, out, to_stderr)
    except NerloopError as error:
        raise click.ClickException(str(error)) from error
    for corpus, path in {job.corpus: job.path(out) for job in jobs}.items():
        measured = [cell for cell in cells if cell.corpus == corpus]
        report = corpus_report(corpus, with_earlier(measured, path), code=code_state)
        write_atomically(path.with_suffix(".md"), report.encode())
        click.echo(report)


def with_earlier(cells: Sequence[Cell], path: Path) -> list[Cell]:
    """The cells, then those in the file that earlier commands measured on the same documents.

    Left out are cells whose recipe has changed since, and other seeds of a title among `cells`
    that have another base model, so that a row of the table is of one recipe and one model.
    """
    first = cells[0].key
    given = {cell.identity for cell in cells}
    base_models = {cell.title: cell.key["base_model"] for cell in cells}
    same = ("format", "train", "dev", "valid", "libraries")
    earlier = [
        cell
        for cell in cell_file(path).read()
        if cell.identity not in given
        and all(cell.key.get(name) == first[name] for name in same)
        and base_models.get(cell.title) in (None, cell.key["base_model"])
        and is_current(cell)
    ]
    return [*cells, *earlier]


if __name__ == "__main__":
    main()
