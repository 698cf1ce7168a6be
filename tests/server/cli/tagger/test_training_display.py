import dataclasses
import io

import pytest
from rich.console import Console

from ner.decoding.decoding import Decoding
from ner.engines.precisions import Precision, PrecisionCheck
from ner.engines.processor import processor_kind
from ner.training.progress import Stage, TrainingProgress
from ner.training.report import TrainingReport
from server.cli.tagger.training_display import TrainingDisplay, say_precision, say_report

REPORT = TrainingReport(
    base_model="bundled",
    decoding=Decoding(("LOC",)),
    fingerprint="f",
    parameters={},
    window=384,
    overlap=64,
    documents=100,
    validation_documents=15,
    windows=170,
    steps=60,
    best_step=54,
    loss=0.1,
    validation_f1=0.75,
    dev=None,
    seconds=310.0,
    dropped={"overlaps": 4, "no token": 1},
)


def console(*, terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=120)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_estimate_is_printed_before_the_first_step() -> None:
    messages = console(terminal=False)
    with TrainingDisplay(messages) as display:
        display(TrainingProgress(stage=Stage.ESTIMATE, steps=600, epochs=6, seconds_left=700.0))

    assert "Training takes about 12 minutes for 600 steps in 6 epochs" in written(messages)


def test_a_resumed_training_names_its_step() -> None:
    messages = console(terminal=False)
    with TrainingDisplay(messages) as display:
        display(
            TrainingProgress(stage=Stage.ESTIMATE, step=90, steps=600, epochs=6, seconds_left=60.0)
        )

    assert "continuing after step 90" in written(messages)


def test_without_a_terminal_each_validation_is_a_line() -> None:
    messages = console(terminal=False)
    with TrainingDisplay(messages) as display:
        display(TrainingProgress(stage=Stage.TRAINING, step=9, steps=60, loss=0.5))
        display(TrainingProgress(stage=Stage.VALIDATION, step=10, steps=60, loss=0.5, f1=0.25))

    assert written(messages).splitlines() == ["step 10 of 60: loss 0.500, F1 0.250"]


def test_a_training_that_does_not_validate_has_a_line_for_each_checkpoint() -> None:
    messages = console(terminal=False)
    with TrainingDisplay(messages, validates=False) as display:
        display(TrainingProgress(stage=Stage.ESTIMATE, steps=60, epochs=6, seconds_left=700.0))
        display(TrainingProgress(stage=Stage.CHECKPOINT, step=10, steps=60, loss=0.5))

    estimate, line = written(messages).splitlines()
    assert "early" not in estimate
    assert line == "step 10 of 60: loss 0.500"


@pytest.mark.parametrize(
    ("share", "why"),
    [(0.0, "(no documents set aside)"), (0.15, "(too few documents)")],
)
def test_the_report_says_why_there_was_no_validation(share: float, why: str) -> None:
    messages = console(terminal=False)
    parameters = {"validation_share": share}
    report = dataclasses.replace(REPORT, parameters=parameters, validation_f1=None)
    say_report(report, messages)
    assert f"kept step 54 of 60, without validation {why}" in written(messages)


def test_on_a_terminal_a_bar_shows_loss_f1_and_time_left() -> None:
    messages = console(terminal=True)
    figures = {"loss": 0.5, "f1": 0.25, "best_f1": 0.375, "seconds_left": 600.0}
    with TrainingDisplay(messages) as display:
        display(TrainingProgress(stage=Stage.TRAINING, step=10, steps=60, **figures))  # type: ignore[arg-type]

    assert "loss 0.500, F1 0.250, best 0.375, 10 minutes left" in written(messages)


def test_the_report_says_what_was_chosen_and_what_could_not_be_learned() -> None:
    messages = console(terminal=False)
    say_report(REPORT, messages)

    assert "Trained on 85 documents, 170 windows, in 5 minutes: kept step 54 of 60" in written(
        messages
    )
    assert "15 validation documents (strict F1 0.750)" in written(messages)
    assert "could not be learned: no token 1, overlaps 4" in written(messages)


def test_a_warm_start_counts_the_documents_that_it_did_not_read_again() -> None:
    messages = console(terminal=False)
    report = dataclasses.replace(
        REPORT, validation_documents=0, validation_f1=None, passed_over=60, parent="v0003"
    )
    say_report(report, messages)
    assert "Trained on 40 documents" in written(messages)
    assert "without validation (no documents set aside)" in written(messages)
    assert "Left out: 60 of the 100 documents, on which v0003 was trained before" in written(
        messages
    )


def check(
    precision: Precision, *, passed: bool, seconds: float, identical: float
) -> PrecisionCheck:
    return PrecisionCheck(
        precision=precision,
        processor=processor_kind(),
        passed=passed,
        identical=identical,
        seconds=seconds,
        spans=400,
    )


FLOAT32 = check("fp32", passed=True, seconds=3.0, identical=1.0)
BFLOAT16 = check("bf16", passed=True, seconds=2.0, identical=0.998)
INT8 = check("int8", passed=False, seconds=1.0, identical=0.98)


@pytest.mark.parametrize(
    ("checks", "line"),
    [
        ((), "Predictions are computed by torch in float32\n"),
        (
            (FLOAT32, BFLOAT16),
            "Predictions are computed by OpenVINO in bf16, with 99.8% of 400 spans as torch has "
            "them\n",
        ),
        (
            (FLOAT32, INT8),
            "Predictions are computed by OpenVINO in fp32, with 100.0% of 400 spans as torch has "
            "them\n"
            "int8 is not used: 98.0% of the spans are as torch has them\n",
        ),
        (
            (dataclasses.replace(FLOAT32, passed=False, problem="no rule for aten::x"),),
            "Predictions are computed by torch in float32\nfp32 is not used: no rule for aten::x\n",
        ),
    ],
)
def test_the_precision_is_said_with_what_it_changes(
    checks: tuple[PrecisionCheck, ...], line: str
) -> None:
    output = console(terminal=False)
    say_precision(checks, output)
    assert written(output) == line
