"""Documents by the names that people see.

These are Doccano's number, ``import:`` and a hash, or ``released:`` and the store's number.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ner.errors import StoreError
from ner.hashing import Side
from worker.store.corpus.documents import DOCCANO, IMPORT, RELEASED, Source
from worker.store.corpus.revisions import is_approval
from worker.store.corpus.text_hashes import LENGTH, SHORTEST, documents_with_hashes
from worker.store.database.chunks import chunks
from worker.store.database.schema import DocumentRow, RevisionRow

_IMPORTED = re.compile(f"{IMPORT}:([0-9a-f]{{{SHORTEST},{LENGTH}}})")
_RELEASED = re.compile(f"{RELEASED}:([0-9]+)")
SHOWN = 12  # characters of a hash in a message
LISTED = 5  # documents that a message names


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

    ``import:`` and at least 8 characters of a text's SHA-256 name the documents with that text that
    are not in Doccano: one that was imported, and those that were let go, which ``released:`` and
    a number name too. Raises StoreError for a name of another form or of no document, and for a
    hash that several texts begin with.
    """
    numbers: set[str] = set()
    hashes: dict[str, None] = {}
    released: set[str] = set()
    for name in names:
        if imported := _IMPORTED.fullmatch(name):
            hashes[imported[1]] = None
        elif let_go := _RELEASED.fullmatch(name):
            released.add(str(int(let_go[1])))
        elif name.isascii() and name.isdigit():
            numbers.add(str(int(name)))
        else:
            raise StoreError(
                f"{name!r} names no document: give the number that Doccano shows, {IMPORT}: and at "
                f"least {SHORTEST} characters of the SHA-256 of a text, or {RELEASED}: and a number"
            )
    found = _with_hashes(s, project, hashes)
    found |= _numbered(s, project, RELEASED, released)
    found |= _numbered(s, project, DOCCANO, numbers)
    return tuple(found[number] for number in sorted(found))


def _numbered(
    s: Session, project: str, source: Source, numbers: set[str]
) -> dict[int, NamedDocument]:
    query = select(DocumentRow).where(DocumentRow.project == project, DocumentRow.source == source)
    rows = [
        row
        for chunk in chunks(numbers)
        for row in s.scalars(query.where(DocumentRow.external_id.in_(chunk)))
    ]
    missing = sorted(numbers - {row.external_id for row in rows}, key=int)
    if missing:
        names = ", ".join(document_name(source, number) for number in missing)
        of = " of Doccano" if source == DOCCANO else ""
        raise StoreError(
            f"project {project!r} has no document {names}{of}; check the number"
            f"{_other_names(s, project)}"
        )
    return _by_id(rows)


def _with_hashes(s: Session, project: str, starts: Collection[str]) -> dict[int, NamedDocument]:
    ids: set[int] = set()
    for start, documents in documents_with_hashes(s, project, starts).items():
        if len(documents) > 1:
            raise StoreError(
                f"project {project!r} has several texts with {IMPORT}:{start}; give more "
                "characters of the SHA-256"
            )
        if not documents:
            raise StoreError(
                f"project {project!r} has no text with {IMPORT}:{start} outside Doccano; check the "
                "SHA-256 or the file, and name a document of Doccano by its number"
            )
        ids |= documents.popitem()[1]
    rows = [
        row
        for chunk in chunks(ids)
        for row in s.scalars(select(DocumentRow).where(DocumentRow.id.in_(chunk)))
    ]
    return _by_id(rows)


def _other_names(s: Session, project: str) -> str:
    """How documents that are not in Doccano are named, if there are some with a text."""
    released = [document_name(RELEASED, name) for name in _with_text(s, project, RELEASED)]
    if not released and not _with_text(s, project, IMPORT):
        return ""
    words, others = "", ""
    if released:
        more = " and more" if len(released) > LISTED else ""
        words = (
            "; `nerloop rebind` has let documents go, whose numbers in Doccano are forgotten: "
            f"{', '.join(released[:LISTED])}{more}"
        )
        others = "these and "
    return (
        f"{words}; {others}gold that was imported or kept by a rebind can be named by {IMPORT}: "
        "and the SHA-256 of its text, or by --gold FILE"
    )


def _with_text(s: Session, project: str, source: Source) -> Sequence[str]:
    """External ids of the first documents of the source that have a text."""
    query = select(DocumentRow.external_id).where(
        DocumentRow.project == project,
        DocumentRow.source == source,
        exists().where(RevisionRow.document_id == DocumentRow.id, is_approval()),
    )
    return s.scalars(query.order_by(DocumentRow.id).limit(LISTED + 1)).all()


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
