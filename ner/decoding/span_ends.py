"""Which signs at a span's ends, such as `*` or a full stop, belong to the span.

This is counted in the training spans. Annotators mostly agree on it, but a model that tags one
token at a time sometimes gets it wrong. A sign is a character that is not a letter, a digit or
white space.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ner.spans import Document, Span
from ner.tags import sort_labels
from ner.text.extents import LINE_BREAKS, belongs_to_previous

# How often a sign must occur at spans' ends, and the share of them that must agree, to be learned.
MIN_OCCURRENCES = 10
MIN_AGREEMENT = 0.9


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs that belong to a label's spans at one end, and those that do not.

    A sign in neither stays as the model tagged it. Raises ValueError when one is in both.
    """

    inside: str = ""
    outside: str = ""

    def __post_init__(self) -> None:
        if both := {*self.inside} & {*self.outside}:
            raise ValueError(f"{sorted(both)} cannot be both inside and outside of spans")


@dataclass(frozen=True, slots=True)
class SpanEnds:
    """The signs at the starts and at the ends of spans, for each label in the order of its tags.

    When both are empty, spans stay as they are. Raises ValueError when they differ in length.
    """

    starts: tuple[Signs, ...] = ()
    ends: tuple[Signs, ...] = ()

    def __post_init__(self) -> None:
        if len(self.starts) != len(self.ends):
            raise ValueError(f"starts of {len(self.starts)} labels, ends of {len(self.ends)}")

    def adjust(self, text: str, spans: Sequence[Span], label_indices: Sequence[int]) -> list[Span]:
        """The spans with the signs that belong to them and without those that do not.

        `spans` are sorted and do not overlap, and neither do the results, in the same order. A span
        grows only over signs and blanks of its line, and never loses a letter or digit.
        """
        if not self.starts or not spans:
            return [*spans]
        adjusted: list[Span] = []
        next_starts = [*(span.start for span in spans[1:]), len(text)]
        for span, index, next_start in zip(spans, label_indices, next_starts, strict=True):
            free = range(adjusted[-1].end if adjusted else 0, next_start)
            adjusted.append(self._adjust(text, span, index, free))
        return adjusted

    def _adjust(self, text: str, span: Span, label_index: int, free: range) -> Span:
        core = _core(text, span)
        if not core:
            return span
        first = _outermost(text, core[0], -1, span, self.starts[label_index], free)
        last = _outermost(text, core[-1], 1, span, self.ends[label_index], free)
        return Span(first, last + 1, span.label)


def learn_span_ends(documents: Iterable[Document], labels: Sequence[str]) -> SpanEnds:
    """The signs at the ends of spans that are mostly inside of the spans, or mostly outside.

    A sign must occur `MIN_OCCURRENCES` times, and the share `MIN_AGREEMENT` must be on one side.
    """
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
    """How often each sign is at one end of a label's spans, and how often it is inside of them."""

    def __init__(self) -> None:
        self._all = Counter[str]()
        self._inside = Counter[str]()

    def add(self, text: str, core: int, step: int, span: Span) -> None:
        for index in _outward(text, core, step):
            self._all[text[index]] += 1
            self._inside[text[index]] += span.start <= index < span.end

    def signs(self) -> Signs:
        inside = (sign for sign, count in self._inside.items() if self._agreed(sign, count))
        outside = (
            sign
            for sign, count in self._all.items()
            if self._agreed(sign, count - self._inside[sign])
        )
        return Signs(inside="".join(sorted(inside)), outside="".join(sorted(outside)))

    def _agreed(self, sign: str, count: int) -> bool:
        return self._all[sign] >= MIN_OCCURRENCES and count >= MIN_AGREEMENT * self._all[sign]


def _core(text: str, span: Span) -> range:
    """The span from its first to its last character that is neither sign nor white space."""
    first, last = span.start, span.end - 1
    while first <= last and _is_sign_or_space(text[first]):
        first += 1
    while first <= last and _is_sign_or_space(text[last]):
        last -= 1
    return range(first, last + 1)


def _outward(text: str, core: int, step: int) -> Iterator[int]:
    """The indices of the signs from `core` outward, up to a letter, a digit or the line's end.

    `core` is the index of a core's first or last character; `step` is -1 or 1.
    """
    index = core + step
    while (
        0 <= index < len(text) and _is_sign_or_space(text[index]) and text[index] not in LINE_BREAKS
    ):
        if not text[index].isspace():
            yield index
        index += step


def _outermost(text: str, core: int, step: int, span: Span, signs: Signs, free: range) -> int:
    """The outermost index that belongs to the span, from the core's character outward."""
    kept, last = core, span.start if step < 0 else span.end - 1
    for index in _outward(text, core, step):
        if span.start <= index < span.end:
            if text[index] in signs.outside:
                return kept
            kept = index
        elif text[index] in signs.inside and index in free:
            last = index
        else:
            break
    return last


def _is_sign_or_space(char: str) -> bool:
    """Whether it is a sign or white space; accents, joiners and invisible ones are neither."""
    if char.isalnum() or belongs_to_previous(char):
        return False
    return char.isspace() or char.isprintable()
