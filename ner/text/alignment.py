"""Spans of characters ⇄ BIO tags on tokens, through the tokenizer's offsets.

Overlapping spans cannot all be tagged. The longer one stays, of equally long ones the earlier,
then the one whose label sorts first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ner.spans import Span
from ner.tags import OUTSIDE, begin_tag, inside_tag, label_index, sort_labels
from ner.text.extents import IntArray, Offsets, token_extents, trim


class Loss(StrEnum):
    """Why a span does not come back from its tags as it was."""

    UNKNOWN_LABEL = "unknown label"
    DUPLICATE = "the same span twice"
    WHITE_SPACE = "nothing but white space"
    UNCOVERED = "no token stands for its text"
    OVERLAP = "overlaps a span that was kept"
    SHARED = "shares a token with a span that was kept"
    INSIDE = "a boundary lies inside a token"
    TRIMMED = "white space at an end"


@dataclass(frozen=True, slots=True)
class DroppedSpan:
    """A span that got no tags, and why."""

    span: Span
    reason: Loss


@dataclass(frozen=True, slots=True)
class InexactSpan:
    """A span that was tagged but comes back as `becomes`, and why."""

    span: Span
    becomes: Span
    reason: Loss


@dataclass(frozen=True, slots=True)
class Alignment:
    """The tags of a document's tokens, and what became of each of its spans.

    `kept` and `dropped` together are all the spans that were given; `inexact` are those of `kept`
    whose boundaries tags cannot express.
    """

    tags: IntArray
    kept: tuple[Span, ...]
    dropped: tuple[DroppedSpan, ...]
    inexact: tuple[InexactSpan, ...]


@dataclass(frozen=True, slots=True)
class TaggedSpan:
    """A span read off tags, and the tokens ``[first, stop)`` that carry them."""

    span: Span
    first: int
    stop: int


def align(spans: Iterable[Span], offsets: Offsets, labels: Sequence[str], text: str) -> Alignment:
    """Tag each token: ``[n_tokens]`` int64, numbered as `ner.tags` does.

    `offsets` are half-open code points of each token, special tokens left out. Every span ends
    up in the result's `kept` or, with its reason, in its `dropped`.
    """
    order = {label: index for index, label in enumerate(sort_labels(labels))}
    extents = token_extents(text, offsets)
    tags = np.full(len(offsets), OUTSIDE, dtype=np.int64)
    taken = _Taken(len(text))
    kept: list[TaggedSpan] = []
    dropped: list[DroppedSpan] = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.label)):
        found: TaggedSpan | Loss = Loss.UNKNOWN_LABEL
        if span.label in order:
            found = _place(span, text, extents, taken)
        if isinstance(found, Loss):
            dropped.append(DroppedSpan(span, found))
            continue
        tags[found.first : found.stop] = inside_tag(order[span.label])
        tags[found.first] = begin_tag(order[span.label])
        kept.append(found)
    kept.sort(key=lambda tagged: tagged.span)
    return Alignment(
        tags=tags,
        kept=tuple(tagged.span for tagged in kept),
        dropped=tuple(sorted(dropped, key=lambda d: d.span)),
        inexact=tuple(_inexact(kept, tags, offsets, labels, text)),
    )


def spans_from_tags(
    tags: IntArray, offsets: Offsets, labels: Sequence[str], text: str
) -> tuple[Span, ...]:
    """The spans that `tags` say: sorted, not overlapping, no white space at their ends.

    ``B-`` always begins a span, ``I-`` after anything but its own label does too.
    """
    return tuple(tagged.span for tagged in tagged_spans(tags, offsets, labels, text))


def tagged_spans(
    tags: IntArray, offsets: Offsets, labels: Sequence[str], text: str
) -> list[TaggedSpan]:
    """As `spans_from_tags`, each with its tokens. Raises ValueError when lengths differ."""
    if len(tags) != len(offsets):
        raise ValueError(f"{len(tags)} tags for {len(offsets)} tokens")
    names = sort_labels(labels)
    extents = token_extents(text, offsets)
    found: list[TaggedSpan] = []
    for first, stop in _runs(tags):
        start, end = _extent(extents[first:stop])
        if found:
            # Byte tokens of one character can be tagged apart; the character goes to the first.
            start = max(start, found[-1].span.end)
        start, end = trim(text, start, end)
        if start < end:
            span = Span(start, end, names[label_index(int(tags[first]))])
            found.append(TaggedSpan(span, first, stop))
    return found


class _Taken:
    """What the spans kept so far cover, as they were given and as their tokens say."""

    def __init__(self, length: int) -> None:
        self._spans: set[Span] = set()
        self._given = bytearray(length)
        self._tokens = bytearray(length)

    def clash(self, span: Span) -> Loss | None:
        if self._given.find(1, span.start, span.end) < 0:
            return None
        return Loss.DUPLICATE if span in self._spans else Loss.OVERLAP

    def shares(self, start: int, end: int) -> bool:
        return self._tokens.find(1, start, end) >= 0

    def add(self, span: Span, start: int, end: int) -> None:
        self._spans.add(span)
        self._given[span.start : span.end] = b"\x01" * (span.end - span.start)
        self._tokens[start:end] = b"\x01" * (end - start)


def _place(span: Span, text: str, extents: IntArray, taken: _Taken) -> TaggedSpan | Loss:
    """The tokens that stand for the span, from then on taken, or why it has none."""
    clash = taken.clash(span)
    if clash is not None:
        return clash
    start, end = trim(text, span.start, span.end)
    if start == end:
        return Loss.WHITE_SPACE
    touched = _tokens(extents, start, end)
    if touched is None:
        return Loss.UNCOVERED
    start, end = _extent(extents[slice(*touched)])
    if taken.shares(start, end):
        return Loss.SHARED
    taken.add(span, start, end)
    return TaggedSpan(span, *touched)


def _tokens(extents: IntArray, start: int, end: int) -> tuple[int, int] | None:
    """Tokens that touch ``[start, end)``, or of these just the ones within if they span it all.

    The second matters where tokens overlap each other, as bytes of neighbouring characters may.
    """
    starts, ends = extents[:, 0], extents[:, 1]
    wide = starts < ends
    within = np.flatnonzero(wide & (starts >= start) & (ends <= end))
    if within.size:
        first, stop = int(within[0]), int(within[-1]) + 1
        if _extent(extents[first:stop]) == (start, end):
            return first, stop
    touching = np.flatnonzero(wide & (starts < end) & (ends > start))
    return (int(touching[0]), int(touching[-1]) + 1) if touching.size else None


def _extent(extents: IntArray) -> tuple[int, int]:
    """Start and end of tokens together, not counting those of zero width; (0, 0) without any."""
    wide = extents[extents[:, 0] < extents[:, 1]]
    return (int(wide[:, 0].min()), int(wide[:, 1].max())) if wide.size else (0, 0)


def _runs(tags: IntArray) -> Iterable[tuple[int, int]]:
    """Token ranges of the spans in a tag sequence."""
    first = -1
    previous = OUTSIDE
    for token, tag in enumerate(tags.tolist()):
        goes_on = tag > OUTSIDE and tag % 2 == 0 and previous in (tag - 1, tag)
        if not goes_on:
            if first >= 0:
                yield first, token
            first = token if tag != OUTSIDE else -1
        previous = tag
    if first >= 0:
        yield first, len(tags)


def _inexact(
    kept: Sequence[TaggedSpan], tags: IntArray, offsets: Offsets, labels: Sequence[str], text: str
) -> Iterable[InexactSpan]:
    back = {tagged.first: tagged.span for tagged in tagged_spans(tags, offsets, labels, text)}
    for tagged in kept:
        span, becomes = tagged.span, back[tagged.first]
        if becomes != span:
            same = trim(text, span.start, span.end) == (becomes.start, becomes.end)
            yield InexactSpan(span, becomes, Loss.TRIMMED if same else Loss.INSIDE)
