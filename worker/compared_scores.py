"""The F1 of a version when it was made, beside that of the champion on the same documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ner.versions.manifest import Manifest
from worker.store.training.runs import run_by_id


@dataclass(frozen=True, slots=True)
class ComparedScores:
    """Strict micro F1 on the `documents` that were held out when the version was trained.

    `champion` is the version that was the champion then, None if there was none or if the version
    was not compared with it; `champion_f1` is its F1 on the same documents.
    """

    f1: float
    documents: int
    champion: str | None = None
    champion_f1: float | None = None


def own_scores(manifest: Manifest) -> ComparedScores | None:
    """The version's F1 from its manifest; None if it was not scored on any document."""
    return _compared(manifest.scores, None, None)


def compared_scores(s: Session, project: str, manifest: Manifest) -> ComparedScores | None:
    """As `own_scores`, with the comparison of the version's run if the store has it."""
    run = run_by_id(s, project, manifest.run_id)
    if run is None or run.scores is None:
        return own_scores(manifest)
    return _compared(
        run.scores.get("challenger"), run.scores.get("champion"), run.compared_with
    ) or own_scores(manifest)


def _compared(
    scores: Mapping[str, Any] | None, champion: Mapping[str, Any] | None, name: str | None
) -> ComparedScores | None:
    f1, documents = _f1(scores), (scores or {}).get("documents", 0)
    if f1 is None or not documents:
        return None
    champion_f1 = _f1(champion)
    return ComparedScores(f1, documents, name if champion_f1 is not None else None, champion_f1)


def _f1(scores: Mapping[str, Any] | None) -> float | None:
    value: Any = scores
    for key in ("strict", "micro", "f1"):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, float) else None
