"""Documents that share their text: copies of each other, or contradictions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ner.spans import Document, Span


@dataclass(frozen=True, slots=True)
class SameText:
    """Two or more documents with exactly the same text.

    `places` are their indexes in the sequence that was searched.
    """

    places: tuple[int, ...]
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What `find_duplicates` found, each in order of its first document.

    `copies` also have the same spans. `contradictions` do not: of three documents with one text,
    two of them alike, the two are copies and the three a contradiction.
    """

    copies: tuple[SameText, ...]
    contradictions: tuple[SameText, ...]


def find_duplicates(documents: Sequence[Document]) -> Duplicates:
    """The documents whose text occurs more than once."""
    by_text: dict[str, list[int]] = defaultdict(list)
    by_both: dict[tuple[str, frozenset[Span]], list[int]] = defaultdict(list)
    for place, document in enumerate(documents):
        by_text[document.text].append(place)
        by_both[document.text, frozenset(document.spans)].append(place)
    alike = {tuple(places) for places in by_both.values()}
    return Duplicates(
        copies=_groups(documents, alike),
        contradictions=_groups(documents, {tuple(p) for p in by_text.values()} - alike),
    )


def _groups(documents: Sequence[Document], places: set[tuple[int, ...]]) -> tuple[SameText, ...]:
    return tuple(
        SameText(group, tuple(documents[place] for place in group))
        for group in sorted(places)
        if len(group) > 1
    )
