"""What a model's labels are called in the project now: renames map, deleted labels fall out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ner.manifest import Manifest
from ner.spans import Span


@dataclass(frozen=True, slots=True)
class Renamed:
    """Spans under current names with their scores, and how many had a label that is gone."""

    spans: tuple[Span, ...]
    scores: tuple[float, ...]
    dropped: int


def current_names(manifest: Manifest, names: Mapping[str, str]) -> dict[str, str]:
    """``{the model's label: its name now}`` without the labels that the project has no more.

    `names` is the project's ``{key: name}``. A label without a key in the manifest, of a model
    that was added by hand, is looked for by its name.
    """
    known = set(names.values())
    mapping = {}
    for label in manifest.labels:
        key = manifest.label_keys.get(label)
        name = names.get(key) if key is not None else label
        if name in known:
            mapping[label] = name
    return mapping


def rename(spans: Sequence[Span], scores: Sequence[float], mapping: Mapping[str, str]) -> Renamed:
    """The spans under the names of `mapping`; those whose label is not in it are dropped."""
    kept = [pair for pair in zip(spans, scores, strict=True) if pair[0].label in mapping]
    return Renamed(
        spans=tuple(replace(span, label=mapping[span.label]) for span, _ in kept),
        scores=tuple(score for _, score in kept),
        dropped=len(spans) - len(kept),
    )
