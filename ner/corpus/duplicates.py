"""Documents with the same text: copies of each other, or contradictions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ner.spans import Document, Span

# Two or more documents with exactly the same text, in order.
SameText: TypeAlias = tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Groups of documents with the same text, in order of their first documents.

    The documents of a group of `copies` have the same spans too; those of `contradictions` differ
    in their spans. Of three documents with one text, two may be copies and all three a
    contradiction.
    """

    copies: tuple[SameText, ...]
    contradictions: tuple[SameText, ...]


def find_duplicates(documents: Sequence[Document]) -> Duplicates:
    """The documents whose text occurs more than once."""
    by_text: dict[str, list[int]] = defaultdict(list)
    by_both: dict[tuple[str, frozenset[Span]], list[int]] = defaultdict(list)
    for index, document in enumerate(documents):
        by_text[document.text].append(index)
        by_both[document.text, frozenset(document.spans)].append(index)
    alike = {tuple(indices) for indices in by_both.values()}
    same_text = {tuple(indices) for indices in by_text.values()}
    return Duplicates(
        copies=_groups(documents, alike),
        contradictions=_groups(documents, same_text - alike),
    )


def _groups(documents: Sequence[Document], groups: set[tuple[int, ...]]) -> tuple[SameText, ...]:
    return tuple(
        tuple(documents[index] for index in group) for group in sorted(groups) if len(group) > 1
    )
