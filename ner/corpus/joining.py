"""The text of a list of tokens, whose file does not say what was between them.

Words are joined by blanks. Chinese, Japanese, Thai, Lao, Khmer and Burmese have none between words,
so that a made-up one would teach a model texts that nobody writes.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from ner.text.positions import is_hangul, is_unspaced

# Katakana and the punctuation of ideographic scripts, which stand beside letters without a blank.
_BESIDE_UNSPACED = re.compile("[\u3000-\u303f\u30a0-\u30ff\u31f0-\u31ff\uff00-\uffef]")


def is_divided_into_characters(tokens: Sequence[str]) -> bool:
    """Whether each token is a single character of a text that is not written so.

    Chinese and Korean corpora have such files, digits and Latin letters included.
    """
    return all(len(token) == 1 for token in tokens) and any(
        is_hangul(token) or is_unspaced(token) for token in tokens
    )


def join_tokens(tokens: Sequence[str], *, blanks: bool) -> tuple[str, list[int]]:
    """The text, and where each token starts in it; without `blanks` none is put in anywhere."""
    words = [token for token in tokens if token[0].isalpha()]
    mostly = 2 * sum(_is_solid(word[0]) for word in words) > len(words)
    starts, parts, position = [0] if tokens else [], [*tokens[:1]], len(tokens[0]) if tokens else 0
    for left, right in pairwise(tokens):
        solid = _is_solid(left[-1]), _is_solid(right[0])
        blank = " " if blanks and not (any(solid) if mostly else all(solid)) else ""
        starts.append(position + len(blank))
        parts += [blank, right]
        position = starts[-1] + len(right)
    return "".join(parts), starts


def _is_solid(char: str) -> bool:
    """Whether a character stands beside others of its script without a blank."""
    return is_unspaced(char) or _BESIDE_UNSPACED.match(char) is not None
