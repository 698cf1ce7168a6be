"""Probable label errors as one HTML file, which loads nothing from elsewhere."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from ner.crossval.label_errors import LabelError
from ner.spans import Document, Span
from server.cli.crossval.crossval_corpus import Link

MAX_ERRORS = 300

_TEMPLATE = "label_errors.html"
_CONTEXT = 160
_NEAR = 40
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, inside a span with `label` or outside all spans.

    `in_question` marks the span that the error is about. `ends` is true for the piece that has the
    end of the span, where its label is shown.
    """

    text: str
    label: str = ""
    in_question: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class ErrorItem:
    """One error as the page shows it: the reviewers' spans in `gold`, the model's in `model`."""

    rank: int
    error: LabelError
    document: str
    labels: tuple[str, ...]
    gold: tuple[Piece, ...]
    model: tuple[Piece, ...]
    link: str | None


def render_page(
    errors: Sequence[LabelError],
    documents: Sequence[Document],
    predicted: Sequence[Sequence[Span]],
    *,
    corpus: str,
    base_model: str,
    link: Link,
) -> str:
    """Returns HTML with at most `MAX_ERRORS`. `predicted`: the model's spans of each document."""
    environment = Environment(
        loader=PackageLoader("server.cli.crossval", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    items = [
        _item(rank, error, documents[error.document], predicted[error.document], link)
        for rank, error in enumerate(errors[:MAX_ERRORS], start=1)
    ]
    return environment.get_template(_TEMPLATE).render(
        corpus=corpus,
        base_model=base_model,
        items=items,
        kinds=sorted({item.error.kind for item in items}),
        labels=sorted({label for item in items for label in item.labels}),
        more=len(errors) - len(items),
        documents=len(documents),
    )


def _item(
    rank: int, error: LabelError, document: Document, predicted: Sequence[Span], link: Link
) -> ErrorItem:
    window = _window(document.text, error)
    return ErrorItem(
        rank=rank,
        error=error,
        document=document.id,
        labels=tuple(sorted({span.label for span in (error.gold, error.predicted) if span})),
        gold=tuple(pieces(document.text, window, document.spans, error.gold)),
        model=tuple(pieces(document.text, window, predicted, error.predicted)),
        link=link(document),
    )


def _window(text: str, error: LabelError) -> tuple[int, int]:
    """Start and end of the text around the error, moved to white space if some is near."""
    start, end = max(0, error.start - _CONTEXT), min(len(text), error.end + _CONTEXT)
    if start > 0:
        blank = _BLANK.search(text, start, start + _NEAR)
        start = blank.end() if blank else start
    if end < len(text):
        blanks = [*_BLANK.finditer(text, end - _NEAR, end)]
        end = blanks[-1].start() if blanks else end
    return start, end


def pieces(
    text: str, window: tuple[int, int], spans: Sequence[Span], in_question: Span | None
) -> Iterator[Piece]:
    """Yields the window's text in pieces, with an ellipsis where the window cuts the text.

    Of overlapping spans only the one in question is shown, or else the first.
    """
    start, end = window
    shown: list[Span] = []
    for span in sorted(spans, key=lambda span: (span != in_question, span)):
        visible = span.start < end and start < span.end
        if visible and not any(span.overlaps(other) for other in shown):
            shown.append(span)
    if start > 0:
        yield Piece("… ")
    position = start
    for span in sorted(shown):
        if position < span.start:
            yield Piece(text[position : span.start])
        inner = text[max(start, span.start) : min(end, span.end)]
        yield Piece(inner, span.label, span == in_question, ends=span.end <= end)
        position = span.end
    if position < end:
        yield Piece(text[position:end])
    if end < len(text):
        yield Piece(" …")
