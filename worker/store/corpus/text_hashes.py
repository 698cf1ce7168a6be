"""Documents that are not in Doccano, by the SHA-256 of a text that they have or had."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ner.hashing import exact_hash
from worker.store.corpus.documents import IMPORT, RELEASED, Source
from worker.store.corpus.revisions import is_approval
from worker.store.database.chunks import chunks
from worker.store.database.schema import DocumentRow, RevisionRow

LENGTH = 64  # characters of a whole SHA-256
SHORTEST = 8  # characters of a start by which a document can be named

# The column with the hash of the newest text, of each source that is not Doccano.
_HASHES: dict[Source, InstrumentedAttribute[str]] = {
    IMPORT: DocumentRow.external_id,
    RELEASED: DocumentRow.exact_hash,
}

DocumentsByHash = dict[str, set[int]]


def documents_with_hashes(
    s: Session, project: str, starts: Collection[str]
) -> dict[str, DocumentsByHash]:
    """``{start: {SHA-256: ids}}`` of imported documents and of those that were let go.

    A start that no newest text has is looked for among earlier texts, for which every revision of
    these documents is read.
    """
    found: dict[str, DocumentsByHash] = {start: {} for start in starts}
    for hashed, document_id in _whole(s, project, starts):
        found[hashed].setdefault(hashed, set()).add(document_id)
    for start in starts:
        if len(start) < LENGTH:
            for hashed, document_id in _starting(s, project, start):
                found[start].setdefault(hashed, set()).add(document_id)
    missing = [start for start, documents in found.items() if not documents]
    return found | _among_earlier(s, project, missing) if missing else found


def _among_earlier(s: Session, project: str, starts: Collection[str]) -> dict[str, DocumentsByHash]:
    by_shortest: dict[str, list[str]] = defaultdict(list)
    for start in starts:
        by_shortest[start[:SHORTEST]].append(start)
    found: dict[str, DocumentsByHash] = {start: {} for start in starts}
    for document_id, hashed in _approved(s, project):
        for start in by_shortest.get(hashed[:SHORTEST], ()):
            if hashed.startswith(start):
                found[start].setdefault(hashed, set()).add(document_id)
    return found


def _whole(s: Session, project: str, hashes: Collection[str]) -> Iterator[tuple[str, int]]:
    for chunk in chunks(hashes):
        for source, column in _HASHES.items():
            query = _documents(project, source, column).where(column.in_(chunk))
            yield from s.execute(query)


def _starting(s: Session, project: str, start: str) -> Iterator[tuple[str, int]]:
    for source, column in _HASHES.items():
        query = _documents(project, source, column).where(column.startswith(start))
        yield from s.execute(query)


def _documents(
    project: str, source: Source, column: InstrumentedAttribute[str]
) -> Select[str, int]:
    return select(column, DocumentRow.id).where(
        DocumentRow.project == project, DocumentRow.source == source
    )


def _approved(s: Session, project: str) -> Iterator[tuple[int, str]]:
    query = (
        select(RevisionRow.document_id, RevisionRow.text)
        .join(DocumentRow, RevisionRow.document_id == DocumentRow.id)
        .where(
            DocumentRow.project == project,
            DocumentRow.source.in_(_HASHES),
            is_approval(),
        )
    )
    for document_id, text in s.execute(query):
        yield document_id, exact_hash(text)
