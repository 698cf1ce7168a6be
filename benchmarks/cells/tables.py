"""Markdown tables of cells: means over seeds, with standard deviations."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TypeAlias

from benchmarks.cells.cell import Cell
from benchmarks.measuring.machine import Machine

# Gives the present hash of a recipe's code.
Code: TypeAlias = Callable[[str], str]
# The recipe that the others are compared with.
BASELINE = "trainer-plain"
_HEAD = (
    *("recipe", "seeds", "strict F1", "partial F1", "training", "time", "tokens/s", "speed"),
    *("validating", "peak memory"),
)
_COMPARED = (
    f"*Time* and *speed* are against {BASELINE} on the same base model and machine. Training times "
    "and tokens/s of several machines are given from the least to the most."
)


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one recipe on one corpus, one for each seed."""

    title: str
    cells: tuple[Cell, ...]

    @property
    def machines(self) -> set[Machine]:
        """The machines that the cells were measured on."""
        return {cell.machine for cell in self.cells}

    def on(self, machine: Machine) -> "Row":
        """The row with only the cells of one machine."""
        return Row(self.title, tuple(cell for cell in self.cells if cell.machine == machine))

    def mean(self, figure: Callable[[Cell], float]) -> float:
        """The mean over seeds."""
        return fmean(map(figure, self.cells))

    def spread(self, figure: Callable[[Cell], float]) -> str:
        """The mean with, of several seeds, the standard deviation."""
        return mean_and_sd([figure(cell) for cell in self.cells])


def mean_and_sd(values: Sequence[float]) -> str:
    """``0.841 ± 0.008``; without a deviation when there is a single value."""
    deviation = f" ± {stdev(values):.3f}" if len(values) > 1 else ""
    return f"{fmean(values):.3f}{deviation}"


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; all columns but the first are aligned to the right."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *rows))


def corpus_report(corpus: str, cells: Sequence[Cell], *, code: Code) -> str:
    """A table of recipes, one of labels, then machines, libraries and base models.

    Names the cells that were measured with other code than the recipe has now.
    """
    rows = _rows(cells)
    parts = [f"## {corpus}", _recipes(rows), _COMPARED]
    labels = sorted({label for cell in cells for label in cell.figures.labels})
    if len(labels) > 1:
        parts += ["Strict F1 by label:", _labels(rows, labels)]
    parts += footnotes(cells, code=code)
    return "\n\n".join(parts) + "\n"


def footnotes(cells: Sequence[Cell], *, code: Code) -> list[str]:
    """Base models, machines and libraries of the cells, and which cells are of older code."""
    states = {recipe: code(recipe) for recipe in {cell.recipe for cell in cells}}
    return provenance(
        base_models=[cell.base_model for cell in cells],
        machines=[cell.machine for cell in cells],
        libraries=[cell.libraries for cell in cells],
        old=[
            f"{cell.title} (seed {cell.seed})" for cell in cells if cell.code != states[cell.recipe]
        ],
    )


def provenance(
    *,
    base_models: Iterable[str],
    machines: Iterable[Machine],
    libraries: Iterable[Mapping[str, str]],
    old: Iterable[str],
) -> list[str]:
    """The footnotes, each value once; `old` names the figures of older code."""
    names = ", ".join(sorted({*base_models}))
    measured_on = "; ".join(sorted({str(machine) for machine in machines}))
    versions = {", ".join(f"{name} {v}" for name, v in each.items()) for each in libraries}
    lines = [f"Base model: {names}. Measured on {measured_on}; with {'; '.join(sorted(versions))}."]
    if titles := sorted({*old}):
        lines.append(f"Measured before the code last changed: {', '.join(titles)}.")
    return lines


def _rows(cells: Iterable[Cell]) -> list[Row]:
    by_title: dict[str, list[Cell]] = {}
    for cell in cells:
        by_title.setdefault(cell.title, []).append(cell)
    return [
        Row(title, tuple(sorted(group, key=lambda cell: cell.seed)))
        for title, group in by_title.items()
    ]


def _recipes(rows: Sequence[Row]) -> str:
    baselines = {
        row.cells[0].base_model: row for row in rows if row.title.split("@")[0] == BASELINE
    }
    return markdown(_HEAD, [_recipe(row, baselines.get(row.cells[0].base_model)) for row in rows])


def _recipe(row: Row, baseline: Row | None) -> list[str]:
    return [
        row.title,
        ", ".join(str(cell.seed) for cell in row.cells),
        row.spread(lambda cell: cell.figures.strict),
        row.spread(lambda cell: cell.figures.partial),
        f"{_by_machine(row, lambda cell: cell.seconds)} s",
        _ratio(row, baseline, lambda cell: cell.seconds),
        _by_machine(row, lambda cell: cell.tokens_per_second),
        _ratio(row, baseline, lambda cell: cell.tokens_per_second),
        f"{row.mean(lambda cell: cell.validation_seconds):,.0f} s",
        _memory(row),
    ]


def _by_machine(row: Row, figure: Callable[[Cell], float]) -> str:
    """The mean; of several machines, the smallest and the largest of their means."""
    means = sorted(row.on(machine).mean(figure) for machine in row.machines)
    return " to ".join(dict.fromkeys(f"{mean:,.0f}" for mean in (means[0], means[-1])))


def _ratio(row: Row, baseline: Row | None, figure: Callable[[Cell], float]) -> str:
    """The ratio to the baseline on the same machine, averaged over machines; empty without one."""
    if baseline is None:
        return ""
    shared = row.machines & baseline.machines
    ratios = [row.on(each).mean(figure) / baseline.on(each).mean(figure) for each in shared]
    return f"{fmean(ratios):.2f} ×" if ratios else ""


def _memory(row: Row) -> str:
    main = f"{max(cell.peak_memory_mib for cell in row.cells):,.0f} MiB"
    device = max(cell.peak_device_mib or 0.0 for cell in row.cells)
    return f"{main} + {device:,.0f} MiB on the accelerator" if device else main


def _labels(rows: Sequence[Row], labels: Sequence[str]) -> str:
    return markdown(
        ["recipe", *labels],
        [
            [
                row.title,
                *(
                    mean_and_sd([c.figures.labels.get(label, 0.0) for c in row.cells])
                    for label in labels
                ),
            ]
            for row in rows
        ],
    )
