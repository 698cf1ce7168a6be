"""Which texts of imported gold count in Doccano instead: those that are approved there."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from worker.store.database.schema import DocumentRow, RevisionRow
from worker.store.documents import DOCCANO, IMPORT
from worker.store.revisions import WITHDRAWN, latest_revision_ids


class DoccanoTexts:
    """Texts that are approved in Doccano, where their spans count and imported gold does not.

    Imported gold counts again once no approved document has its text any more: a document that is
    unticked, edited or deleted says nothing against gold that was approved before.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = {_with_unix_lines(text) for text in texts}

    def __contains__(self, text: str) -> bool:
        """Whether the text is among them, with whatever line ends: Doccano's documents have LF."""
        return _with_unix_lines(text) in self._texts


def doccano_texts(s: Session, project: str) -> DoccanoTexts:
    """The texts that are approved in Doccano now."""
    query = (
        select(RevisionRow.text)
        .join(DocumentRow, RevisionRow.document_id == DocumentRow.id)
        .where(
            RevisionRow.id.in_(latest_revision_ids(project)),
            RevisionRow.content_hash != WITHDRAWN,
            DocumentRow.source == DOCCANO,
        )
    )
    return DoccanoTexts(s.scalars(query))


def imported_span_counts(s: Session, project: str) -> dict[str, int]:
    """``{external id: number of spans}`` of the gold that was imported."""
    query = (
        select(DocumentRow.external_id, RevisionRow.spans)
        .join(RevisionRow, RevisionRow.document_id == DocumentRow.id)
        .where(
            RevisionRow.id.in_(latest_revision_ids(project)),
            RevisionRow.content_hash != WITHDRAWN,
            DocumentRow.source == IMPORT,
        )
    )
    return {external_id: len(spans) for external_id, spans in s.execute(query)}


def _with_unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n")
