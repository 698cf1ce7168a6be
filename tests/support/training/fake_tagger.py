"""A tagger without a model: it labels every occurrence of given words."""

import re
import threading
from collections.abc import Callable, Mapping, Sequence

from ner.spans import Prediction, Span


class FakeTagger:
    """Labels words and records the batches that it predicts.

    While `gate` is cleared a prediction waits; `asked` is set once a prediction has begun, and
    `released` once the memory is released. It raises RuntimeError for the text `poison`. Each batch
    is one forward pass.
    """

    def __init__(
        self, words: Mapping[str, str], *, version: str = "v0001", poison: str | None = None
    ) -> None:
        self.words = dict(words)
        self.version = version
        self.poison = poison
        self.batches: list[list[str]] = []
        self.asked = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self.released = threading.Event()

    def predict(
        self, texts: Sequence[str], *, between: Callable[[], None] | None = None
    ) -> list[Prediction]:
        """The occurrences of the words in each text, with score 0.5."""
        self.batches.append(list(texts))
        self.asked.set()
        if not self.gate.wait(timeout=30):
            raise TimeoutError("the test never opened the gate")
        if between is not None:
            between()
        if self.poison in texts:
            raise RuntimeError("poison, and the secret text itself")
        return [self._predict(text) for text in texts]

    def release_memory(self) -> None:
        """Notes that it was called."""
        self.released.set()

    def _predict(self, text: str) -> Prediction:
        spans = sorted(
            Span(match.start(), match.end(), label)
            for word, label in self.words.items()
            for match in re.finditer(re.escape(word), text)
        )
        return Prediction(text, tuple(spans), (0.5,) * len(spans), self.version)
