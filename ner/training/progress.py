"""Progress events of a training."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Stage(StrEnum):
    """The stage of a training. ESTIMATE comes once, before the first step, with its duration.

    EXPORTING follows on DONE where the model is exported for OpenVINO.
    """

    PREPARING = "preparing"
    ESTIMATE = "estimate"
    TRAINING = "training"
    VALIDATION = "validation"
    CHECKPOINT = "checkpoint"
    SAVING = "saving"
    DONE = "done"
    EXPORTING = "exporting"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingProgress:
    """One event. `step` of `steps` optimizer steps are done.

    `loss` is the latest mean over some steps, `f1` the latest strict micro F1 on the validation
    part and `best_f1` the best so far; each is None before the first. `seconds` have passed since
    the training was called, and about `seconds_left` remain: fewer if it stops early, None when not
    yet known.
    """

    stage: Stage
    step: int = 0
    steps: int = 0
    epoch: float = 0.0
    epochs: int = 0
    loss: float | None = None
    f1: float | None = None
    best_f1: float | None = None
    seconds: float = 0.0
    seconds_left: float | None = None


Listener: TypeAlias = Callable[[TrainingProgress], None]


def ignore(progress: TrainingProgress) -> None:
    """A listener that does nothing."""
