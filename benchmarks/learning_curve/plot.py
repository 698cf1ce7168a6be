"""The plot of a learning curve."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from statistics import fmean, stdev

from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from benchmarks.cells.cell import Cell

# The least ratio of two ticks whose labels do not overlap.
TICK_RATIO = 1.2


@dataclass(frozen=True, slots=True)
class Point:
    """A number of documents, the mean strict F1 and its standard deviation over seeds."""

    documents: float
    f1: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of one corpus."""

    corpus: str
    points: tuple[Point, ...]


def curves_of(cells: Sequence[Cell]) -> list[Curve]:
    """A curve for each corpus, with a point for each number of documents that was asked for."""
    by_corpus: dict[str, dict[object, list[Cell]]] = {}
    for cell in cells:
        step = cell.key["documents"]
        by_corpus.setdefault(cell.corpus, {}).setdefault(step, []).append(cell)
    return [
        Curve(corpus, tuple(_point(group) for group in groups.values()))
        for corpus, groups in by_corpus.items()
    ]


def draw(curves: Sequence[Curve]) -> bytes:
    """The curves as a PNG: F1 over documents on a logarithmic scale, bars for the deviations."""
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for curve in curves:
        axes.errorbar(
            [point.documents for point in curve.points],
            [point.f1 for point in curve.points],
            yerr=[point.deviation for point in curve.points],
            marker="o",
            capsize=3,
            label=curve.corpus,
        )
    axes.set_xscale("log")
    axes.set_xticks(ticks([round(p.documents) for curve in curves for p in curve.points]))
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.minorticks_off()
    axes.tick_params(axis="x", labelrotation=45)
    axes.set_ylim(0, 1)
    axes.set_xlabel("documents trained on")
    axes.set_ylabel("strict F1 on dev")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=150)
    return picture.getvalue()


def ticks(documents: Iterable[int]) -> list[int]:
    """The numbers whose labels fit, in falling order; of two that are too near, the larger."""
    kept: list[int] = []
    for number in sorted(documents, reverse=True):
        if not kept or number * TICK_RATIO <= kept[-1]:
            kept.append(number)
    return kept


def _point(cells: Sequence[Cell]) -> Point:
    values = [cell.figures.strict for cell in cells]
    return Point(
        fmean(cell.documents for cell in cells),
        fmean(values),
        stdev(values) if len(values) > 1 else 0.0,
    )
