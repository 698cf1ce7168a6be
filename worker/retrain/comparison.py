"""Compares champion and challenger on the same held-out documents, with current label names."""

from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

from ner.scoring.bootstrap import PairedInterval, paired
from ner.scoring.evaluation import Scores, evaluate
from ner.spans import Document, Span
from ner.text_tagger import LoadTagger
from ner.versions.label_names import current_names
from ner.versions.version import Version
from worker.retrain.forgetting import Forgetting, measure_forgetting
from worker.retrain.policies.promotion_policy import PromotionEvidence
from worker.store.datasets import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Scores of champion and challenger on the held-out documents.

    `champion` and `interval` are None when there is no champion; `interval` is also None without
    held-out documents. `forgetting` is None when it is unknown which documents were held out when
    the champion was trained.
    """

    challenger: Scores
    champion: Scores | None
    interval: PairedInterval | None
    forgetting: Forgetting | None = None

    @property
    def evidence(self) -> PromotionEvidence:
        """The part of the comparison that the promotion policy needs."""
        return PromotionEvidence(
            challenger=self.challenger, champion=self.champion, interval=self.interval
        )

    def to_json(self) -> dict[str, Any]:
        """The value of the run's `scores` column."""
        return {
            "challenger": self.challenger.to_json(),
            "champion": self.champion.to_json() if self.champion else None,
            "difference": asdict(self.interval) if self.interval else None,
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
            return Comparison(challenger=self.score(challenger), champion=None, interval=None)
        return Comparison(
            challenger=self.score(challenger),
            champion=self.score(champion),
            interval=self._interval(challenger, champion),
            forgetting=None if before is None else self._forgetting(challenger, champion, before),
        )

    def _forgetting(self, challenger: Version, champion: Version, before: Set[str]) -> Forgetting:
        predicted = self._predictions(champion), self._predictions(challenger)
        return measure_forgetting(self._documents, *predicted, before=before)

    def _interval(self, challenger: Version, champion: Version) -> PairedInterval | None:
        if not self._documents:
            return None
        return paired(self._documents, self._predictions(champion), self._predictions(challenger))

    def _predictions(self, version: Version) -> list[tuple[Span, ...]]:
        # The path of a run's version changes when it is added to the registry; its run_id does not.
        identity = version.manifest.run_id or str(version.path)
        if identity not in self._predicted:
            mapping = current_names(version.manifest, self._names)
            predictions = self._load(version.path).predict([d.text for d in self._documents])
            spans = [prediction.renamed(mapping)[0].spans for prediction in predictions]
            self._predicted[identity] = spans
        return self._predicted[identity]
