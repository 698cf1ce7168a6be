"""The report of a cross-validation: scores of each base model, and differences between them.

Mean and standard deviation over folds show how much a score depends on the choice of documents to
train and to test on; the pooled score takes the readings of all folds as those of one model. Base
models are compared on the pooled readings by the interval of `ner.scoring.bootstrap.paired` (Koehn
2004, "Statistical significance tests for machine translation evaluation"), the test that promotion
in the loop uses. There is no p value: a 95 % interval without 0 is a difference at the 5 % level,
and it also shows how large the difference may be. It holds for these trainings: another seed would
move it a little, and among many base models one can be ahead by chance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from pydantic import JsonValue, TypeAdapter

from ner.corpus.corpus import fingerprint
from ner.crossval.crossval import CrossValidation
from ner.scoring.bootstrap import PairedInterval, paired
from ner.scoring.evaluation import Scores, evaluate
from ner.spans import Document, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The strict F1 of the folds that have something to score; `folds` is their number.

    `sd` is the sample's standard deviation, None with a single fold.
    """

    mean: float
    sd: float | None
    folds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelResult:
    """One base model's scores. `labels` is sorted by label; `seconds` is its whole training time.

    `pooled` are the scores of the readings of all folds together.
    """

    base_model: str
    micro: Spread
    labels: Mapping[str, Spread]
    pooled: Scores
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModelComparison:
    """The pooled strict micro F1 of `base_model` minus that of `against`."""

    base_model: str
    against: str
    difference: PairedInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossvalReport:
    """`models` are in the order given; `comparisons` are all others against the first."""

    fingerprint: str
    documents: int
    folds: int
    models: tuple[ModelResult, ...]
    comparisons: tuple[BaseModelComparison, ...]

    @property
    def best(self) -> ModelResult:
        """The model with the highest pooled strict micro F1, the first of equal ones."""
        return max(self.models, key=lambda model: model.pooled.strict.micro.f1)

    def to_json(self) -> dict[str, JsonValue]:
        """Nested mappings under the names of the fields."""
        content: dict[str, JsonValue] = TypeAdapter(CrossvalReport).dump_python(self, mode="json")
        return content


def crossval_report(result: CrossValidation) -> CrossvalReport:
    """The scores of all base models of a cross-validation."""
    predicted = {
        name: [tuple(judged.span for judged in reading.predicted) for reading in readings]
        for name, readings in result.readings.items()
    }
    first, *others = predicted
    return CrossvalReport(
        fingerprint=fingerprint(result.documents),
        documents=len(result.documents),
        folds=max(result.folds) + 1,
        models=tuple(_model(name, spans, result) for name, spans in predicted.items()),
        comparisons=tuple(
            BaseModelComparison(
                base_model=name,
                against=first,
                difference=paired(result.documents, predicted[first], predicted[name]),
            )
            for name in others
        ),
    )


def _model(
    name: str, predicted: Sequence[tuple[Span, ...]], result: CrossValidation
) -> ModelResult:
    folds = [
        _fold_scores(result.documents, predicted, [own == fold for own in result.folds])
        for fold in sorted(set(result.folds))
    ]
    labels = sorted({label for scores in folds for label in scores.strict.labels})
    return ModelResult(
        base_model=name,
        micro=_spread([scores.strict.micro.f1 for scores in folds if scores.strict.labels]),
        labels={
            label: _spread(
                [
                    scores.strict.labels[label].f1
                    for scores in folds
                    if label in scores.strict.labels
                ]
            )
            for label in labels
        },
        pooled=evaluate(result.documents, predicted),
        seconds=result.seconds[name],
    )


def _fold_scores(
    documents: Sequence[Document], predicted: Sequence[tuple[Span, ...]], own: Sequence[bool]
) -> Scores:
    gold = [document for document, is_own in zip(documents, own, strict=True) if is_own]
    spans = [of_document for of_document, is_own in zip(predicted, own, strict=True) if is_own]
    return evaluate(gold, spans, samples=1)


def _spread(values: Sequence[float]) -> Spread:
    return Spread(
        mean=fmean(values), sd=stdev(values) if len(values) > 1 else None, folds=len(values)
    )
