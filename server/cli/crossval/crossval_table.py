"""The result of a cross-validation as a table on the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from ner.crossval.report import BaseModelComparison, CrossvalReport, ModelResult, Spread
from server.cli.corpus_options import say


def print_report(report: CrossvalReport, console: Console) -> None:
    """Prints strict F1 by label and base model, the pooled scores and the comparisons."""
    console.print(_table(report))
    say(
        console,
        f"Strict F1, mean ± standard deviation over {report.folds} folds of {report.documents} "
        "documents; pooled: over all folds at once, with its 95 % interval.",
    )
    for comparison in report.comparisons:
        say(console, _compared(comparison))


def _table(report: CrossvalReport) -> Table:
    gold = {
        label: figures.support for label, figures in report.models[0].pooled.strict.labels.items()
    }
    names = (Column(escape(model.base_model), justify="right") for model in report.models)
    table = Table("label", Column("gold", justify="right"), *names)
    for label in sorted({label for model in report.models for label in model.labels}):
        cells = (_spread(model.labels.get(label)) for model in report.models)
        table.add_row(escape(label), str(gold.get(label, 0)), *cells)
    table.add_section()
    total = str(report.models[0].pooled.spans)
    table.add_row("micro", total, *(_spread(model.micro) for model in report.models), style="bold")
    table.add_row("pooled", total, *map(_pooled, report.models))
    return table


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return ""
    return f"{spread.mean:.3f}" if spread.sd is None else f"{spread.mean:.3f} ± {spread.sd:.3f}"


def _pooled(model: ModelResult) -> str:
    interval = model.pooled.interval
    bounds = f" ({interval.low:.3f} to {interval.high:.3f})" if interval else ""
    return f"{model.pooled.strict.micro.f1:.3f}{bounds}"


def _compared(comparison: BaseModelComparison) -> str:
    interval = comparison.difference
    verdict = "these documents show no difference"
    if interval.low > 0 or interval.high < 0:
        verdict = f"{comparison.base_model} is {'better' if interval.low > 0 else 'worse'}"
    return (
        f"{comparison.base_model} against {comparison.against}: {interval.difference:+.3f}, "
        f"{interval.level:.0%} interval {interval.low:+.3f} to {interval.high:+.3f}: {verdict}"
    )
