"""Which signs belong to a span at its ends, `*` or a full stop: counted in the training spans.

Reviewers mostly agree on that, and a model that tags one token at a time still gets it wrong now
and then. A sign is neither letter, digit nor white space.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ner.spans import Document, Span
from ner.tags import sort_labels
from ner.text.extents import LINE_BREAKS, belongs_to_previous

# Fewer places say little of a sign, and less agreement is none.
MIN_PLACES = 10
MIN_AGREEMENT = 0.9


@dataclass(frozen=True, slots=True)
class Signs:
    """Those that belong to a label's spans at one end, and those that do not; others may.

    Raises ValueError when one is in both.
    """

    inside: str = ""
    outside: str = ""

    def __post_init__(self) -> None:
        if both := {*self.inside} & {*self.outside}:
            raise ValueError(f"{sorted(both)} cannot be both inside and outside of spans")


@dataclass(frozen=True, slots=True)
class SpanEnds:
    """The signs at the starts and at the ends of spans, for each label in the order of its tags.

    Empty, spans stay as they are. Raises ValueError when the two are not for as many labels.
    """

    starts: tuple[Signs, ...] = ()
    ends: tuple[Signs, ...] = ()

    def __post_init__(self) -> None:
        if len(self.starts) != len(self.ends):
            raise ValueError(f"starts of {len(self.starts)} labels, ends of {len(self.ends)}")

    def settle(self, text: str, spans: Sequence[Span], label_indices: Sequence[int]) -> list[Span]:
        """The spans with the signs that belong to them and without those that do not.

        `spans` are sorted and do not overlap; nor do the results, which are in the same order. A
        span grows only over signs and blanks in its line, and loses no letter and no digit.
        """
        if not self.starts or not spans:
            return [*spans]
        settled: list[Span] = []
        nexts = [*(span.start for span in spans[1:]), len(text)]
        for span, index, end in zip(spans, label_indices, nexts, strict=True):
            free = range(settled[-1].end if settled else 0, end)
            settled.append(self._settle(text, span, index, free))
        return settled

    def _settle(self, text: str, span: Span, label_index: int, free: range) -> Span:
        core = _core(text, span)
        if not core:
            return span
        first = _outermost(text, core[0], -1, span, self.starts[label_index], free)
        last = _outermost(text, core[-1], 1, span, self.ends[label_index], free)
        return Span(first, last + 1, span.label)


def learn_span_ends(documents: Iterable[Document], labels: Sequence[str]) -> SpanEnds:
    """The signs that belong, or do not, in nine in ten of at least ten places beside spans."""
    names = sort_labels(labels)
    counts = {(label, step): _SignCounts() for label in names for step in (-1, 1)}
    for document in documents:
        for span in document.spans:
            core = _core(document.text, span)
            if core and span.label in names:
                counts[span.label, -1].add(document.text, core[0], -1, span)
                counts[span.label, 1].add(document.text, core[-1], 1, span)
    return SpanEnds(
        tuple(counts[label, -1].signs() for label in names),
        tuple(counts[label, 1].signs() for label in names),
    )


class _SignCounts:
    """How often each sign lies at one end of a label's spans, and how often it belongs to them."""

    def __init__(self) -> None:
        self._all = Counter[str]()
        self._inside = Counter[str]()

    def add(self, text: str, place: int, step: int, span: Span) -> None:
        for sign in _outward(text, place, step):
            self._all[text[sign]] += 1
            self._inside[text[sign]] += span.start <= sign < span.end

    def signs(self) -> Signs:
        inside = (sign for sign, count in self._inside.items() if self._agreed(sign, count))
        outside = (
            sign
            for sign, count in self._all.items()
            if self._agreed(sign, count - self._inside[sign])
        )
        return Signs(inside="".join(sorted(inside)), outside="".join(sorted(outside)))

    def _agreed(self, sign: str, count: int) -> bool:
        return self._all[sign] >= MIN_PLACES and count >= MIN_AGREEMENT * self._all[sign]


def _core(text: str, span: Span) -> range:
    """From the first to the last character that is neither sign nor white space."""
    first, last = span.start, span.end - 1
    while first <= last and _is_loose(text[first]):
        first += 1
    while first <= last and _is_loose(text[last]):
        last -= 1
    return range(first, last + 1)


def _outward(text: str, place: int, step: int) -> Iterator[int]:
    """Where the signs are beyond `place`, up to a letter, a digit or the end of the line."""
    place += step
    while 0 <= place < len(text) and _is_loose(text[place]) and text[place] not in LINE_BREAKS:
        if not text[place].isspace():
            yield place
        place += step


def _outermost(text: str, core: int, step: int, span: Span, signs: Signs, free: range) -> int:
    """The last place, seen from the core's, that belongs to the span."""
    kept, last = core, span.start if step < 0 else span.end - 1
    for place in _outward(text, core, step):
        if span.start <= place < span.end:
            if text[place] in signs.outside:
                return kept
            kept = place
        elif text[place] in signs.inside and place in free:
            last = place
        else:
            break
    return last


def _is_loose(char: str) -> bool:
    """Whether it is a sign or white space; accents, joiners and what cannot be seen are neither."""
    if char.isalnum() or belongs_to_previous(char):
        return False
    return char.isspace() or char.isprintable()
