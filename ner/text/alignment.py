"""Conversion of spans to BIO tags on tokens and back, through the tokenizer's offsets.

Overlapping spans cannot all be tagged. The longer one is kept; of equally long ones the earlier,
then the one whose label sorts first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ner.spans import Span, trim
from ner.tags import OUTSIDE, begin_tag, inside_tag, label_index, sort_labels
from ner.text.extents import IntArray, Offsets, token_extents


class Loss(StrEnum):
    """Why tags do not express a span exactly."""

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
    """A span that was tagged but whose tags decode to `becomes`, and why."""

    span: Span
    becomes: Span
    reason: Loss


@dataclass(frozen=True, slots=True)
class Alignment:
    """The tags of a document's tokens, and the outcome for each of its spans.

    `kept` and `dropped` together are all the document's spans; `inexact` are those of `kept` whose
    boundaries tags cannot express.
    """

    tags: IntArray
    kept: tuple[Span, ...]
    dropped: tuple[DroppedSpan, ...]
    inexact: tuple[InexactSpan, ...]


@dataclass(frozen=True, slots=True)
class TaggedSpan:
    """A span, and the tokens ``[first, stop)`` that its tags are on."""

    span: Span
    first: int
    stop: int


def align(spans: Iterable[Span], offsets: Offsets, labels: Sequence[str], text: str) -> Alignment:
    """Tags each token: ``[n_tokens]`` int64, numbered as in `ner.tags`.

    `offsets` are half-open code points of each token, special tokens left out. Every span is in the
    result's `kept` or, with the reason, in its `dropped`.
    """
    order = {label: index for index, label in enumerate(sort_labels(labels))}
    extents = token_extents(text, offsets)
    tags = np.full(len(offsets), OUTSIDE, dtype=np.int64)
    taken = _Taken(len(text))
    kept: list[TaggedSpan] = []
    dropped: list[DroppedSpan] = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.label)):
        outcome: TaggedSpan | Loss = Loss.UNKNOWN_LABEL
        if span.label in order:
            outcome = _take_tokens(span, text, extents, taken)
        if isinstance(outcome, Loss):
            dropped.append(DroppedSpan(span, outcome))
            continue
        tags[outcome.first : outcome.stop] = inside_tag(order[span.label])
        tags[outcome.first] = begin_tag(order[span.label])
        kept.append(outcome)
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
    """The spans of `tags`: sorted, not overlapping, without white space at their ends.

    ``B-`` always begins a span, and so does ``I-`` after anything but its own label.
    """
    return tuple(tagged.span for tagged in tagged_spans(tags, offsets, labels, text))


def tagged_spans(
    tags: IntArray, offsets: Offsets, labels: Sequence[str], text: str
) -> list[TaggedSpan]:
    """As `spans_from_tags`, each span with its tokens. Raises ValueError when lengths differ."""
    if len(tags) != len(offsets):
        raise ValueError(f"{len(tags)} tags for {len(offsets)} tokens")
    names = sort_labels(labels)
    extents = token_extents(text, offsets)
    spans: list[TaggedSpan] = []
    for first, stop in _runs(tags):
        start, end = _extent(extents[first:stop])
        if spans:
            # The byte tokens of one character can be in two spans; the first has the character.
            start = max(start, spans[-1].span.end)
        start, end = trim(text, start, end)
        if start < end:
            span = Span(start, end, names[label_index(int(tags[first]))])
            spans.append(TaggedSpan(span, first, stop))
    return spans


class _Taken:
    """The characters that the spans kept so far cover, themselves and by their tokens."""

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


def _take_tokens(span: Span, text: str, extents: IntArray, taken: _Taken) -> TaggedSpan | Loss:
    """Marks the span's tokens as taken and returns them, or the reason why it gets none."""
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
    """The tokens that touch ``[start, end)``, or only those within it if they cover it all.

    The two differ where tokens overlap, as bytes of neighbouring characters may.
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
    """Start and end of the tokens together, zero-width ones left out; (0, 0) without any."""
    wide = extents[extents[:, 0] < extents[:, 1]]
    return (int(wide[:, 0].min()), int(wide[:, 1].max())) if wide.size else (0, 0)


def _runs(tags: IntArray) -> Iterable[tuple[int, int]]:
    """The token range of each span in a tag sequence."""
    first = -1
    previous = OUTSIDE
    for token, tag in enumerate(tags.tolist()):
        continues = tag > OUTSIDE and tag % 2 == 0 and previous in (tag - 1, tag)
        if not continues:
            if first >= 0:
                yield first, token
            first = token if tag != OUTSIDE else -1
        previous = tag
    if first >= 0:
        yield first, len(tags)


def _inexact(
    kept: Sequence[TaggedSpan], tags: IntArray, offsets: Offsets, labels: Sequence[str], text: str
) -> Iterable[InexactSpan]:
    decoded = {tagged.first: tagged.span for tagged in tagged_spans(tags, offsets, labels, text)}
    for tagged in kept:
        span, becomes = tagged.span, decoded[tagged.first]
        if becomes != span:
            same = trim(text, span.start, span.end) == (becomes.start, becomes.end)
            yield InexactSpan(span, becomes, Loss.TRIMMED if same else Loss.INSIDE)
