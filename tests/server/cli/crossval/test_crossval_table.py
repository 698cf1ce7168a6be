import io

import pytest
from rich.console import Console

from ner.crossval.report import BaseModelComparison, CrossvalReport, ModelResult, Spread
from ner.scoring.bootstrap import PairedInterval
from ner.scoring.evaluation import evaluate
from ner.spans import Document, Span
from server.cli.crossval.crossval_table import print_report

GOLD = [Document("x y", (Span(0, 1, "[a]"), Span(2, 3, "B")))] * 4


def model(name: str, correct: int) -> ModelResult:
    spread = Spread(mean=correct / 4, sd=0.25, folds=2)
    spans = [document.spans if i < correct else () for i, document in enumerate(GOLD)]
    return ModelResult(
        base_model=name,
        micro=spread,
        labels={"[a]": spread, "B": Spread(mean=correct / 4, sd=None, folds=1)},
        pooled=evaluate(GOLD, spans),
        seconds=60,
    )


def report(low: float, high: float) -> str:
    difference = PairedInterval(difference=(low + high) / 2, low=low, high=high, level=0.95)
    messages = Console(file=io.StringIO(), width=160)
    print_report(
        CrossvalReport(
            fingerprint="f",
            documents=4,
            folds=2,
            models=(model("one", 2), model("[two]", 4)),
            comparisons=(
                BaseModelComparison(base_model="[two]", against="one", difference=difference),
            ),
        ),
        messages,
    )
    assert isinstance(messages.file, io.StringIO)
    return messages.file.getvalue()


def test_the_table_has_mean_and_deviation_by_label_and_model() -> None:
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in report(0, 1).splitlines()]
    assert ["[a]", "4", "0.500 ± 0.250", "1.000 ± 0.250"] in rows
    assert ["B", "4", "0.500", "1.000"] in rows
    assert ["micro", "8", "0.500 ± 0.250", "1.000 ± 0.250"] in rows
    assert any(row[:2] == ["pooled", "8"] and row[3] == "1.000 (1.000 to 1.000)" for row in rows)
    assert "[two]" in report(0, 1).splitlines()[1]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.02, 0.04, "+0.030, 95% interval +0.020 to +0.040: [two] is better"),
        (-0.04, -0.02, "-0.030, 95% interval -0.040 to -0.020: [two] is worse"),
        (-0.01, 0.03, "+0.010, 95% interval -0.010 to +0.030: these documents show no difference"),
    ],
)
def test_a_base_model_is_better_or_worse_only_if_the_interval_excludes_zero(
    low: float, high: float, words: str
) -> None:
    assert f"[two] against one: {words}" in report(low, high)
