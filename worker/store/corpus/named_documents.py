"""Documents by the names that people see: Doccano's number, or ``import:`` and a hash."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ner.errors import StoreError
from ner.hashing import Side
from worker.store.corpus.documents import DOCCANO, IMPORT, Source
from worker.store.database.chunks import chunks
from worker.store.database.schema import DocumentRow

_IMPORTED = re.compile(f"{IMPORT}:([0-9a-f]{{8,64}})")
SHOWN = 12  # characters of a hash in a message


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document of the store. `approved` and `deleted` are as last seen in its source."""

    id: int
    source: Source
    external_id: str
    side: Side
    approved: bool
    deleted: bool

    def __str__(self) -> str:
        return document_name(self.source, self.external_id)


def document_name(source: Source, external_id: str) -> str:
    """The name by which people know a document, with a hash cut short."""
    return external_id if source == DOCCANO else f"{source}:{external_id[:SHOWN]}"


def named_documents(s: Session, project: str, names: Iterable[str]) -> tuple[NamedDocument, ...]:
    """The documents, each once, in the order in which they were first seen.

    An imported document is named by ``import:`` and at least 8 characters of its text's SHA-256.
    Raises StoreError for a name of another form, of no document, or of several.
    """
    numbers: set[str] = set()
    found: dict[int, NamedDocument] = {}
    for name in names:
        imported = _IMPORTED.fullmatch(name)
        if imported:
            found |= _imported(s, project, imported[1])
        elif name.isascii() and name.isdigit():
            numbers.add(str(int(name)))
        else:
            raise StoreError(
                f"{name!r} names no document: give the number that Doccano shows, or {IMPORT}: and "
                "at least 8 characters of the SHA-256 of an imported text"
            )
    found |= _in_doccano(s, project, numbers)
    return tuple(found[number] for number in sorted(found))


def _in_doccano(s: Session, project: str, numbers: set[str]) -> dict[int, NamedDocument]:
    rows = [
        row
        for chunk in chunks(numbers)
        for row in s.scalars(_documents(project, DOCCANO).where(DocumentRow.external_id.in_(chunk)))
    ]
    missing = sorted(numbers - {row.external_id for row in rows}, key=int)
    if missing:
        raise StoreError(
            f"project {project!r} has never seen document {', '.join(missing)}, so nothing is kept "
            "of it; check the number"
        )
    return _by_id(rows)


def _imported(s: Session, project: str, start: str) -> dict[int, NamedDocument]:
    query = _documents(project, IMPORT).where(DocumentRow.external_id.startswith(start))
    rows = s.scalars(query.limit(2)).all()
    if len(rows) != 1:
        some = "several imported documents" if rows else "no imported document"
        raise StoreError(
            f"project {project!r} has {some} with {IMPORT}:{start}; give the whole SHA-256 of the "
            "text"
        )
    return _by_id(rows)


def _documents(project: str, source: Source) -> Select[DocumentRow]:
    return select(DocumentRow).where(DocumentRow.project == project, DocumentRow.source == source)


def _by_id(rows: Iterable[DocumentRow]) -> dict[int, NamedDocument]:
    return {
        row.id: NamedDocument(
            row.id,
            cast(Source, row.source),
            row.external_id,
            cast(Side, row.side),
            row.approved,
            row.deleted,
        )
        for row in rows
    }
