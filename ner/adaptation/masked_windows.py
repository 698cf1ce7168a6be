"""Windows over texts with masked words, in batches of similar length."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from ner.adaptation.masking import Ints, Vocabulary, mask, word_starts
from ner.tags import IGNORED
from ner.text.encoding import Encoder
from ner.text.windows import length_batches

MaskedBatch = dict[str, torch.Tensor]
# Lengths and numbers of masked tokens are padded to multiples of this, because torch's CPU library
# keeps memory for each new shape.
STEP = 64


@dataclass(frozen=True, slots=True)
class WordWindow:
    """A window's ids with special tokens, and the positions of each word's tokens in it."""

    ids: Ints
    words: tuple[Ints, ...]


def cut(texts: Sequence[str], encoder: Encoder) -> tuple[WordWindow, ...]:
    """The windows over all texts. A text without tokens has none."""
    windows: list[WordWindow] = []
    for text in texts:
        encoded = encoder.encode(text)
        starts = word_starts(text, encoded.offsets)
        for window, ids in zip(encoded.windows, encoder.window_ids(encoded), strict=True):
            first_tokens = np.flatnonzero(starts[window.start : window.stop])
            positions = np.arange(len(window)) + len(encoder.prefix)
            words = np.split(positions, first_tokens[first_tokens > 0])
            windows.append(WordWindow(np.array(ids, dtype=np.int64), tuple(words)))
    return tuple(windows)


class MaskedBatches(Dataset[MaskedBatch]):
    """Padded batches of windows of similar length, with other words masked in each epoch.

    An item depends on seed, epoch and index alone, so that a training that was killed continues
    with the remaining items. "positions" index the flattened batch, "labels" are the original
    tokens at these positions; both are padded with positions whose label is ignored.
    """

    def __init__(
        self,
        windows: Sequence[WordWindow],
        vocabulary: Vocabulary,
        *,
        padding: int,
        batch_tokens: int,
        seed: int,
    ) -> None:
        self._windows = windows
        self._vocabulary = vocabulary
        self._padding = padding
        self._seed = seed
        lengths = [len(window.ids) for window in windows]
        # Not padded beyond the longest window, which may be as long as the model allows.
        self._lengths = [min(_padded(length), max(lengths)) for length in lengths]
        self._batches = length_batches(self._lengths, batch_tokens)
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Puts the batches in this epoch's order; the Trainer calls it."""
        self._epoch = epoch
        self._order = np.random.default_rng((self._seed, epoch)).permutation(len(self._batches))

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> MaskedBatch:
        batch = int(self._order[index])
        windows = [self._windows[window] for window in self._batches[batch]]
        shape = len(windows), max(self._lengths[window] for window in self._batches[batch])
        input_ids, attended = np.full(shape, self._padding), np.zeros(shape, dtype=np.int64)
        positions, labels = [], []
        random = np.random.default_rng((self._seed, self._epoch, batch))
        for row, window in enumerate(windows):
            masked = mask(window.ids, window.words, self._vocabulary, random)
            input_ids[row, : len(masked.ids)] = masked.ids
            attended[row, : len(masked.ids)] = 1
            positions.append(masked.positions + row * shape[1])
            labels.append(window.ids[masked.positions])
        return {
            "input_ids": torch.from_numpy(input_ids),
            "attention_mask": torch.from_numpy(attended),
            "positions": torch.from_numpy(_fill(np.concatenate(positions), 0)),
            "labels": torch.from_numpy(_fill(np.concatenate(labels), IGNORED)),
        }


def single_batch(batches: Sequence[Any]) -> Any:
    """A collator for items that are whole batches: the Trainer draws one, and this returns it."""
    (batch,) = batches
    return batch


def _padded(length: int) -> int:
    return -(-length // STEP) * STEP


def _fill(values: Ints, filler: int) -> Ints:
    return np.pad(values, (0, _padded(len(values)) - len(values)), constant_values=filler)
