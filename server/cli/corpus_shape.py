"""What `nerloop check` prints about a corpus, and other commands before they use it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from worker.wording import counted

if TYPE_CHECKING:
    from rich.console import Console

    from ner.corpus.corpus import Corpus
    from ner.corpus.shape import Shape
    from ner.spans import Document

_SHOWN_ITEMS = 3
_SHOWN_LABELS = 8


def print_shape(corpus: "Corpus", console: "Console") -> None:
    """Prints the figures of the corpus, and its labels, the most frequent ones."""
    from ner.corpus.shape import shape_of

    shape = shape_of(corpus.documents)
    grid = Table.grid(padding=(0, 2))
    for name, value in _rows(corpus, shape):
        grid.add_row(Text(name), Text(value, overflow="fold"))
    console.print(grid)
    if shape.spans:
        console.print(_labels(shape))


def _rows(corpus: "Corpus", shape: "Shape") -> Iterator[tuple[str, str]]:
    yield "corpus", str(corpus.path)
    for note in corpus.notes:
        yield "read as", f"{note} (--token-column, --tag-column)"
    yield f"{corpus.noun}s", f"{shape.documents} (without spans: {shape.without_spans})"
    yield from _left_out(corpus)
    yield "spans", f"{sum(shape.spans.values())} of {counted(len(shape.spans), 'label')}"
    if corpus.counts.trimmed:
        yield "blanks at span ends", f"left out in {counted(corpus.counts.trimmed, 'span')}"
    if corpus.counts.empty:
        yield "spans without text", f"{corpus.counts.empty} left out"
    if shape.boundaries:
        share = f"{shape.inside} of {shape.boundaries} ({shape.inside_share:.0%})"
        yield "boundaries inside words", share
    yield "longest", f"{shape.longest.id}, {counted(len(shape.longest.text), 'character')}"
    for groups, what in (
        (shape.duplicates.copies, "same text and spans"),
        (shape.duplicates.contradictions, "same text, other spans"),
    ):
        if groups:
            listed = [_first([document.id for document in group], " = ") for group in groups]
            size = counted(len(groups), "text")
            yield what, f"{size} in {sum(map(len, groups))} {corpus.noun}s: {_first(listed)}"
    for warning in _warnings(corpus, shape):
        yield "warning", warning


def _left_out(corpus: "Corpus") -> Iterator[tuple[str, str]]:
    skipped = len(corpus.skipped)
    if skipped and corpus.skipped[-1].is_last:
        skipped -= 1
        line = corpus.skipped[-1].line
        yield "left out", f"everything from line {line} on, where the JSON array is broken"
    if skipped:
        total = skipped + len(corpus.documents) + sum(corpus.left_out.values())
        yield "left out", f"{skipped} of {counted(total, corpus.noun)}, because of bad lines"
    for reason, count in sorted(corpus.left_out.items()):
        yield "left out", f"{counted(count, corpus.noun)} {reason}"


def _warnings(corpus: "Corpus", shape: "Shape") -> Iterator[str]:
    if corpus.unannotated:
        yield (
            f"{counted(corpus.unannotated, corpus.noun)} without a key for spans, which count as "
            "reviewed to have no span"
        )
    if shape.is_suspicious:
        yield (
            "usual exports have at most 8 % of boundaries inside words: the texts may have been "
            "edited after the annotation, or the offsets count another unit (--offset-unit)"
        )
    if shape.drifted:
        yield (
            f"{counted(len(shape.drifted), corpus.noun)} with most boundaries inside words, unlike "
            "the others, perhaps because the text was edited after the annotation: "
            f"{_first(shape.drifted)}"
        )


def inside_words_warning(documents: Sequence["Document"]) -> str | None:
    """What to look at where a project's spans divide words unusually often; None otherwise."""
    from ner.corpus.shape import inside_words, is_suspicious

    inside, boundaries = inside_words(documents)
    if not is_suspicious(inside, boundaries):
        return None
    return (
        f"{inside} of {boundaries} span boundaries are inside words ({inside / boundaries:.0%}), "
        "and usually at most 8 % are: texts may have been edited in Doccano after the annotation; "
        "look at the documents that `nerloop check --project` names"
    )


def _first(items: Sequence[str], separator: str = ", ") -> str:
    more = len(items) - _SHOWN_ITEMS
    return separator.join(items[:_SHOWN_ITEMS]) + (f" and {more} more" if more > 0 else "")


def _labels(shape: "Shape") -> Table:
    table = Table("label", "spans", "documents", box=SIMPLE_HEAD, show_edge=False)
    for label, count in [*shape.spans.items()][:_SHOWN_LABELS]:
        table.add_row(Text(label), str(count), str(shape.having[label]))
    if (more := len(shape.spans) - _SHOWN_LABELS) > 0:
        table.add_row(f"and {more} more", "", "")
    return table
