"""A training on the terminal: an estimate, a bar with loss, F1 and time left, and a report."""

from collections.abc import Mapping, Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bar

from ner.engines.precisions import PrecisionCheck, candidates
from ner.engines.processor import processor_kind
from ner.training.progress import Stage, TrainingProgress
from ner.training.report import TrainingReport
from server.cli.corpus_options import say
from worker.wording import in_words

_STAGES = {
    Stage.PREPARING: "Reading the base model and the documents",
    Stage.ESTIMATE: "Training",
    Stage.TRAINING: "Training",
    Stage.VALIDATION: "Validating",
    Stage.CHECKPOINT: "Saving a checkpoint",
    Stage.SAVING: "Saving the model",
    Stage.DONE: "Done",
    Stage.EXPORTING: "Exporting for OpenVINO",
}


class TrainingDisplay:
    """Shows the progress of a training.

    Without a terminal it prints a line for each validation instead of a bar, or a line for each
    checkpoint if the training does not validate.
    """

    def __init__(self, console: Console, *, validates: bool = True) -> None:
        self._console = console
        self._validates = validates
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(_STAGES[Stage.PREPARING], total=None, figures="")

    def __enter__(self) -> "TrainingDisplay":
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, progress: TrainingProgress) -> None:
        """Shows one event."""
        if progress.stage is Stage.ESTIMATE:
            say(self._console, _estimate(progress, stops_early=self._validates))
        figures = _figures(progress)
        self._bar.update(
            self._task,
            description=_STAGES[progress.stage],
            completed=progress.step,
            total=progress.steps or None,
            figures=figures,
        )
        line = Stage.VALIDATION if self._validates else Stage.CHECKPOINT
        if progress.stage is line and not self._console.is_terminal:
            say(self._console, f"step {progress.step} of {progress.steps}: {figures}")


def say_report(report: TrainingReport, console: Console) -> None:
    """Prints the result of a training, and counts of the spans that it could not learn exactly."""
    trained = report.documents - report.validation_documents - report.passed_over
    kept = f"kept step {report.best_step} of {report.steps}"
    if report.validation_f1 is None:
        asked = report.parameters.get("validation_share")
        why = "too few documents" if asked else "no documents set aside"
        chosen = f"{kept}, without validation ({why})"
    else:
        chosen = (
            f"{kept}, the best on {report.validation_documents} validation documents "
            f"(strict F1 {report.validation_f1:.3f})"
        )
    took = in_words(report.seconds)
    say(console, f"Trained on {trained} documents, {report.windows} windows, in {took}: {chosen}")
    if report.passed_over:
        known = f"{report.passed_over} of the {report.documents} documents"
        say(console, f"Left out: {known}, on which {report.parent} was trained before")
    _say_spans("Spans that could not be learned", report.dropped, console)
    _say_spans(
        "Spans that end inside a token, trained with the whole token", report.inexact, console
    )


def say_precision(checks: Sequence[PrecisionCheck], console: Console) -> None:
    """Prints in which precision predictions are computed, and what it changes."""
    chosen = next(iter(candidates(checks, processor_kind())), None)
    if chosen is None:
        say(console, "Predictions are computed by torch in float32")
    else:
        check = next(check for check in checks if check.precision == chosen)
        say(
            console,
            f"Predictions are computed by OpenVINO in {chosen}, with {check.identical:.1%} of "
            f"{check.spans} spans as torch has them",
        )
    for check in checks:
        if not check.passed:
            why = check.problem or f"{check.identical:.1%} of the spans are as torch has them"
            say(console, f"{check.precision} is not used: {why}")


def _estimate(progress: TrainingProgress, *, stops_early: bool) -> str:
    left = "" if progress.seconds_left is None else f"about {in_words(progress.seconds_left)} for "
    resumed = f", continuing after step {progress.step}" if progress.step else ""
    less = ", less if it stops improving early" if stops_early else ""
    return (
        f"Training takes {left}{progress.steps} steps in {progress.epochs} epochs{resumed}{less}. "
        "After an interruption the same command continues from there."
    )


def _figures(progress: TrainingProgress) -> str:
    parts = []
    if progress.loss is not None:
        parts.append(f"loss {progress.loss:.3f}")
    if progress.f1 is not None:
        parts.append(f"F1 {progress.f1:.3f}")
    if progress.best_f1 is not None:
        parts.append(f"best {progress.best_f1:.3f}")
    if progress.seconds_left is not None:
        parts.append(f"{in_words(progress.seconds_left)} left")
    return ", ".join(parts)


def _say_spans(what: str, counts: Mapping[str, int], console: Console) -> None:
    if counts:
        listed = ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
        say(console, f"{what}: {listed}")
