"""The texts of an adaptation: each once, a few held aside to see what it brought."""

from collections.abc import Iterable
from dataclasses import dataclass

from ner.corpus.corpus import fingerprint
from ner.errors import TrainingError
from ner.hashing import exact_hash, text_hash
from ner.spans import Document

# Of fewer, none is held aside.
MIN_TEXTS_TO_HOLD_ASIDE = 10


@dataclass(frozen=True, slots=True)
class Texts:
    """Near-copies are all on one side. `fingerprint` is that of all texts in any order."""

    training: tuple[str, ...]
    aside: tuple[str, ...]
    fingerprint: str


def split_texts(texts: Iterable[str], *, share: float, seed: int) -> Texts:
    """Hold `share` of the texts aside, by hash and seed, whatever order they come in.

    Equal texts count once and empty ones not at all. Raises TrainingError when none is left.
    """
    groups: dict[str, list[str]] = {}
    for text in sorted({text for text in texts if text.strip()}, key=exact_hash):
        groups.setdefault(text_hash(text), []).append(text)
    if not groups:
        raise TrainingError("there is no text to train on: all are empty, or none was given")
    drawn = sorted(groups, key=lambda group: exact_hash(f"adaptation {seed} {group}"))
    enough = len(groups) >= MIN_TEXTS_TO_HOLD_ASIDE and share > 0
    aside = {*drawn[: max(1, round(share * len(groups)))]} if enough else set()
    return Texts(
        training=tuple(
            t for group, members in groups.items() if group not in aside for t in members
        ),
        aside=tuple(t for group, members in groups.items() if group in aside for t in members),
        fingerprint=fingerprint(Document(t) for members in groups.values() for t in members),
    )
