"""Where each token begins: at a word, inside a word, or at the start of a line.

Words are those of Unicode's rules for letters and digits (UAX #29): letters and digits without
anything between them are one word, except in scripts that put no blanks between words.
"""

import re
from bisect import bisect_right
from enum import IntEnum

import numpy as np

from ner.spans import trim
from ner.text.extents import LINE_BREAKS, IntArray, Offsets, belongs_to_previous

_BLANKS = " \t\u00a0"
# First and last code points of the letters of Thai, Lao, Myanmar, Khmer, Tai Le to New Tai Lue, Tai
# Tham, ideographic marks, Hiragana, ideographs, more Myanmar, Tai Viet, and further ideographs.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x1950, 0x19DF),
    (0x1A20, 0x1AAF),
    (0x3005, 0x3007),
    (0x3041, 0x309F),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAADF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff]")
_FIRSTS = tuple(first for first, _ in _UNSPACED)


class TokenPosition(IntEnum):
    """Where a token begins.

    `WORD` is a word within a line and `LINE` the start of a line. The others are inside a run of
    letters and digits: `BESIDE_DIGIT` between a letter and a digit, `UNSPACED` at a letter of a
    script without blanks between words or after one, and `INSIDE_WORD` anywhere else.
    """

    WORD = 0
    INSIDE_WORD = 1
    LINE = 2
    BESIDE_DIGIT = 3
    UNSPACED = 4


def token_positions(text: str, offsets: Offsets) -> IntArray:
    """The `TokenPosition` of each token, ``[n_tokens]``.

    A token begins inside a run of letters and digits when all characters from the last one of the
    token before it to its own first one are letters, digits or their marks. It begins a line when
    only blanks are between it and the start of the text or a line break.
    """
    positions = np.empty(len(offsets), dtype=np.int64)
    previous = 0
    for token, (start, end) in enumerate(offsets):
        if _continues_run(text, previous, start):
            positions[token] = _position_in_run(text, previous, start)
        elif _begins_line(text, start, end):
            positions[token] = TokenPosition.LINE
        else:
            positions[token] = TokenPosition.WORD
        previous = end
    return positions


def certain_positions(text: str, offsets: Offsets) -> IntArray:
    """As `token_positions`, without boundaries of words that the text may have by accident.

    CoNLL files of Korean divide words into their parts, which are then read with blanks between
    them. A token after a blank between Korean letters therefore counts as inside a word.
    """
    positions = token_positions(text, offsets)
    for token, (start, end) in enumerate(offsets):
        start = trim(text, start, end)[0]
        if positions[token] == TokenPosition.WORD and start < end and is_hangul(text[start]):
            before = _before_blanks(text, start)
            if before > 0 and is_hangul(text[before - 1]):
                positions[token] = TokenPosition.INSIDE_WORD
    return positions


def _begins_line(text: str, start: int, end: int) -> bool:
    content = trim(text, start, end)[0]
    # A token of white space alone, such as the line break after an empty line, is its own content.
    start = content if content < end else start
    start = _before_blanks(text, start)
    return start == 0 or text[start - 1] in LINE_BREAKS


def _before_blanks(text: str, offset: int) -> int:
    while offset > 0 and text[offset - 1] in _BLANKS:
        offset -= 1
    return offset


def _continues_run(text: str, end: int, start: int) -> bool:
    """Whether letters and digits go on from the end of a token to the start of the next."""
    end = _base_end(text, end)
    between = text[max(end - 1, 0) : start + 1] if end > 0 else ""
    if between.isascii():
        return between.isalnum()
    return all(char.isalnum() or belongs_to_previous(char) for char in between)


def _position_in_run(text: str, end: int, start: int) -> TokenPosition:
    """The position of a token at `start` after one that ends at `end`, both in one run."""
    before, after = text[_base_end(text, end) - 1], text[start]
    # The byte tokens of one character overlap, and a mark belongs to the letter before it.
    if start < end or belongs_to_previous(after):
        return TokenPosition.INSIDE_WORD
    if is_unspaced(before) or is_unspaced(after):
        return TokenPosition.UNSPACED
    if before.isalpha() != after.isalpha():
        return TokenPosition.BESIDE_DIGIT
    return TokenPosition.INSIDE_WORD


def _base_end(text: str, end: int) -> int:
    """The end of the last character before `end` that is not a mark; 0 without one."""
    while end > 0 and belongs_to_previous(text[end - 1]):
        end -= 1
    return end


def is_unspaced(char: str) -> bool:
    """Whether the character is a letter of a script without blanks between words."""
    index = bisect_right(_FIRSTS, ord(char)) - 1
    return index >= 0 and ord(char) <= _UNSPACED[index][1]


def is_hangul(char: str) -> bool:
    """Whether the character is a Korean letter or syllable."""
    return _HANGUL.match(char) is not None


def is_inside_word(text: str, offset: int) -> bool:
    """Whether a span that begins or ends at this offset divides a word.

    Between a letter and a digit, in scripts without blanks between words and in Korean, where
    particles follow names directly, spans rightly begin and end within runs of letters.
    """
    if not 0 < offset < len(text) or not _continues_run(text, offset, offset):
        return False
    if is_hangul(text[offset]) or is_hangul(text[_base_end(text, offset) - 1]):
        return False
    return _position_in_run(text, offset, offset) == TokenPosition.INSIDE_WORD
