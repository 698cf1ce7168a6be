"""Champion and challenger on the same held-out documents, both under the labels' present names."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

from ner.scoring.bootstrap import PairedInterval, paired
from ner.scoring.evaluation import Scores, evaluate
from ner.spans import Document, Span
from ner.text_tagger import LoadTagger
from ner.versions.label_names import current_names
from ner.versions.version import Version
from worker.retrain.forgetting import Forgetting, measure_forgetting
from worker.retrain.promotion_policy import PromotionEvidence
from worker.store.datasets import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Scores of both on the held-out documents; `champion` and `interval` None without one.

    `forgetting` is None where it is not known what was held out when the champion was trained.
    """

    challenger: Scores
    champion: Scores | None
    interval: PairedInterval | None
    forgetting: Forgetting | None = None

    @property
    def evidence(self) -> PromotionEvidence:
        """As the policy wants it."""
        return PromotionEvidence(
            challenger=self.challenger, champion=self.champion, interval=self.interval
        )

    def to_json(self) -> dict[str, Any]:
        """What stands in the run's row."""
        return {
            "challenger": self.challenger.to_json(),
            "champion": self.champion.to_json() if self.champion else None,
            "difference": asdict(self.interval) if self.interval else None,
            "forgetting": self.forgetting.to_json() if self.forgetting else None,
        }


class HeldOut:
    """The held-out side of one dataset; a version is run over it once, however often compared."""

    def __init__(self, dataset: Dataset, load: LoadTagger) -> None:
        self._documents: Sequence[Document] = dataset.held_out
        self._names: Mapping[str, str] = {key: name for name, key in dataset.label_keys.items()}
        self._load = load
        self._predicted: dict[str, list[tuple[Span, ...]]] = {}

    def score(self, version: Version) -> Scores:
        """The version's scores; those of an empty side are all 0."""
        return evaluate(self._documents, self._predictions(version))

    def compare(
        self, challenger: Version, champion: Version | None, *, before: Set[str] | None = None
    ) -> Comparison:
        """Both scored on each document. Raises CorruptVersion when one cannot be loaded.

        `before` are the texts that were held out when the champion was trained, None if unknown.
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
        # A run's version moves from the run's folder into the registry and stays the same.
        identity = version.manifest.run_id or str(version.path)
        known = self._predicted.get(identity)
        if known is None:
            mapping = current_names(version.manifest, self._names)
            predictions = self._load(version.path).predict([d.text for d in self._documents])
            known = [prediction.renamed(mapping)[0].spans for prediction in predictions]
            self._predicted[identity] = known
        return known
