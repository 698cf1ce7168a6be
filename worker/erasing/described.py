"""Describes a document in a line, so that a person sees which one a name means."""

from sqlalchemy.orm import Session

from worker.store.corpus.named_documents import NamedDocument
from worker.store.corpus.newest_texts import newest_text

_CHARACTERS = 60


def description(s: Session, document: NamedDocument) -> str:
    """The name, the start of the newest text, and when it was approved or withdrawn last."""
    newest = newest_text(s, document.id)
    if newest is None:
        return f"{document}: never approved, no text is kept"
    text = "no text is kept" if newest.text is None else f'"{_start(newest.text)}"'
    state = "approved" if newest.reason is None else "withdrawn"
    why = f" ({newest.reason})" if newest.reason else ""
    return f"{document}: {text}, {state} {newest.at:%Y-%m-%d %H:%M}{why}"


def _start(text: str) -> str:
    """The start of the text on one line, without signs that a terminal would act on."""
    line = " ".join(text.split())
    start = line if len(line) <= _CHARACTERS else f"{line[:_CHARACTERS]}…"
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in start)
