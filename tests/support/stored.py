"""Looks into the store for what only a test asks it: one run, one document."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from worker.store.documents import DOCCANO, Source
from worker.store.runs import Run, list_runs
from worker.store.schema import DocumentRow


def get_run(session: Session, project: str, number: int) -> Run | None:
    """The project's run with this number, or None."""
    runs = list_runs(session, project, limit=10_000)
    return next((run for run in runs if run.id == number), None)


def get_document(
    session: Session, project: str, external_id: str, *, source: Source = DOCCANO
) -> DocumentRow | None:
    """The document, deleted or not, or None when it was never seen."""
    query = select(DocumentRow).where(
        DocumentRow.project == project,
        DocumentRow.source == source,
        DocumentRow.external_id == external_id,
    )
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()
