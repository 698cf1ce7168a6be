"""Scores as a table on the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from ner.scoring.evaluation import Confusion, PrecisionRecallF1, Scores
from worker.wording import counted


def print_scores(scores: Scores, console: Console) -> None:
    """Prints strict and partial scores, the interval, and which labels were confused."""
    console.print(_figures_table(scores))
    console.print(_summary(scores), highlight=False, soft_wrap=True)
    confused = _confused(scores.confusion)
    if confused:
        console.print(f"Right offsets, wrong label: {', '.join(confused)}", markup=False)


def _figures_table(scores: Scores) -> Table:
    table = Table(
        "label", *_numeric("precision", "recall", "F1", "partial F1", "gold", "predicted")
    )
    for label, figures in scores.strict.labels.items():
        table.add_row(escape(label), *_cells(figures, scores.partial.labels[label].f1))
    table.add_section()
    table.add_row("micro", *_cells(scores.strict.micro, scores.partial.micro.f1), style="bold")
    table.add_row("macro", *_cells(scores.strict.macro, scores.partial.macro.f1))
    return table


def _summary(scores: Scores) -> str:
    size = f"{counted(scores.documents, 'document')}, {counted(scores.spans, 'gold span')}"
    interval = scores.interval
    if interval is None:
        return size
    return (
        f"{size}; {interval.level:.0%} interval of the strict F1: "
        f"{interval.low:.3f} to {interval.high:.3f}"
    )


def _confused(confusion: Confusion) -> list[str]:
    return [
        f"{gold} as {predicted} {count}×"
        for gold, row in confusion.pairs.items()
        for predicted, count in row.items()
        if gold != predicted
    ]


def _numeric(*headers: str) -> list[Column]:
    return [Column(header, justify="right") for header in headers]


def _cells(figures: PrecisionRecallF1, partial_f1: float) -> tuple[str, ...]:
    rates = (figures.precision, figures.recall, figures.f1, partial_f1)
    return (*(f"{rate:.3f}" for rate in rates), str(figures.support), str(figures.predicted))
