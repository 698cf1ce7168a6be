import io

from rich.console import Console

from ner.crossval.crossval import Pair
from ner.training.progress import Stage, TrainingProgress
from server.cli.crossval.crossval_display import CrossvalDisplay

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
        "This training takes about 2 minutes, all 5 trainings about 10 minutes, less if one"
    )
    assert lines[2:] == [
        "Fold 1 of 5 with bundled: done in 100 seconds; about 5 minutes left",
        "Fold 2 of 5 with bundled (training 2 of 5)",
        "Fold 2 of 5 with bundled: done in 100 seconds; about 5 minutes left",
    ]


def test_trainings_that_do_not_validate_have_no_early_end_and_a_line_for_each_checkpoint() -> None:
    messages = console()
    with CrossvalDisplay(messages, validates=False) as display:
        listen = display.training(pair(1))
        listen(ESTIMATE)
        listen(TrainingProgress(stage=Stage.CHECKPOINT, step=10, steps=60, loss=0.5))
    _, estimate, line = written(messages).splitlines()
    assert "10 minutes. After an interruption" in estimate
    assert line == "step 10 of 60: loss 0.500"


def test_a_kept_result_is_named_and_after_the_last_pair_no_time_is_left() -> None:
    messages = console()
    with CrossvalDisplay(messages) as display:
        display.finished(pair(5), seconds=100.0, found=True, seconds_left=0.0)
    assert written(messages) == "Fold 5 of 5 with bundled: kept from an earlier run\n"


def test_the_bar_is_removed_when_the_display_is_left_during_a_training() -> None:
    messages = console(terminal=True)
    with CrossvalDisplay(messages) as display:
        display.training(pair(1))(
            TrainingProgress(stage=Stage.TRAINING, step=3, steps=60, loss=0.5)
        )
    assert "loss 0.500" in written(messages)
    assert written(messages).endswith("\x1b[?25h\r\x1b[1A\x1b[2K")  # shows the cursor again
