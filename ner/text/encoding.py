"""Encoding of documents as windows of token ids, the same in training and in serving."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from ner.text.extents import Offsets
from ner.text.surrogates import replace_lone_surrogates
from ner.text.windows import Window, split

Ids: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A whole document's tokens, special tokens left out, and the windows over them.

    `ids` is ``[n_tokens]``; `offsets` has the half-open code points of each token.
    """

    text: str
    ids: Ids
    offsets: Offsets
    windows: tuple[Window, ...]


class Encoder:
    """A prepared tokenizer with the windows that a model reads. Safe to share between threads.

    `prefix` and `suffix` are the ids of the special tokens around each window.
    """

    def __init__(self, tokenizer: Tokenizer, *, window: int, overlap: int) -> None:
        """`window` and `overlap` count tokens, `window` with its special tokens.

        Raises ValueError when the overlap is not below the tokens of a window.
        """
        # Encoding with it changes no state, unlike a call of transformers' wrapper.
        self._backend = tokenizer
        probe = self._backend.encode("a", add_special_tokens=True)
        ordinary = [i for i, special in enumerate(probe.special_tokens_mask) if not special]
        self.prefix: tuple[int, ...] = tuple(probe.ids[: ordinary[0]])
        self.suffix: tuple[int, ...] = tuple(probe.ids[ordinary[-1] + 1 :])
        self.window = window
        self.overlap = overlap
        self._size = window - len(self.prefix) - len(self.suffix)
        if not 0 <= overlap < self._size:
            raise ValueError(
                f"windows of {window} tokens cannot overlap by {overlap}: "
                f"the overlap must be below {self._size}"
            )

    def encode(self, text: str) -> Encoded:
        """All tokens of a text of any length."""
        # Rust's strings cannot hold a surrogate. One code point replaces another: offsets stay.
        encoding = self._backend.encode(replace_lone_surrogates(text), add_special_tokens=False)
        ids = np.array(encoding.ids, dtype=np.int64)
        return Encoded(text, ids, encoding.offsets, split(len(ids), self._size, self.overlap))

    def window_ids(self, encoded: Encoded) -> list[list[int]]:
        """The model's input for each window of the document: its ids between special tokens."""
        ids = encoded.ids.tolist()
        return [[*self.prefix, *ids[w.start : w.stop], *self.suffix] for w in encoded.windows]

    def window_tags(self, encoded: Encoded, tags: Sequence[int], ignore: int) -> list[list[int]]:
        """The tags of each window's tokens, with `ignore` for special tokens."""
        before, after = [ignore] * len(self.prefix), [ignore] * len(self.suffix)
        return [[*before, *tags[w.start : w.stop], *after] for w in encoded.windows]

    def strip(self, rows: npt.NDArray[Any], window: Window) -> npt.NDArray[Any]:
        """The rows of a window's own tokens, without special tokens and padding."""
        return rows[len(self.prefix) : len(self.prefix) + len(window)]
