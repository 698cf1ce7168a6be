"""The newest text of a document, and when it was approved or withdrawn last."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worker.store.corpus.revisions import is_approval
from worker.store.database.schema import RevisionRow


@dataclass(frozen=True, slots=True)
class NewestText:
    """The text of the newest approval, None if none is kept, and the newest revision's time.

    `reason` is that of a withdrawal, None for an approval.
    """

    text: str | None
    reason: str | None
    at: datetime


def newest_text(s: Session, document_id: int) -> NewestText | None:
    """None for a document that was never approved."""
    revisions = (
        select(RevisionRow)
        .where(RevisionRow.document_id == document_id)
        .order_by(RevisionRow.id.desc())
        .limit(1)
    )
    newest = s.scalars(revisions).first()
    if newest is None:
        return None
    approval = s.scalars(revisions.where(is_approval())).first()
    reason = newest.reason if newest.kind == "withdrawn" else None
    return NewestText(approval.text if approval else None, reason, newest.seen_at)
