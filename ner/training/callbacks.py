"""What listens to the Trainer: progress for people, and the decision to stop early."""

import dataclasses
import time
from collections.abc import Callable
from typing import Any

from transformers import TrainerCallback

from ner.training.progress import Listener, Stage, TrainingProgress

F1 = "eval_f1"


class ReportProgress(TrainerCallback):  # type: ignore[misc]
    """Turns the Trainer's events into `TrainingProgress`; a listener's error ends the training."""

    def __init__(self, listener: Listener, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._listener = listener
        self._clock = clock
        self._called = clock()
        self._began = (self._called, 0)
        self._latest = TrainingProgress(stage=Stage.PREPARING)

    def tell(self, stage: Stage, **changes: Any) -> None:
        """Reports the latest figures with these changes."""
        seconds = self._clock() - self._called
        self._latest = dataclasses.replace(self._latest, stage=stage, seconds=seconds, **changes)
        self._listener(self._latest)

    def on_train_begin(self, _args: Any, state: Any, _control: Any, **_kwargs: Any) -> None:
        self._began = (self._clock(), state.global_step)

    def on_step_end(self, _args: Any, state: Any, _control: Any, **_kwargs: Any) -> None:
        self.tell(
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
        self.tell(Stage.VALIDATION, f1=f1, best_f1=best, seconds_left=left)

    def on_save(self, _args: Any, _state: Any, _control: Any, **_kwargs: Any) -> None:
        self.tell(Stage.CHECKPOINT)

    def _seconds_left(self, state: Any) -> float | None:
        """As fast as since the beginning, with the validations that were among its steps."""
        began, first = self._began
        done: int = state.global_step - first
        remaining: int = state.max_steps - state.global_step
        if done < 1:
            return self._latest.seconds_left
        return (self._clock() - began) / done * remaining


class StopWhenFlat(TrainerCallback):  # type: ignore[misc]
    """Stops after `patience` validations in a row without a better F1.

    As long as the model finds nothing at all it is given time. Reads the Trainer's own history, so
    that a training that goes on after a kill stops where it would have stopped.
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
