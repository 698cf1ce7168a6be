"""The table of a learning curve."""

from collections.abc import Sequence
from itertools import chain

from benchmarks.cells.cell import Cell, CellJob
from benchmarks.cells.tables import Code, footnotes, markdown, mean_and_sd


def render(
    steps: Sequence[int | None], jobs: Sequence[CellJob], cells: Sequence[Cell], *, code: Code
) -> str:
    """Markdown with a row for each step; for each corpus, F1 and the number of seeds."""
    corpora = list(dict.fromkeys(job.corpus for job in jobs))
    values: dict[tuple[str, int | None], list[float]] = {}
    for job, cell in zip(jobs, cells, strict=True):
        values.setdefault((job.corpus, job.documents), []).append(cell.figures.strict)
    whole = {cell.corpus: cell.documents for cell in cells}
    columns = [(f"{corpus} (all: {whole[corpus]})", "seeds") for corpus in corpora]
    table = markdown(
        ["documents", *chain.from_iterable(columns)],
        [
            [
                str(step or "all"),
                *chain.from_iterable(_f1(values.get((corpus, step), [])) for corpus in corpora),
            ]
            for step in steps
        ],
    )
    head = f"## Learning curve\n\nStrict F1 on dev, recipe {jobs[0].title}."
    return "\n\n".join([head, table, *footnotes(cells, code=code)]) + "\n"


def _f1(values: Sequence[float]) -> tuple[str, str]:
    return (mean_and_sd(values), str(len(values))) if values else ("", "")
