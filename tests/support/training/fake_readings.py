"""Cross-validation folds without a model: readings are the gold, or what a test chooses."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ner.crossval.crossval import Pair
from ner.crossval.fold_readings import Reading
from ner.crossval.span_probability import JudgedSpan
from ner.spans import Document, Span
from ner.training.options import TrainingOptions
from ner.training.progress import Listener, Stage, TrainingProgress

Predict = Callable[[Document, TrainingOptions], Sequence[Span]]


def gold(document: Document, options: TrainingOptions) -> Sequence[Span]:
    """Predicts the gold spans."""
    return document.spans


class FakeFolds:
    """A `ReadFold` that records its calls; its `predict` may raise."""

    def __init__(self, predict: Predict = gold) -> None:
        self.predict = predict
        self.trained: list[tuple[str, tuple[Document, ...], tuple[Document, ...]]] = []
        self.labels: set[tuple[str, ...]] = set()

    def __call__(
        self,
        training: Sequence[Document],
        held_out: Sequence[Document],
        *,
        labels: Sequence[str],
        options: TrainingOptions,
        work_dir: Path,
        progress: Listener,
    ) -> tuple[Reading, ...]:
        work_dir.mkdir(parents=True, exist_ok=True)
        (work_dir / "checkpoint").touch()
        progress(TrainingProgress(stage=Stage.TRAINING, step=1, steps=2))
        readings = tuple(self._read(document, options) for document in held_out)
        self.trained.append((options.base_model, tuple(training), tuple(held_out)))
        self.labels.add(tuple(labels))
        return readings

    def _read(self, document: Document, options: TrainingOptions) -> Reading:
        predicted = self.predict(document, options)
        return Reading(
            tuple(JudgedSpan(span, 0.9, 0.1) for span in predicted),
            tuple(
                JudgedSpan(span, 0.9 if span in predicted else 0.1, 0.5) for span in document.spans
            ),
        )


class Recorder:
    """A `CrossvalListener` that records its calls."""

    def __init__(self) -> None:
        self.events: list[TrainingProgress] = []
        self.begun: list[Pair] = []
        self.done: list[tuple[Pair, float, bool, float]] = []

    def training(self, pair: Pair) -> Listener:
        self.begun.append(pair)
        return self.events.append

    def finished(self, pair: Pair, *, seconds: float, found: bool, seconds_left: float) -> None:
        self.done.append((pair, seconds, found, seconds_left))
