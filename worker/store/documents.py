"""The documents of a project: which there are, with what text, on which side, approved or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ner.hashing import Side, exact_hash, text_hash
from worker.store.chunks import chunks
from worker.store.locks import hold
from worker.store.schema import DocumentRow
from worker.store.served import settle, with_open_claims
from worker.store.sides import Sides

Source = Literal["doccano", "import"]

DOCCANO: Source = "doccano"


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as Doccano lists it; `approved` None where the listing cannot tell."""

    external_id: str
    text: str
    approved: bool | None


def sync_listing(
    s: Session,
    project: str,
    listed: Iterable[Listed],
    *,
    complete: bool,
    share: float,
    now: datetime,
) -> None:
    """Takes over a listing of Doccano's documents.

    New ones get their side, `share` of them held out; those missing count as deleted if the
    listing is `complete`. Doing it twice changes nothing.
    """
    hold(s, "project", project)
    given = {one.external_id: one for one in listed}
    rows = _rows_by_external_id(s, project, DOCCANO, None if complete else given)
    writer = _Writer(s, project, DOCCANO, [one.text for one in given.values()])
    for external_id, one in given.items():
        row = rows.pop(external_id, None)
        if row is None:
            row = writer.add(external_id, one.text, share=share, now=now)
        else:
            writer.edit(row, one.text)
        writer.mark(row, approved=one.approved, deleted=False)
    for row in rows.values() if complete else ():
        writer.mark(row, approved=None, deleted=True)
    writer.finish()


def see_document(
    s: Session,
    project: str,
    external_id: str,
    text: str,
    *,
    source: Source = DOCCANO,
    approved: bool,
    share: float,
    now: datetime,
) -> int:
    """Takes over one document with its present text, and returns its id in the store."""
    hold(s, "project", project)
    row = _rows_by_external_id(s, project, source, [external_id]).get(external_id)
    writer = _Writer(s, project, source, [text])
    if row is None:
        row = writer.add(external_id, text, share=share, now=now)
    else:
        writer.edit(row, text)
    writer.mark(row, approved=approved, deleted=False)
    writer.finish()
    return row.id


def count_unapproved(s: Session, project: str) -> int:
    """How many of Doccano's documents are not approved."""
    query = select(func.count()).where(
        DocumentRow.project == project,
        DocumentRow.source == DOCCANO,
        DocumentRow.approved.is_(False),
        DocumentRow.deleted.is_(False),
    )
    return s.scalar(query) or 0


def external_ids(s: Session, project: str, exact_hashes: Iterable[str]) -> tuple[str, ...]:
    """Doccano's ids of the documents, not deleted, with one of these exact texts."""
    found: list[str] = []
    for some in chunks(set(exact_hashes)):
        query = _documents(project, DOCCANO).where(
            DocumentRow.exact_hash.in_(some), DocumentRow.deleted.is_(False)
        )
        found += [row.external_id for row in s.scalars(query)]
    return tuple(found)


def _documents(project: str, source: Source) -> Select[DocumentRow]:
    return (
        select(DocumentRow)
        .where(DocumentRow.project == project, DocumentRow.source == source)
        .order_by(DocumentRow.id)
        .execution_options(populate_existing=True)
    )


def _rows_by_external_id(
    s: Session, project: str, source: Source, names: Iterable[str] | None
) -> dict[str, DocumentRow]:
    query = _documents(project, source)
    if names is None:
        return {row.external_id: row for row in s.scalars(query)}
    rows: dict[str, DocumentRow] = {}
    for some in chunks(names):
        found = s.scalars(query.where(DocumentRow.external_id.in_(some)))
        rows |= {row.external_id: row for row in found}
    return rows


class _Writer:
    """Writes documents under the lock "project", thousands of them in few statements."""

    def __init__(self, s: Session, project: str, source: Source, texts: Iterable[str]) -> None:
        self._session = s
        self._project = project
        self._source = source
        self._sides = Sides(s, project, map(text_hash, texts))
        self._leaving: list[tuple[str, DocumentRow]] = []

    def add(self, external_id: str, text: str, *, share: float, now: datetime) -> DocumentRow:
        hashed = text_hash(text)
        row = DocumentRow(
            project=self._project,
            source=self._source,
            external_id=external_id,
            exact_hash=exact_hash(text),
            text_hash=hashed,
            side=self._sides.at_first_sight(hashed, share),
            approved=False,
            deleted=False,
            first_seen_at=now,
        )
        self._session.add(row)
        return row

    def edit(self, row: DocumentRow, text: str) -> None:
        """Takes over an edit, which never moves the document to the other side."""
        hashed = exact_hash(text)
        if hashed == row.exact_hash:
            return
        self._leaving.append((row.exact_hash, row))
        row.exact_hash, row.text_hash = hashed, text_hash(text)
        self._sides.keep(row.text_hash, cast(Side, row.side))

    def mark(self, row: DocumentRow, *, approved: bool | None, deleted: bool) -> None:
        waited = not row.approved and not row.deleted
        if approved is not None:
            row.approved = approved
        row.deleted = deleted
        if waited and (row.approved or row.deleted):
            self._leaving.append((row.exact_hash, row))

    def finish(self) -> None:
        """Lets documents that were approved, edited or deleted take their claims with them."""
        self._session.flush()
        if self._source != DOCCANO:
            return
        claimed = with_open_claims(
            self._session, self._project, {text for text, _ in self._leaving}
        )
        for text, row in self._leaving:
            if text in claimed:
                settle(self._session, self._project, text, row.id)
