"""Which texts of imported gold count in Doccano instead: those that are approved there."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from ner.hashing import exact_hash
from worker.store.corpus.documents import DOCCANO, IMPORT
from worker.store.corpus.revisions import is_approval, is_newest
from worker.store.database.chunks import chunks
from worker.store.database.schema import DocumentRow, RevisionRow


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
            is_approval(),
            DocumentRow.source == DOCCANO,
            is_newest(),
        )
    )
    return DoccanoTexts(s.scalars(query))


def imported_span_counts(s: Session, project: str) -> dict[str, int]:
    """``{external id: number of spans}`` of the gold that was imported."""
    query = (
        select(DocumentRow.external_id, RevisionRow.spans)
        .join(RevisionRow, RevisionRow.document_id == DocumentRow.id)
        .where(
            DocumentRow.project == project,
            is_newest(),
            is_approval(),
            DocumentRow.source == IMPORT,
        )
    )
    return {external_id: len(spans) for external_id, spans in s.execute(query)}


def counted_in_doccano(s: Session, project: str, document_ids: Iterable[int]) -> set[int]:
    """Those of these imported documents whose text is approved in Doccano.

    A document that was edited in Doccano since its approval is found by its new text.
    """
    found: set[int] = set()
    for chunk in chunks(document_ids):
        query = select(RevisionRow.document_id, RevisionRow.text).where(
            RevisionRow.document_id.in_(chunk), is_newest()
        )
        by_hash: dict[str, list[int]] = defaultdict(list)
        for document_id, text in s.execute(query):
            for variant in with_either_line_end(text):
                by_hash[exact_hash(variant)].append(document_id)
        for hashes in chunks(by_hash):
            approved = (
                select(DocumentRow.exact_hash)
                .join(RevisionRow, RevisionRow.document_id == DocumentRow.id)
                .where(
                    DocumentRow.project == project,
                    DocumentRow.exact_hash.in_(hashes),
                    DocumentRow.source == DOCCANO,
                    is_approval(),
                    is_newest(),
                )
            )
            found |= {name for hashed in s.scalars(approved) for name in by_hash[hashed]}
    return found


def imported_twins(s: Session, document_ids: Iterable[int]) -> dict[int, int]:
    """``{id: id of the imported document with the same text}`` for these of Doccano's documents."""
    gold = aliased(DocumentRow)
    twins: dict[int, int] = {}
    for chunk in chunks(document_ids):
        query = (
            select(DocumentRow.id, gold.id)
            .join(
                gold,
                (gold.project == DocumentRow.project)
                & (gold.exact_hash == DocumentRow.exact_hash)
                & (gold.source == IMPORT),
            )
            .where(DocumentRow.id.in_(chunk), DocumentRow.source == DOCCANO)
        )
        twins |= dict(s.execute(query).all())
    return twins


def with_either_line_end(text: str) -> set[str]:
    """The text with LF, with CRLF, and as it is."""
    unix = _with_unix_lines(text)
    return {text, unix, unix.replace("\n", "\r\n")}


def _with_unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n")
