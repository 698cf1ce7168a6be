"""The progress of a cross-validation on the terminal: the current training and the time left."""

from dataclasses import replace
from types import TracebackType

from rich.console import Console

from ner.crossval.crossval import Pair
from ner.training.progress import Listener, Stage, TrainingProgress
from server.cli.corpus_options import say
from server.cli.tagger.training_display import TrainingDisplay
from worker.wording import in_words


class CrossvalDisplay:
    """Shows the progress of a cross-validation, with a `TrainingDisplay` for each training."""

    def __init__(self, console: Console, *, validates: bool = True) -> None:
        self._console = console
        self._validates = validates
        self._display: TrainingDisplay | None = None
        self._has_finished_one = False

    def __enter__(self) -> "CrossvalDisplay":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close(kind, error, traceback)

    def training(self, pair: Pair) -> Listener:
        """Announces the pair and returns a listener that shows its training."""
        say(self._console, f"{_name(pair)} (training {pair.number} of {pair.pairs})")
        display = self._display = TrainingDisplay(self._console, validates=self._validates)
        display.__enter__()

        def listen(progress: TrainingProgress) -> None:
            if progress.stage is Stage.ESTIMATE:
                # The display's own estimate is for this training alone.
                self._estimate(pair, progress)
                progress = replace(progress, stage=Stage.TRAINING)
            display(progress)

        return listen

    def finished(self, pair: Pair, *, seconds: float, found: bool, seconds_left: float) -> None:
        """Prints that the pair is done, and the time left for all of them."""
        self._close()
        self._has_finished_one = True
        how = "kept from an earlier run" if found else f"done in {in_words(seconds)}"
        left = f"; about {in_words(seconds_left)} left" if pair.number < pair.pairs else ""
        say(self._console, f"{_name(pair)}: {how}{left}")

    def _estimate(self, pair: Pair, progress: TrainingProgress) -> None:
        if self._has_finished_one or progress.seconds_left is None:
            return
        trainings = pair.pairs - pair.number + 1
        less = ", less if one stops improving early" if self._validates else ""
        say(
            self._console,
            f"This training takes about {in_words(progress.seconds_left)}, all {trainings} "
            f"trainings about {in_words(trainings * progress.seconds_left)}{less}. "
            "After an interruption the same command continues from there.",
        )

    def _close(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        if self._display:
            self._display.__exit__(kind, error, traceback)
            self._display = None


def _name(pair: Pair) -> str:
    return f"Fold {pair.fold} of {pair.folds} with {pair.base_model}"
