"""Callbacks of the Trainer: progress events for a listener, checkpoints, early stopping."""

import dataclasses
import time
from collections.abc import Callable
from typing import Any

from transformers import TrainerCallback

from ner.training.progress import Listener, Stage, TrainingProgress

F1 = "eval_f1"
CHECKPOINT_SECONDS = 30.0


class ReportProgress(TrainerCallback):  # type: ignore[misc]
    """Turns the Trainer's events into `TrainingProgress`.

    An exception of the listener ends the training.
    """

    def __init__(self, listener: Listener, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._listener = listener
        self._clock = clock
        self._called_at = clock()
        self._train_begin = (self._called_at, 0)
        self._latest = TrainingProgress(stage=Stage.PREPARING)

    def emit(self, stage: Stage, **changes: Any) -> None:
        """Sends the latest figures, with these changes, to the listener."""
        seconds = self._clock() - self._called_at
        self._latest = dataclasses.replace(self._latest, stage=stage, seconds=seconds, **changes)
        self._listener(self._latest)

    def on_train_begin(self, _args: Any, state: Any, _control: Any, **_kwargs: Any) -> None:
        self._train_begin = (self._clock(), state.global_step)

    def on_step_end(self, _args: Any, state: Any, _control: Any, **_kwargs: Any) -> None:
        self.emit(
            Stage.TRAINING,
            step=state.global_step,
            epoch=state.epoch,
            seconds_left=self._seconds_left(state),
        )

    def on_log(
        self, _args: Any, _state: Any, _control: Any, logs: dict[str, float], **_kwargs: Any
    ) -> None:
        self._latest = dataclasses.replace(self._latest, loss=logs.get("loss", self._latest.loss))

    def on_evaluate(
        self, _args: Any, state: Any, _control: Any, metrics: dict[str, float], **_kwargs: Any
    ) -> None:
        f1 = metrics[F1]
        best = max(f1, self._latest.best_f1 or 0.0)
        left = self._seconds_left(state)
        self.emit(Stage.VALIDATION, f1=f1, best_f1=best, seconds_left=left)

    def on_save(self, _args: Any, _state: Any, _control: Any, **_kwargs: Any) -> None:
        self.emit(Stage.CHECKPOINT)

    def _seconds_left(self, state: Any) -> float | None:
        """The time of the remaining steps, at the mean speed of those done by this call.

        Validations count towards that speed. Before a step is done it is the last estimate.
        """
        began, first = self._train_begin
        done: int = state.global_step - first
        remaining: int = state.max_steps - state.global_step
        if done < 1:
            return self._latest.seconds_left
        return (self._clock() - began) / done * remaining


class SaveInTime(TrainerCallback):  # type: ignore[misc]
    """Saves a checkpoint `CHECKPOINT_SECONDS` after the last one, besides those that are planned.

    A tenth of the steps takes hours with a large model, and a slow machine, on which a training is
    interrupted again and again, would never come to the first checkpoint.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._saved_at = clock()

    def on_train_begin(self, _args: Any, _state: Any, _control: Any, **_kwargs: Any) -> None:
        self._saved_at = self._clock()

    def on_step_end(self, _args: Any, _state: Any, control: Any, **_kwargs: Any) -> None:
        if self._clock() - self._saved_at >= CHECKPOINT_SECONDS:
            control.should_save = True

    def on_save(self, _args: Any, _state: Any, _control: Any, **_kwargs: Any) -> None:
        self._saved_at = self._clock()


class StopWhenFlat(TrainerCallback):  # type: ignore[misc]
    """Stops after `patience` validations in a row without a better F1.

    Validations before the first F1 above 0 do not count. The F1s are read from the Trainer's own
    history, so that a training that resumes after a kill stops where it would have stopped.
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience

    def on_train_begin(self, _args: Any, state: Any, control: Any, **_kwargs: Any) -> None:
        control.should_training_stop = self._is_flat(state)

    def on_evaluate(self, _args: Any, state: Any, control: Any, **_kwargs: Any) -> None:
        if self._is_flat(state):
            control.should_training_stop = True

    def _is_flat(self, state: Any) -> bool:
        history = [logs[F1] for logs in state.log_history if F1 in logs]
        best = max(history, default=0.0)
        return best > 0 and len(history) - 1 - history.index(best) >= self._patience
