"""Compares champion and challenger on the same held-out documents, with current label names."""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from ner.scoring.difference import F1Difference, f1_difference
from ner.scoring.evaluation import Scores, evaluate
from ner.spans import Document, Span
from ner.text_tagger import LoadTagger
from ner.versions.label_names import current_names
from ner.versions.version import Version
from worker.retrain.forgetting import Forgetting, measure_forgetting
from worker.retrain.policies.promotion_policy import PromotionEvidence
from worker.store.training.datasets import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Scores of champion and challenger on the held-out documents.

    `champion` and `difference` are None when there is no champion; `labels` has the difference for
    each label in the gold. `forgetting` is None when it is unknown which documents were held out
    when the champion was trained.
    """

    challenger: Scores
    champion: Scores | None = None
    difference: F1Difference | None = None
    labels: Mapping[str, F1Difference] = field(default_factory=dict)
    forgetting: Forgetting | None = None

    @property
    def evidence(self) -> PromotionEvidence:
        """The part of the comparison that the promotion policy needs."""
        return PromotionEvidence(
            documents=self.challenger.documents,
            spans=self.challenger.spans,
            f1=self.challenger.strict.micro.f1,
            difference=self.difference,
            labels=self.labels,
        )

    def to_json(self) -> dict[str, Any]:
        """The value of the run's `scores` column."""
        return {
            "challenger": self.challenger.to_json(),
            "champion": self.champion.to_json() if self.champion else None,
            "difference": _to_json(self.difference) if self.difference else None,
            "labels": {label: _to_json(measured) for label, measured in self.labels.items()},
            "forgetting": self.forgetting.to_json() if self.forgetting else None,
        }


class HeldOut:
    """The held-out documents of one dataset. Predictions are kept: each version predicts once."""

    def __init__(self, dataset: Dataset, load: LoadTagger) -> None:
        self._documents: Sequence[Document] = dataset.held_out
        self._names = dataset.label_names
        self._load = load
        self._predicted: dict[str, list[tuple[Span, ...]]] = {}

    def score(self, version: Version) -> Scores:
        """The version's scores, all 0 without held-out documents."""
        return evaluate(self._documents, self._predictions(version))

    def compare(
        self, challenger: Version, champion: Version | None, *, before: Set[str] | None = None
    ) -> Comparison:
        """Scores both versions. Raises CorruptVersion when one of them cannot be loaded.

        `before` contains the texts that were held out when the champion was trained, or is None if
        that is unknown.
        """
        if champion is None:
            return Comparison(challenger=self.score(challenger))
        predicted = self._predictions(champion), self._predictions(challenger)
        return Comparison(
            challenger=self.score(challenger),
            champion=self.score(champion),
            difference=f1_difference(self._documents, *predicted),
            labels={
                label: f1_difference(self._documents, *predicted, label=label)
                for label in sorted({span.label for d in self._documents for span in d.spans})
            },
            forgetting=None if before is None else self._forgetting(challenger, champion, before),
        )

    def _forgetting(self, challenger: Version, champion: Version, before: Set[str]) -> Forgetting:
        predicted = self._predictions(champion), self._predictions(challenger)
        return measure_forgetting(self._documents, *predicted, before=before)

    def _predictions(self, version: Version) -> list[tuple[Span, ...]]:
        # The path of a run's version changes when it is added to the registry; its run_id does not.
        identity = version.manifest.run_id or str(version.path)
        if identity not in self._predicted:
            mapping = current_names(version.manifest, self._names)
            predictions = self._load(version.path).predict([d.text for d in self._documents])
            spans = [prediction.renamed(mapping)[0].spans for prediction in predictions]
            self._predicted[identity] = spans
        return self._predicted[identity]


def _to_json(measured: F1Difference) -> dict[str, Any]:
    error = measured.standard_error
    return {
        "difference": measured.difference,
        "standard_error": error if math.isfinite(error) else None,
        "spans": measured.spans,
    }
