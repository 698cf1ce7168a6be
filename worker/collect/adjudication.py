"""Decides which spans count where several annotators of an individual project disagree."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from ner.spans import Span

Rule = Literal["majority", "first", "strict"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """The spans of a document that one annotator approved."""

    annotator: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Adjudicated:
    """The spans that count, None for a conflict that the rule leaves undecided.

    `agreement` is the mean over all pairs of annotators of the strict F1 between their spans, 1.0
    for a pair without spans; None with a single annotator.
    """

    spans: tuple[Span, ...] | None
    agreement: float | None


def adjudicate(annotations: Sequence[Annotation], rule: Rule) -> Adjudicated:
    """Applies the rule to `annotations`, in the order in which the annotators were first seen.

    ``majority``: a span counts when more than half of the annotators made exactly this span, or
    exactly half of them, the first one included; so the first of two annotators decides.
    ``first``: the first annotator's spans count. ``strict``: spans count only when all annotators
    agree. Raises ValueError without annotations.
    """
    if not annotations:
        raise ValueError("a document without annotators cannot be adjudicated")
    sets = [frozenset(annotation.spans) for annotation in annotations]
    return Adjudicated(_decide(sets, rule), _agreement(sets))


def order_by_first_seen(present: Sequence[str], before: Sequence[str]) -> tuple[str, ...]:
    """Returns the `present` annotators: those in `before` in its order, then the rest by name."""
    known = [name for name in before if name in present]
    return (*known, *sorted(set(present) - set(known)))


def _decide(sets: Sequence[frozenset[Span]], rule: Rule) -> tuple[Span, ...] | None:
    first = sets[0]
    if rule == "first" or len(sets) == 1:
        return tuple(sorted(first))
    if rule == "strict":
        return tuple(sorted(first)) if all(spans == first for spans in sets) else None
    votes = Counter(span for spans in sets for span in spans)
    half = len(sets) / 2
    return tuple(
        sorted(s for s, count in votes.items() if count > half or (count == half and s in first))
    )


def _agreement(sets: Sequence[frozenset[Span]]) -> float | None:
    scores = [_f1(left, right) for left, right in combinations(sets, 2)]
    return sum(scores) / len(scores) if scores else None


def _f1(left: frozenset[Span], right: frozenset[Span]) -> float:
    if not left and not right:
        return 1.0
    return 2 * len(left & right) / (len(left) + len(right))
