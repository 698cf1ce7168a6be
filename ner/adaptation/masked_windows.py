"""Texts as a model reads them to guess masked words: windows in batches of like length."""

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
# Lengths and numbers of masked tokens are padded to multiples of this: for each shape that it has
# not seen, torch's CPU library keeps memory.
STEP = 64


@dataclass(frozen=True, slots=True)
class WordWindow:
    """A window's ids within special tokens, and the places of each word's tokens."""

    ids: Ints
    words: tuple[Ints, ...]


def cut(texts: Sequence[str], encoder: Encoder) -> tuple[WordWindow, ...]:
    """All windows over the texts, whatever their length; a text without tokens has none."""
    found: list[WordWindow] = []
    for text in texts:
        encoded = encoder.encode(text)
        starts = word_starts(text, encoded.offsets)
        for window, ids in zip(encoded.windows, encoder.window_ids(encoded), strict=True):
            own = np.flatnonzero(starts[window.start : window.stop])
            places = np.arange(len(window)) + len(encoder.prefix)
            words = np.split(places, own[own > 0])
            found.append(WordWindow(np.array(ids, dtype=np.int64), tuple(words)))
    return tuple(found)


class MaskedBatches(Dataset[MaskedBatch]):
    """Padded batches of windows of like length, masked anew in each epoch.

    What an item holds depends on seed, epoch and place alone, so that a training that was killed
    goes on with what was still to come. "places" index the flattened batch, "labels" are the
    tokens that stood there; both are filled up with places whose label is ignored.
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
        # No longer than the longest of all, which may be all that the model takes.
        self._lengths = [min(_padded(length), max(lengths)) for length in lengths]
        self._batches = length_batches(self._lengths, batch_tokens)
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Puts the batches in this epoch's order; the Trainer calls it."""
        self._epoch = epoch
        self._order = np.random.default_rng((self._seed, epoch)).permutation(len(self._batches))

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, place: int) -> MaskedBatch:
        number = int(self._order[place])
        windows = [self._windows[index] for index in self._batches[number]]
        shape = len(windows), max(self._lengths[index] for index in self._batches[number])
        seen, attended = np.full(shape, self._padding), np.zeros(shape, dtype=np.int64)
        places, labels = [], []
        random = np.random.default_rng((self._seed, self._epoch, number))
        for row, window in enumerate(windows):
            masked = mask(window.ids, window.words, self._vocabulary, random)
            seen[row, : len(masked.ids)] = masked.ids
            attended[row, : len(masked.ids)] = 1
            places.append(masked.places + row * shape[1])
            labels.append(window.ids[masked.places])
        return {
            "input_ids": torch.from_numpy(seen),
            "attention_mask": torch.from_numpy(attended),
            "places": torch.from_numpy(_fill(np.concatenate(places), 0)),
            "labels": torch.from_numpy(_fill(np.concatenate(labels), IGNORED)),
        }


def only(batches: Sequence[Any]) -> Any:
    """The Trainer's collator for items that are whole batches, of which it draws one at a time."""
    (batch,) = batches
    return batch


def _padded(length: int) -> int:
    return -(-length // STEP) * STEP


def _fill(values: Ints, filler: int) -> Ints:
    return np.pad(values, (0, _padded(len(values)) - len(values)), constant_values=filler)
