from types import SimpleNamespace

import pytest

from ner.training.callbacks import CHECKPOINT_SECONDS, ReportProgress, SaveInTime, StopWhenFlat
from ner.training.progress import Stage, TrainingProgress


def stops(f1s: list[float], patience: int) -> bool:
    """Whether the training ends after validations with these results."""
    control = SimpleNamespace(should_training_stop=False)
    history = [{"loss": 1.0}, *({"eval_f1": f1} for f1 in f1s)]
    StopWhenFlat(patience).on_evaluate(None, SimpleNamespace(log_history=history), control)
    return control.should_training_stop


@pytest.mark.parametrize(
    ("f1s", "stop"),
    [
        ([0.5, 0.5], False),
        ([0.5, 0.4, 0.5], True),
        ([0.5, 0.4, 0.6], False),
        ([0.0, 0.0, 0.0, 0.0], False),
        ([0.0, 0.0, 0.1, 0.0], False),
        ([], False),
    ],
)
def test_it_stops_after_two_validations_without_a_better_f1_once_anything_is_found(
    f1s: list[float], stop: bool
) -> None:
    assert stops(f1s, patience=2) is stop


def test_a_training_that_had_stopped_early_does_not_continue_when_it_is_resumed() -> None:
    control = SimpleNamespace(should_training_stop=False)
    state = SimpleNamespace(log_history=[{"eval_f1": f1} for f1 in (0.5, 0.4)])
    StopWhenFlat(1).on_train_begin(None, state, control)
    assert control.should_training_stop


def test_the_time_left_is_that_of_the_remaining_steps_at_the_speed_so_far() -> None:
    now = [100.0]
    events: list[TrainingProgress] = []
    report = ReportProgress(events.append, clock=lambda: now[0])
    report.emit(Stage.ESTIMATE, steps=20, seconds_left=7.0)
    now[0] = 110.0
    # Resumed at step 10: the steps before it do not count towards the speed.
    report.on_train_begin(None, SimpleNamespace(global_step=10), None)
    now[0] = 114.0
    report.on_log(None, None, None, logs={"loss": 0.25})
    report.on_step_end(None, SimpleNamespace(global_step=12, max_steps=20, epoch=0.6), None)
    assert events[-1] == TrainingProgress(
        stage=Stage.TRAINING,
        step=12,
        steps=20,
        epoch=0.6,
        loss=0.25,
        seconds=14.0,
        seconds_left=16.0,
    )


def test_the_best_f1_is_remembered() -> None:
    events: list[TrainingProgress] = []
    report = ReportProgress(events.append, clock=lambda: 0.0)
    state = SimpleNamespace(global_step=1, max_steps=2)
    for f1 in (0.4, 0.8, 0.6):
        report.on_evaluate(None, state, None, metrics={"eval_f1": f1})
    assert [(event.f1, event.best_f1) for event in events] == [(0.4, 0.4), (0.8, 0.8), (0.6, 0.8)]


def test_a_checkpoint_is_saved_in_time_after_the_last_one() -> None:
    now = [100.0]
    save = SaveInTime(clock=lambda: now[0])

    def is_saved(seconds: float) -> bool:
        """Whether a step that ends after this time is saved."""
        now[0] += seconds
        control = SimpleNamespace(should_save=False)
        save.on_step_end(None, None, control)
        if control.should_save:
            save.on_save(None, None, control)
        return control.should_save

    now[0] += 1000.0  # the model is loaded
    save.on_train_begin(None, None, None)
    assert not is_saved(CHECKPOINT_SECONDS - 1)
    assert is_saved(1)
    assert not is_saved(CHECKPOINT_SECONDS - 1)
    save.on_save(None, None, None)  # a planned one
    assert not is_saved(CHECKPOINT_SECONDS - 1)
    assert is_saved(1)
