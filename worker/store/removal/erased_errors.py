"""Finds kept error messages that quote a text."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from worker.store.database.schema import PullRow, RunRow

# So many characters of a message that a text has too are a quotation.
QUOTED = 16
INSTEAD = "an error whose message quoted a document that was erased"


def erase_quotes(s: Session, project: str, texts: Iterable[str]) -> int:
    """Replaces errors of runs and pulls that quote one of the texts; returns their number."""
    texts = tuple(texts)
    runs = s.scalars(select(RunRow).where(RunRow.project == project, RunRow.error.is_not(None)))
    quoting = [run for run in runs if quotes(run.error or "", texts)]
    for run in quoting:
        run.error = INSTEAD
    pull = s.get(PullRow, project)
    in_pull = pull is not None and quotes(pull.last_error or "", texts)
    if pull is not None and in_pull:
        pull.last_error = INSTEAD
    s.flush()
    return len(quoting) + in_pull


def quotes(message: str, texts: Iterable[str]) -> bool:
    """Whether the message has `QUOTED` characters in a row of one of the texts, or all of one."""
    pieces = [message[start : start + QUOTED] for start in range(len(message) - QUOTED + 1)]
    return any(
        text in message if len(text) < QUOTED else any(piece in text for piece in pieces)
        for text in texts
        if text.strip()
    )
