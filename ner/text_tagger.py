"""The interface of a tagger, for code that predicts without importing torch."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

from ner.spans import Prediction


class TextTagger(Protocol):
    """Predicts the spans of texts; `ner.tagger.Tagger` and tests' fakes implement it."""

    def predict(
        self, texts: Sequence[str], *, between: Callable[[], None] | None = None
    ) -> list[Prediction]:
        """One prediction for each text, in order.

        `between` is called after each forward pass, and may predict other texts.
        """
        ...


class ServedTagger(TextTagger, Protocol):
    """A tagger that stays in memory between predictions."""

    def release_memory(self) -> None:
        """Frees what only predictions need; the next one takes some milliseconds longer.

        Call it while nothing is predicted. It may raise any error, and works on after it.
        """
        ...


# Loads the tagger in a version folder, as `ner.tagger.Tagger.load` does.
LoadTagger: TypeAlias = Callable[[Path], TextTagger]
LoadServedTagger: TypeAlias = Callable[[Path], ServedTagger]
