"""Prediction with a model version: texts of any length in, spans out."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ner.decoding.decoding import Decoding, FloatArray, decode, stitch
from ner.engines.engine import Engine
from ner.engines.loading import EngineKind, load_engine
from ner.errors import CorruptVersion
from ner.spans import Prediction
from ner.text.encoding import Encoded, Encoder
from ner.text.saved_tokenizer import load_saved_tokenizer
from ner.token_scores import TokenScores
from ner.versions.version import open_version


class Tagger:
    """Predicts spans. It does not change after it is made, so threads may share it.

    The engine's tags must be those of the decoding's labels.
    """

    def __init__(
        self,
        engine: Engine,
        encoder: Encoder,
        decoding: Decoding,
        *,
        version: str = "",
        path: Path | None = None,
    ) -> None:
        self._engine = engine
        self._encoder = encoder
        self.labels = decoding.labels
        self.decoding = decoding
        self.version = version
        self.path = path

    @staticmethod
    def load(
        path: Path,
        *,
        kind: EngineKind = "torch",
        threads: int | None = None,
    ) -> "Tagger":
        """The tagger in a version folder; files are not compared with their checksums here.

        `kind` and `threads` are as in `load_engine`; `ner.fastest_tagger` chooses the kind. Raises
        CorruptVersion when the folder is incomplete, or manifest and model have different labels.
        """
        version = open_version(path)
        manifest = version.manifest
        engine = load_engine(path, kind, longest=manifest.window, threads=threads)
        if engine.labels != manifest.labels:
            raise CorruptVersion(
                f"{path}: the manifest has labels {manifest.labels}, the model {engine.labels}"
            )
        tokenizer = load_saved_tokenizer(path)
        encoder = Encoder(tokenizer, window=manifest.window, overlap=manifest.overlap)
        return Tagger(engine, encoder, manifest.decoding, version=version.name, path=path)

    def predict(
        self, texts: Sequence[str], *, between: Callable[[], None] | None = None
    ) -> list[Prediction]:
        """One prediction for each text, in order. Nothing is truncated; an empty text has no spans.

        Windows of similar length share a forward pass, also across texts. `between` is called after
        each of them, and may predict other texts.
        """
        return [self._decode(document, rows) for document, rows in self._score(texts, between)]

    def release_memory(self) -> None:
        """Frees what only predictions need; see `ner.text_tagger.ServedTagger`."""
        self._engine.release_memory()

    def token_scores(self, texts: Sequence[str]) -> list[TokenScores]:
        """What `predict` decodes: each text's tokens with the log probabilities of their tags."""
        return [
            TokenScores(document.offsets, stitch_windows(self._encoder, document, rows))
            for document, rows in self._score(texts)
        ]

    def _score(
        self, texts: Sequence[str], between: Callable[[], None] | None = None
    ) -> Iterator[tuple[Encoded, list[npt.NDArray[np.float32]]]]:
        """Each text's tokens and windows, with each window's log probabilities."""
        documents = [self._encoder.encode(text) for text in texts]
        inputs = [self._encoder.window_ids(document) for document in documents]
        rows = iter(self._engine.log_probs([ids for each in inputs for ids in each], between))
        for document in documents:
            yield document, [next(rows) for _ in document.windows]

    def _decode(self, document: Encoded, rows: list[npt.NDArray[np.float32]]) -> Prediction:
        return decode_windows(
            self._encoder, document, rows, decoding=self.decoding, version=self.version
        )


def decode_windows(
    encoder: Encoder,
    document: Encoded,
    rows: Sequence[npt.NDArray[np.float32]],
    *,
    decoding: Decoding,
    version: str = "",
) -> Prediction:
    """The prediction from each window's log probabilities; `rows` is as in `stitch_windows`."""
    if not document.windows:
        return Prediction(document.text, (), (), version)
    log_probs = stitch_windows(encoder, document, rows)
    spans, scores = decode(document.text, document.offsets, log_probs, decoding)
    return Prediction(document.text, spans, scores, version)


def stitch_windows(
    encoder: Encoder, document: Encoded, rows: Sequence[npt.NDArray[np.float32]]
) -> FloatArray:
    """A document's log probabilities, ``[n_tokens, n_tags]``, from the model's for each window.

    `rows` has an array for each window, with rows for special tokens and, possibly, padding.
    """
    own = [
        encoder.strip(window_rows, window)
        for window_rows, window in zip(rows, document.windows, strict=True)
    ]
    return stitch(document.windows, own)
