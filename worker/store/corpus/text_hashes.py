"""Documents that are not in Doccano, by the SHA-256 of a text that they have or had."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ner.hashing import exact_hash
from worker.store.corpus.documents import IMPORT, RELEASED
from worker.store.corpus.revisions import is_approval
from worker.store.database.schema import DocumentRow, RevisionRow

LENGTH = 64  # characters of a whole SHA-256
SHORTEST = 8  # characters of a start by which a document can be named

DocumentsByHash = dict[str, set[int]]


def documents_with_hashes(
    s: Session, project: str, starts: Collection[str]
) -> dict[str, DocumentsByHash]:
    """``{start: {SHA-256: ids}}`` of imported documents and of those that were let go.

    A start that no newest text has is looked for among earlier texts, for which every revision of
    these documents is read.
    """
    found = {start: _newest(s, project, start) for start in starts}
    missing: dict[str, list[str]] = defaultdict(list)
    for start, documents in found.items():
        if not documents:
            missing[start[:SHORTEST]].append(start)
    if missing:
        for document_id, hashed in _approved(s, project):
            for start in missing.get(hashed[:SHORTEST], ()):
                if hashed.startswith(start):
                    found[start].setdefault(hashed, set()).add(document_id)
    return found


def _newest(s: Session, project: str, start: str) -> DocumentsByHash:
    query = select(
        DocumentRow.id, DocumentRow.source, DocumentRow.external_id, DocumentRow.exact_hash
    ).where(
        DocumentRow.project == project,
        or_(
            and_(DocumentRow.source == IMPORT, _begins(DocumentRow.external_id, start)),
            and_(DocumentRow.source == RELEASED, _begins(DocumentRow.exact_hash, start)),
        ),
    )
    documents: DocumentsByHash = {}
    for row in s.execute(query):
        hashed = row.external_id if row.source == IMPORT else row.exact_hash
        documents.setdefault(hashed, set()).add(row.id)
    return documents


def _begins(column: InstrumentedAttribute[str], start: str) -> ColumnElement[bool]:
    # Equality can use an index.
    return column == start if len(start) == LENGTH else column.startswith(start)


def _approved(s: Session, project: str) -> Iterator[tuple[int, str]]:
    query = (
        select(RevisionRow.document_id, RevisionRow.text)
        .join(DocumentRow, RevisionRow.document_id == DocumentRow.id)
        .where(
            DocumentRow.project == project,
            DocumentRow.source.in_((IMPORT, RELEASED)),
            is_approval(),
        )
    )
    for document_id, text in s.execute(query):
        yield document_id, exact_hash(text)
