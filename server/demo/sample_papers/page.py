"""Builds a page by appending text only, so that gold spans are exact."""

import random

from ner.spans import Document, Span

LABEL = "AFFILIATION"
MISREADINGS = (("l", "1"), ("rn", "m"), ("o", "0"), ("i", "í"), ("", " "))


class Gold(str):
    """A piece of text that is an affiliation, without its marker and a final full stop."""

    __slots__ = ()


class Page:
    """Collects paragraphs; `noise` is the share of words with a scanning error."""

    def __init__(self, rng: random.Random, *, noise: float = 0.0) -> None:
        self._rng = rng
        self._noise = noise
        self._text = ""
        self._spans: list[Span] = []

    def paragraph(self, *parts: str, width: int = 0) -> None:
        """Appends one paragraph; `Gold` parts become spans, lines break before `width` if given."""
        text, golds = "", []
        for part in parts:
            piece = self._misread(part)
            if isinstance(part, Gold):
                golds.append((len(text), len(text) + len(piece)))
            text += piece
        text = _wrapped(text, width) if width else text
        start = len(self._text) + 1 if self._text else 0
        self._text += f"\n{text}" if self._text else text
        self._spans += [Span(start + left, start + right, LABEL) for left, right in golds]

    def document(self, *, name: str, layout: str) -> Document:
        """Returns the finished page."""
        return Document(self._text, tuple(self._spans), id=name, meta={"layout": layout})

    def _misread(self, piece: str) -> str:
        if not self._noise:
            return piece
        words = piece.split(" ")
        return " ".join(
            self._misread_word(word) if self._rng.random() < self._noise else word for word in words
        )

    def _misread_word(self, word: str) -> str:
        """Makes a scanning error inside the word, not at its ends: a similar glyph or a blank."""
        if len(word) < 4 or not word.isalpha():
            return word
        wrong, right = self._rng.choice(MISREADINGS)
        inner = word[1:-1]
        if not wrong:
            return f"{word[0]}{inner[:1]}{right}{inner[1:]}{word[-1]}"
        return word[0] + inner.replace(wrong, right, 1) + word[-1]


def _wrapped(text: str, width: int) -> str:
    """Replaces blanks by line breaks, so that offsets stay the same."""
    characters = list(text)
    line_start = last_blank = 0
    for index, character in enumerate(characters):
        if character == "\n":
            line_start = index + 1
        elif character == " ":
            last_blank = index
        if index - line_start >= width and last_blank > line_start:
            characters[last_blank] = "\n"
            line_start = last_blank + 1
    return "".join(characters)
