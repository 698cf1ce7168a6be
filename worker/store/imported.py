"""Which texts of imported gold count in Doccano instead: those that are approved there."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from worker.store.database.schema import DocumentRow, RevisionRow
from worker.store.documents import DOCCANO
from worker.store.revisions import WITHDRAWN, is_newest


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
            DocumentRow.project == project,
            RevisionRow.content_hash != WITHDRAWN,
            DocumentRow.source == DOCCANO,
            is_newest(),
        )
    )
    return DoccanoTexts(s.scalars(query))


def _with_unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n")
