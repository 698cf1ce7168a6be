"""The part of the text that each token covers, from the offsets that tokenizers report.

Offsets differ between kinds of tokenizers: byte-level BPE and SentencePiece include a leading blank
in the word, BERT's leaves out combining marks that it strips, and all byte tokens of one character
have that character's offsets.
"""

import unicodedata
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ner.spans import trim

IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

Offsets: TypeAlias = Sequence[tuple[int, int]]

_MARKS = frozenset({"Mn", "Mc", "Me"})
_JOINERS = "\u200c\u200d"
LINE_BREAKS = "\n\r\u2028\u2029"


def token_extents(text: str, offsets: Offsets) -> IntArray:
    """Start and end of each token's content, ``[n_tokens, 2]`` in code points.

    The content has no white space at its ends unless the token is all white space (a line break),
    and includes the marks after it that no token covers. Zero-width tokens stay zero-width.

    Raises ValueError when offsets reach beyond the text or a token ends before it starts.
    """
    extents = np.array(offsets, dtype=np.int64).reshape(-1, 2)
    if extents.size and (
        extents.min() < 0 or extents.max() > len(text) or (extents[:, 0] > extents[:, 1]).any()
    ):
        raise ValueError(f"token offsets do not fit a text of {len(text)} code points")
    attached = _attached_marks(text, offsets)
    for token, (start, end) in enumerate(offsets):
        if start == end:
            continue
        if text[start].isspace() or text[end - 1].isspace():
            inner = trim(text, start, end)
            if inner[0] < inner[1]:
                extents[token] = start, end = inner
        extents[token, 1] = attached.get(end, end)
    return extents


def _attached_marks(text: str, offsets: Offsets) -> dict[int, int]:
    """For each mark that no token covers, the end of the run of such marks that it is in."""
    if text.isascii():
        return {}
    covered = bytearray(len(text))
    for start, end in offsets:
        covered[start:end] = b"\x01" * (end - start)
    ends: dict[int, int] = {}
    for index in range(len(text) - 1, -1, -1):
        if not covered[index] and belongs_to_previous(text[index]):
            ends[index] = ends.get(index + 1, index + 1)
    return ends


def belongs_to_previous(char: str) -> bool:
    """Whether the character extends the one before it: accents, variation selectors, joiners."""
    return char in _JOINERS or unicodedata.category(char) in _MARKS
