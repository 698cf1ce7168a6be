"""Probable label errors as lines of JSON, for programs."""

import json
from collections.abc import Iterator, Sequence

from ner.crossval.label_errors import LabelError
from ner.spans import Document, Span
from server.cli.crossval.crossval_corpus import Link

_CONTEXT = 80


def rows(errors: Sequence[LabelError], documents: Sequence[Document], link: Link) -> Iterator[str]:
    """Yields a line for each error, in the order given. Offsets count code points."""
    for rank, error in enumerate(errors, start=1):
        document = documents[error.document]
        start = max(0, error.start - _CONTEXT)
        row = {
            "rank": rank,
            "document": document.id,
            "kind": error.kind,
            "score": round(error.score, 6),
            "gold": _span(error.gold, document.text),
            "predicted": _span(error.predicted, document.text),
            "gold_probability": round(error.gold_probability, 6),
            "predicted_probability": round(error.predicted_probability, 6),
            "agreeing": error.agreeing,
            "contrary": error.contrary,
            "snippet": document.text[start : error.end + _CONTEXT],
            "snippet_start": start,
            "link": link(document),
        }
        yield json.dumps(row) + "\n"


def _span(span: Span | None, text: str) -> dict[str, object] | None:
    if span is None:
        return None
    covered = text[span.start : span.end]
    return {"start": span.start, "end": span.end, "label": span.label, "text": covered}
