"""nerloop's own recipe: `ner.training.training.train`, with predictions as they are served."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from benchmarks.recipes.task import Trained, TrainingTask, Validated
from ner.spans import Span
from ner.tagger import Tagger
from ner.training.options import TrainingOptions
from ner.training.progress import Stage, TrainingProgress
from ner.training.training import train as train_version
from ner.training.versioning import write_version


def train(task: TrainingTask, options: TrainingOptions) -> Trained:
    """Train as `nerloop train` does; the curve is of its validations, if there are any."""
    curve: list[Validated] = []

    def listen(progress: TrainingProgress) -> None:
        if progress.stage is Stage.VALIDATION and progress.f1 is not None:
            curve.append(Validated(progress.seconds, progress.step, progress.f1))

    output = task.folder / "version"
    report = train_version(
        task.documents,
        options=replace(options, base_model=task.base_model, seed=task.seed),
        output=output,
        work_dir=task.folder / "work",
        progress=listen,
    )

    def predict(texts: Sequence[str]) -> list[tuple[Span, ...]]:
        write_version(output, report, created_at=datetime.now(UTC))
        return [prediction.spans for prediction in Tagger.load(output).predict(texts)]

    return Trained(
        predict=predict,
        details={
            "windows": report.windows,
            "steps": report.steps,
            "best_step": report.best_step,
            "validation_f1": report.validation_f1,
            "dropped": dict(report.dropped),
            "inexact": dict(report.inexact),
        },
        curve=tuple(curve),
    )
