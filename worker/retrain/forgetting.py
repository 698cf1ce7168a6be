"""Measures forgetting: how much worse a challenger is on documents held out before it was trained.

The held-out documents are split into those that were already held out when the champion was trained
and those added later. Neither model was trained on any of them, so a lower F1 of the challenger on
the former means that it forgot.
"""

from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

from ner.scoring.bootstrap import PairedInterval, paired
from ner.scoring.evaluation import evaluate
from ner.spans import Document, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class PartScores:
    """Strict micro F1 of both models on a part of the documents.

    `interval` is the paired interval of challenger minus champion.
    """

    documents: int
    champion: float
    challenger: float
    interval: PairedInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """Scores on the documents held out when the champion was trained (`old`) and later (`new`).

    A part without documents is None.
    """

    old: PartScores | None
    new: PartScores | None

    def to_json(self) -> dict[str, Any]:
        """The value of ``forgetting`` in the run's scores."""
        return {"old": _to_json(self.old), "new": _to_json(self.new)}


def measure_forgetting(
    gold: Sequence[Document],
    champion: Sequence[Sequence[Span]],
    challenger: Sequence[Sequence[Span]],
    *,
    before: Set[str],
) -> Forgetting:
    """Compares the predictions of both models for the documents `gold`, which are in that order.

    `before` contains the texts that were held out when the champion was trained.
    """
    old = [index for index, document in enumerate(gold) if document.text in before]
    new = [index for index, document in enumerate(gold) if document.text not in before]
    return Forgetting(
        old=_score(gold, champion, challenger, old), new=_score(gold, champion, challenger, new)
    )


def _score(
    gold: Sequence[Document],
    champion: Sequence[Sequence[Span]],
    challenger: Sequence[Sequence[Span]],
    indices: Sequence[int],
) -> PartScores | None:
    if not indices:
        return None
    documents = [gold[index] for index in indices]
    by_champion = [champion[index] for index in indices]
    by_challenger = [challenger[index] for index in indices]
    return PartScores(
        documents=len(documents),
        champion=evaluate(documents, by_champion, samples=1).strict.micro.f1,
        challenger=evaluate(documents, by_challenger, samples=1).strict.micro.f1,
        interval=paired(documents, by_champion, by_challenger),
    )


def _to_json(part: PartScores | None) -> dict[str, Any] | None:
    if part is None:
        return None
    return {
        "documents": part.documents,
        "champion": part.champion,
        "challenger": part.challenger,
        **asdict(part.interval),
    }
