"""An answer under the labels' present names, which come from `ner.versions.label_names`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ner.spans import Span


@dataclass(frozen=True, slots=True)
class Renamed:
    """Spans under current names with their scores, and how many had a label that is gone."""

    spans: tuple[Span, ...]
    scores: tuple[float, ...]
    dropped: int


def rename(spans: Sequence[Span], scores: Sequence[float], mapping: Mapping[str, str]) -> Renamed:
    """The spans under the names of `mapping`; those whose label is not in it are dropped."""
    kept = [pair for pair in zip(spans, scores, strict=True) if pair[0].label in mapping]
    return Renamed(
        spans=tuple(replace(span, label=mapping[span.label]) for span, _ in kept),
        scores=tuple(score for _, score in kept),
        dropped=len(spans) - len(kept),
    )
