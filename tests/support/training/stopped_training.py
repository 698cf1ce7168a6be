"""A training listener that ends the training at a given step."""

from ner.training.progress import Stage, TrainingProgress


class StoppedError(Exception):
    """Raised by `StopAt`, and by other listeners that end a training."""


class StopAt:
    """Ends a training when `step` steps are done and the checkpoints before it are written."""

    def __init__(self, step: int) -> None:
        self._step = step

    def __call__(self, progress: TrainingProgress) -> None:
        if progress.stage is Stage.TRAINING and progress.step == self._step:
            raise StoppedError
