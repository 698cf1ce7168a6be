"""BILUO tags on words, as the old project had them: begin, inside, last, unit, outside."""

import re
from collections.abc import Iterable, Sequence

from ner.spans import Span
from ner.text.extents import Offsets

# Words as spaCy's and BERT's splitters roughly see them: letters and digits, or one sign.
_WORD = re.compile(r"\w+|[^\w\s]")


def words_of(text: str) -> list[tuple[int, int]]:
    """Half-open code points of each word and each sign."""
    return [word.span() for word in _WORD.finditer(text)]


def biluo_names(labels: Sequence[str]) -> tuple[str, ...]:
    """The name of tag i at index i; ``O`` is 0."""
    return "O", *(f"{part}-{label}" for label in labels for part in "BILU")


def biluo_tags(spans: Iterable[Span], words: Offsets) -> tuple[list[str], int]:
    """The tag of each word, and how many spans were dropped.

    A span that does not begin and end with a word is, and one that overlaps an earlier one.
    """
    first_at = {start: index for index, (start, _) in enumerate(words)}
    last_at = {end: index for index, (_, end) in enumerate(words)}
    tags = ["O"] * len(words)
    dropped = 0
    for span in sorted(spans):
        first, last = first_at.get(span.start), last_at.get(span.end)
        if first is None or last is None or {*tags[first : last + 1]} != {"O"}:
            dropped += 1
            continue
        parts = "U" if first == last else "B" + "I" * (last - first - 1) + "L"
        tags[first : last + 1] = [f"{part}-{span.label}" for part in parts]
    return tags, dropped


def biluo_spans(tags: Sequence[str], words: Offsets) -> tuple[Span, ...]:
    """The spans that `tags` say, sorted.

    Sequences that break the rules are read as kindly as seqeval does by default: ``I-`` and ``L-``
    begin a span where none of their label is open, and one without its ``L-`` ends where it ends.
    """
    spans: list[Span] = []
    is_open = False
    for tag, (start, end) in zip(tags, words, strict=True):
        part, label = tag[0], tag[2:]
        if part in "IL" and is_open and spans[-1].label == label:
            spans[-1] = Span(spans[-1].start, end, label)
        elif part != "O":
            spans.append(Span(start, end, label))
        is_open = part in "BI"
    return tuple(spans)
