"""The torch engine: windows of token ids in, log probabilities of tags out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from ner.errors import BaseModelError, CorruptVersion
from ner.models.base_model import load_config, load_weights, tags_of
from ner.tags import labels_of
from ner.text.windows import length_batches

# Padded tokens in one forward pass: enough to keep the cores busy, small enough for their caches.
BATCH_TOKENS = 4096


class TorchEngine:
    """A token classification model in float32. Safe to share between threads.

    `labels` are the labels of its tags, in the tags' order.
    """

    def __init__(self, model: Any) -> None:
        """`model` is a transformers model for token classification; it is put in evaluation mode.

        Raises ValueError when its tags are not those of `ner.tags`.
        """
        self.labels = labels_of(tags_of(model.config))
        self._model = model.eval()
        self._padding = model.config.pad_token_id or 0

    @staticmethod
    def load(path: Path, *, threads: int | None = None) -> "TorchEngine":
        """The engine of a saved version. `threads` sets torch's threads for the whole process.

        Raises CorruptVersion when the folder has no model that can be loaded.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        try:
            return TorchEngine(load_weights(str(path), load_config(str(path)), trained=True))
        except (BaseModelError, ValueError) as error:
            raise CorruptVersion(f"{path} has no usable model: {error}") from error

    def log_probs(
        self, windows: Sequence[Sequence[int]], between: Callable[[], None] | None = None
    ) -> list[npt.NDArray[np.float32]]:
        """The log probabilities of each window of ids, ``[len(window), n_tags]``, in order.

        They include rows for special tokens. Windows of similar length share a forward pass;
        `between` is called after each of them.
        """
        results: list[npt.NDArray[np.float32]] = [np.zeros((0, 0), np.float32)] * len(windows)
        for batch in length_batches([len(window) for window in windows], BATCH_TOKENS):
            rows = self._forward([windows[index] for index in batch])
            for row, index in zip(rows, batch, strict=True):
                results[index] = row[: len(windows[index])]
            if between is not None:
                between()
        return results

    def _forward(self, windows: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        longest = max(map(len, windows))
        ids = torch.full((len(windows), longest), self._padding, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for index, window in enumerate(windows):
            ids[index, : len(window)] = torch.tensor(window)
            mask[index, : len(window)] = 1
        device = self._model.device
        with torch.inference_mode():
            logits = self._model(input_ids=ids.to(device), attention_mask=mask.to(device)).logits
            rows: npt.NDArray[np.float32] = logits.float().log_softmax(dim=-1).cpu().numpy()
            return rows
