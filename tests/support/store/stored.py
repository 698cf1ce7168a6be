"""What only tests ask of the store: one run, one document, one approval to record."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worker.store.corpus.documents import DOCCANO, Source
from worker.store.corpus.revisions import Approval, record_approvals
from worker.store.database.schema import DocumentRow
from worker.store.training.runs import Run, list_runs


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A row of the document table."""

    id: int
    external_id: str
    exact_hash: str
    text_hash: str
    side: str
    approved: bool
    deleted: bool


def get_run(session: Session, project: str, number: int) -> Run | None:
    """The project's run with this number, or None."""
    runs = list_runs(session, project, limit=10_000)
    return next((run for run in runs if run.id == number), None)


def stored_documents(
    session: Session, project: str, *, source: Source = DOCCANO
) -> dict[str, StoredDocument]:
    """The project's documents, including deleted ones, by external id, in the order first seen."""
    query = (
        select(DocumentRow)
        .where(DocumentRow.project == project, DocumentRow.source == source)
        .order_by(DocumentRow.id)
        .execution_options(populate_existing=True)
    )
    names = StoredDocument.__dataclass_fields__
    return {
        row.external_id: StoredDocument(**{name: getattr(row, name) for name in names})
        for row in session.scalars(query)
    }


def get_document(
    session: Session, project: str, external_id: str, *, source: Source = DOCCANO
) -> StoredDocument | None:
    """The document, even if deleted, or None if it was never seen."""
    return stored_documents(session, project, source=source).get(external_id)


def unapproved(session: Session, project: str) -> list[str]:
    """The external ids of the documents that are neither approved nor deleted."""
    documents = stored_documents(session, project).values()
    return [d.external_id for d in documents if not d.approved and not d.deleted]


def record_approved(
    s: Session,
    project: str,
    approval: Approval,
    *,
    source: Source = DOCCANO,
    share: float,
    now: datetime,
) -> bool:
    """Records one approval; returns whether a revision was appended."""
    return bool(record_approvals(s, project, [approval], source=source, share=share, now=now))
