"""The texts of an adaptation: each once, some held aside to measure its effect."""

from collections.abc import Iterable
from dataclasses import dataclass

from ner.corpus.corpus import fingerprint
from ner.errors import TrainingError
from ner.hashing import exact_hash, text_hash
from ner.spans import Document

# With fewer texts none is held aside; near-copies count as one.
MIN_TEXTS_TO_HOLD_ASIDE = 10


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts to train on and those held aside; near-copies are on the same side.

    `fingerprint` is that of all texts, whatever their order.
    """

    training: tuple[str, ...]
    aside: tuple[str, ...]
    fingerprint: str


def split_texts(texts: Iterable[str], *, share: float, seed: int) -> Texts:
    """Holds `share` of the texts aside, by hash and seed, whatever order they come in.

    Equal texts count once and empty ones not at all. Raises TrainingError when no text remains.
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
