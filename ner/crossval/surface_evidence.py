"""Counts how the rest of a corpus labels the words of a span.

Words are compared as whole words, without case and white space.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ner.spans import Document

Words: TypeAlias = tuple[str, ...]

_WORD = re.compile(r"\w+|[^\w\s]")


def words_of(text: str) -> Words:
    """The words and marks of a text, case-folded."""
    return tuple(word.casefold() for word in _WORD.findall(text))


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A part of a document: the document's index, and ``[start, end)`` in code points."""

    document: int
    start: int
    end: int


class SurfaceEvidence:
    """Counts where the given strings occur in the documents, in spans of each label and outside."""

    def __init__(self, documents: Sequence[Document], strings: Iterable[str]) -> None:
        self._outside: dict[Words, set[Occurrence]] = defaultdict(set)
        self._inside: dict[tuple[Words, str], set[Occurrence]] = defaultdict(set)
        wanted: dict[str, set[Words]] = defaultdict(set)
        for words in map(words_of, strings):
            if words:
                wanted[words[0]].add(words)
        for index, document in enumerate(documents):
            self._count_spans(index, document, wanted)
            self._count_outside(index, document, wanted)

    def labelled(self, string: str, label: str, *, excluding: Occurrence) -> int:
        """The number of spans of `label` that are this string and do not overlap `excluding`."""
        return _count(self._inside.get((words_of(string), label), set()), excluding)

    def unlabelled(self, string: str, *, excluding: Occurrence) -> int:
        """The number of times that it occurs without overlapping a span or `excluding`."""
        return _count(self._outside.get(words_of(string), set()), excluding)

    def _count_spans(self, index: int, document: Document, wanted: dict[str, set[Words]]) -> None:
        for span in document.spans:
            words = words_of(document.text[span.start : span.end])
            if words and words in wanted.get(words[0], ()):
                self._inside[words, span.label].add(Occurrence(index, span.start, span.end))

    def _count_outside(self, index: int, document: Document, wanted: dict[str, set[Words]]) -> None:
        matches = [*_WORD.finditer(document.text)]
        words = [match.group().casefold() for match in matches]
        covered = bytearray(len(document.text))
        for span in document.spans:
            covered[span.start : span.end] = b"\x01" * (span.end - span.start)
        for first, word in enumerate(words):
            for candidate in wanted.get(word, ()):
                stop = first + len(candidate)
                if tuple(words[first:stop]) == candidate:
                    start, end = matches[first].start(), matches[stop - 1].end()
                    if covered.find(1, start, end) < 0:
                        self._outside[candidate].add(Occurrence(index, start, end))


def _count(occurrences: set[Occurrence], excluding: Occurrence) -> int:
    return sum(not _overlap(occurrence, excluding) for occurrence in occurrences)


def _overlap(one: Occurrence, other: Occurrence) -> bool:
    return one.document == other.document and one.start < other.end and other.start < one.end
