"""Which texts of imported gold count in Doccano alone: those that were approved there."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from worker.store.database.schema import DocumentRow, RevisionRow
from worker.store.documents import DOCCANO


class DoccanoTexts:
    """The texts that have ever been approved in Doccano, up to a revision (None: now).

    From its first approval there Doccano's spans of a text count, and imported gold with that text
    does not, even if the approval is withdrawn later: a reviewer has then rejected it.
    """

    def __init__(self, s: Session, project: str, *, up_to: int | None = None) -> None:
        query = (
            select(RevisionRow.text)
            .join(DocumentRow, RevisionRow.document_id == DocumentRow.id)
            .where(
                RevisionRow.project == project,
                RevisionRow.kind == "approved",
                DocumentRow.source == DOCCANO,
            )
            .distinct()
        )
        if up_to is not None:
            query = query.where(RevisionRow.id <= up_to)
        self._texts = {_with_unix_lines(text) for text in s.scalars(query)}

    def __contains__(self, text: str) -> bool:
        """Whether the text was approved, with whatever line ends: Doccano's documents have LF."""
        return _with_unix_lines(text) in self._texts


def _with_unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n")
