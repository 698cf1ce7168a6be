import io

import pytest
from rich.console import Console

from ner.crossval.crossval import Pair
from ner.crossval.report import BaseModelComparison, CrossvalReport, ModelResult, Spread
from ner.scoring.bootstrap import PairedInterval
from ner.scoring.evaluation import evaluate
from ner.spans import Document, Span
from ner.training.progress import Stage, TrainingProgress
from server.cli.crossval.crossval_display import CrossvalDisplay
from server.cli.crossval.crossval_table import print_report

ESTIMATE = TrainingProgress(stage=Stage.ESTIMATE, steps=60, epochs=6, seconds_left=120.0)


def console(*, terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=160)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def pair(number: int) -> Pair:
    return Pair(base_model="bundled", fold=number, folds=5, number=number, pairs=5)


def test_each_training_is_announced_and_the_first_estimate_is_for_all() -> None:
    messages = console()
    with CrossvalDisplay(messages) as display:
        for number in (1, 2):
            display.training(pair(number))(ESTIMATE)
            display.finished(pair(number), seconds=100.0, found=False, seconds_left=300.0)
    lines = written(messages).splitlines()
    assert lines[0] == "Fold 1 of 5 with bundled (training 1 of 5)"
    assert lines[1].startswith(
        "This training takes about 2 minutes, the 5 of them 10 minutes, less where"
    )
    assert lines[2:] == [
        "Fold 1 of 5 with bundled: done in 100 seconds; about 5 minutes left",
        "Fold 2 of 5 with bundled (training 2 of 5)",
        "Fold 2 of 5 with bundled: done in 100 seconds; about 5 minutes left",
    ]


def test_trainings_that_do_not_validate_promise_no_early_end_and_tell_of_checkpoints() -> None:
    messages = console()
    with CrossvalDisplay(messages, validates=False) as display:
        listen = display.training(pair(1))
        listen(ESTIMATE)
        listen(TrainingProgress(stage=Stage.CHECKPOINT, step=10, steps=60, loss=0.5))
    _, estimate, line = written(messages).splitlines()
    assert "10 minutes. After an interruption" in estimate
    assert line == "step 10 of 60: loss 0.500"


def test_what_was_kept_is_said_and_after_the_last_nothing_is_left() -> None:
    messages = console()
    with CrossvalDisplay(messages) as display:
        display.finished(pair(5), seconds=100.0, found=True, seconds_left=0.0)
    assert written(messages) == "Fold 5 of 5 with bundled: kept from an earlier call\n"


def test_the_bar_goes_when_the_display_is_left_in_the_middle() -> None:
    messages = console(terminal=True)
    with CrossvalDisplay(messages) as display:
        display.training(pair(1))(
            TrainingProgress(stage=Stage.TRAINING, step=3, steps=60, loss=0.5)
        )
    assert "loss 0.500" in written(messages)
    assert written(messages).endswith("\x1b[?25h\r\x1b[1A\x1b[2K")  # the cursor is back


GOLD = [Document("x y", (Span(0, 1, "[a]"), Span(2, 3, "B")))] * 4


def model(name: str, found: int) -> ModelResult:
    spread = Spread(mean=found / 4, sd=0.25, folds=2)
    spans = [document.spans if i < found else () for i, document in enumerate(GOLD)]
    return ModelResult(
        base_model=name,
        micro=spread,
        labels={"[a]": spread, "B": Spread(mean=found / 4, sd=None, folds=1)},
        pooled=evaluate(GOLD, spans),
        seconds=60,
    )


def report(low: float, high: float) -> str:
    difference = PairedInterval(difference=(low + high) / 2, low=low, high=high, level=0.95)
    messages = console()
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
    return written(messages)


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
def test_a_difference_is_told_as_one_when_the_interval_leaves_out_zero(
    low: float, high: float, words: str
) -> None:
    assert f"[two] against one: {words}" in report(low, high)
