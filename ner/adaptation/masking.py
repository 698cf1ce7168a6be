"""Chooses the tokens that a model has to predict: whole words, drawn each time a window is read.

15 % of the tokens are drawn; 80 % of these are hidden, 10 % replaced by others and 10 % left as
they are, as in Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers for
Language Understanding". Other tokens are drawn in each epoch, as in Liu et al. 2019, "RoBERTa".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ner.text.extents import Offsets, token_extents

Ints: TypeAlias = npt.NDArray[np.int64]

SHARE = 0.15
HIDDEN = 0.8
REPLACED = 0.1
# Longer words are cut: in scripts without blanks a whole sentence would be one word.
MAX_PIECES = 8


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The ids of the tokenizer's mask, and of the tokens that may replace another."""

    mask: int
    ordinary: Ints

    @staticmethod
    def of(tokenizer: Any) -> "Vocabulary":
        """The vocabulary of a tokenizer. Raises ValueError when it has no mask token."""
        if tokenizer.mask_token_id is None:
            raise ValueError("the tokenizer has no mask token")
        ordinary = {*tokenizer.get_vocab().values()} - {*tokenizer.all_special_ids}
        return Vocabulary(tokenizer.mask_token_id, np.array(sorted(ordinary), dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Masked:
    """A window's ids as the model sees them; `positions` are those it must predict, in order."""

    ids: Ints
    positions: Ints


def word_starts(text: str, offsets: Offsets) -> npt.NDArray[np.bool_]:
    """Whether each token begins a word: ``[n_tokens]``.

    A word is a run of letters and digits without a gap, of at most 8 tokens; any other token is a
    word by itself. Tokens of the same character belong to the same word.
    """
    extents = token_extents(text, offsets).tolist()
    starts = np.ones(len(extents), dtype=np.bool_)
    pieces = 0
    for token in range(1, len(extents)):
        (first, stop), (start, end) = extents[token - 1], extents[token]
        pieces = pieces + 1 if not starts[token - 1] else 1
        if first == stop:  # a mark for a blank, which belongs to the word after it
            starts[token] = stop != start
            continue
        same_word = start == stop and text[stop - 1].isalnum() and text[start].isalnum()
        starts[token] = not (start < stop or (same_word and start < end and pieces < MAX_PIECES))
    return starts


def mask(ids: Ints, words: Sequence[Ints], vocabulary: Vocabulary, random: Any) -> Masked:
    """Masks `ids` at some of `words`, each given by the positions of its tokens.

    Words are drawn until they have 15 % of the tokens of all words, at least one. `words` must not
    be empty. `random` is a numpy generator.
    """
    wanted = max(1, round(SHARE * sum(map(len, words))))
    chosen: list[Ints] = []
    for index in random.permutation(len(words)):
        if wanted <= 0:
            break
        chosen.append(words[index])
        wanted -= len(words[index])
    positions = np.sort(np.concatenate(chosen))
    drawn = random.random(len(positions))
    masked = ids.copy()
    masked[positions[drawn < HIDDEN]] = vocabulary.mask
    replaced = positions[(drawn >= HIDDEN) & (drawn < HIDDEN + REPLACED)]
    masked[replaced] = random.choice(vocabulary.ordinary, len(replaced))
    return Masked(masked, positions)
