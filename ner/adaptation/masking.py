"""Which tokens a model has to guess: whole words, drawn anew each time a window is read.

15 % of the tokens, of which 80 % are hidden, 10 % replaced by others and 10 % left as they are:
Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding"; drawn anew in every epoch: Liu et al. 2019, "RoBERTa".
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
# Longer words are cut: in scripts without blanks a whole sentence would be one.
MAX_PIECES = 8


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokenizer's mask, and the tokens that may stand in another's place."""

    mask: int
    ordinary: Ints

    @staticmethod
    def of(tokenizer: Any) -> "Vocabulary":
        """Raises ValueError when the tokenizer has no mask token."""
        if tokenizer.mask_token_id is None:
            raise ValueError("the tokenizer has no mask token")
        ordinary = {*tokenizer.get_vocab().values()} - {*tokenizer.all_special_ids}
        return Vocabulary(tokenizer.mask_token_id, np.array(sorted(ordinary), dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Masked:
    """A window's ids as the model sees them; `places` are where it must guess, in order."""

    ids: Ints
    places: Ints


def word_starts(text: str, offsets: Offsets) -> npt.NDArray[np.bool_]:
    """Whether each token begins a word: ``[n_tokens]``.

    A word is letters and digits without a gap, in at most 8 tokens; any other token is one by
    itself. Tokens of one character go together.
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
    """Mask `ids` at some of `words`, of which there is one at least, each its tokens' places.

    15 % of all these tokens, at least one, and no more than one word beyond. `random` is numpy's
    generator.
    """
    wanted = max(1, round(SHARE * sum(map(len, words))))
    chosen: list[Ints] = []
    for index in random.permutation(len(words)):
        if wanted <= 0:
            break
        chosen.append(words[index])
        wanted -= len(words[index])
    places = np.sort(np.concatenate(chosen))
    fate = random.random(len(places))
    seen = ids.copy()
    seen[places[fate < HIDDEN]] = vocabulary.mask
    replaced = places[(fate >= HIDDEN) & (fate < HIDDEN + REPLACED)]
    seen[replaced] = random.choice(vocabulary.ordinary, len(replaced))
    return Masked(seen, places)
