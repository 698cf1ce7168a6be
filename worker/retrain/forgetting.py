"""Champion and challenger on the held-out documents that were there before, and on later ones.

What a challenger loses on the former is what it forgot: both were measured on them, and neither
was trained on them.
"""

from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

from ner.scoring.bootstrap import PairedInterval, paired
from ner.scoring.evaluation import evaluate
from ner.spans import Document, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class PartScores:
    """Strict micro F1 of both on some of the documents; `interval` is challenger minus champion."""

    documents: int
    champion: float
    challenger: float
    interval: PairedInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """`old`: on the documents held out when the champion was trained; `new`: on the later ones.

    A part without documents is None.
    """

    old: PartScores | None
    new: PartScores | None

    def to_json(self) -> dict[str, Any]:
        """What stands in the run's scores."""
        return {"old": _to_json(self.old), "new": _to_json(self.new)}


def measure_forgetting(
    gold: Sequence[Document],
    champion: Sequence[Sequence[Span]],
    challenger: Sequence[Sequence[Span]],
    *,
    before: Set[str],
) -> Forgetting:
    """Both predictions of `gold`; `before` holds the texts that were held out at the champion's."""
    old = [place for place, document in enumerate(gold) if document.text in before]
    new = [place for place, document in enumerate(gold) if document.text not in before]
    return Forgetting(
        old=_score(gold, champion, challenger, old), new=_score(gold, champion, challenger, new)
    )


def _score(
    gold: Sequence[Document],
    champion: Sequence[Sequence[Span]],
    challenger: Sequence[Sequence[Span]],
    places: Sequence[int],
) -> PartScores | None:
    if not places:
        return None
    documents = [gold[place] for place in places]
    first, second = ([side[place] for place in places] for side in (champion, challenger))
    return PartScores(
        documents=len(documents),
        champion=evaluate(documents, first, samples=1).strict.micro.f1,
        challenger=evaluate(documents, second, samples=1).strict.micro.f1,
        interval=paired(documents, first, second),
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
