"""The documents of a project with their text hashes, sides and approval."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, cast

from sqlalchemy import Select, exists, func, insert, inspect, select
from sqlalchemy.orm import Session

from ner.hashing import Side, exact_hash, text_hash
from worker.store.corpus.sides import Sides
from worker.store.database.chunks import chunks
from worker.store.database.locks import take_lock
from worker.store.database.schema import ERASED, UNAPPROVED, DocumentRow, RevisionRow
from worker.store.served import assign_claim, texts_with_open_claims

Source = Literal["doccano", "import", "released"]

DOCCANO: Source = "doccano"
IMPORT: Source = "import"
# Of a Doccano that the project was bound to before, and not approved there; never read again.
RELEASED: Source = "released"


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document as Doccano lists it; `approved` is None if the listing does not show it."""

    external_id: str
    text: str
    approved: bool | None


class KnownDocument(NamedTuple):
    """What the store knows of a document in Doccano, as far as a listing can change it."""

    exact_hash: str
    approved: bool
    deleted: bool
    exported: str | None

    def shows(self, exact: str, approved: bool | None) -> bool:
        """Whether the listing of this document, of whose text `exact` is the hash, is known."""
        return not self.deleted and approved in (None, self.approved) and exact == self.exact_hash


def sync_documents(
    s: Session,
    project: str,
    listed: Iterable[ListedDocument],
    *,
    source: Source = DOCCANO,
    lines: Mapping[str, str | None] | None = None,
    share: float,
    now: datetime,
) -> dict[str, int]:
    """Adds or updates these documents, in few statements; returns their ids in the store.

    New documents are assigned to a side, `share` of them held out. `lines` has the digest of the
    exported line that each document's approval was read from; without it, they stay as they are.
    The same documents again change nothing.
    """
    take_lock(s, "project", project)
    by_id = {document.external_id: document for document in listed}
    rows = _rows_by_external_id(s, project, source, by_id)
    writer = _Writer(s, project, source, [document.text for document in by_id.values()])
    for external_id, document in by_id.items():
        row = rows.get(external_id)
        if row is None:
            row = rows[external_id] = writer.add(external_id, document.text, share=share, now=now)
        else:
            writer.edit(row, document.text)
        writer.mark(row, approved=document.approved, deleted=False)
        if lines is not None:
            row.exported = lines[external_id]
    writer.finish()
    return {external_id: row.id for external_id, row in rows.items()}


def withdraw_documents(
    s: Session, project: str, external_ids: Iterable[str], *, source: Source = DOCCANO
) -> dict[str, int]:
    """Marks these documents as not approved; returns the ids of those that the store has."""
    take_lock(s, "project", project)
    rows = _rows_by_external_id(s, project, source, external_ids)
    for row in rows.values():
        row.approved, row.exported = False, None
    s.flush()
    return {external_id: row.id for external_id, row in rows.items()}


def mark_deleted(s: Session, project: str, external_ids: Iterable[str]) -> None:
    """Marks these documents as deleted in Doccano, as a complete listing without them does."""
    take_lock(s, "project", project)
    rows = _rows_by_external_id(s, project, DOCCANO, external_ids)
    writer = _Writer(s, project, DOCCANO, ())
    for row in rows.values():
        writer.mark(row, approved=None, deleted=True)
    writer.finish()


def known_documents(
    s: Session, project: str, *, among: Collection[str] | None = None
) -> dict[str, KnownDocument]:
    """Doccano's documents that were ever listed, by external id; `among` limits this to some."""
    query = select(
        DocumentRow.external_id,
        DocumentRow.exact_hash,
        DocumentRow.approved,
        DocumentRow.deleted,
        DocumentRow.exported,
    ).where(DocumentRow.project == project, DocumentRow.source == DOCCANO)
    if among is None:
        rows = s.execute(query).all()
    else:
        rows = [
            row
            for chunk in chunks(among)
            for row in s.execute(query.where(DocumentRow.external_id.in_(chunk)))
        ]
    return {row.external_id: KnownDocument(*row[1:]) for row in rows}


def exported_lines(s: Session, project: str) -> dict[str, str]:
    """``{digest: external id}`` of the lines that approved documents were read from last."""
    query = select(DocumentRow.exported, DocumentRow.external_id).where(
        DocumentRow.project == project,
        DocumentRow.source == DOCCANO,
        DocumentRow.approved,
        DocumentRow.exported.is_not(None),
    )
    return {digest: name for digest, name in s.execute(query) if digest is not None}


def present_documents(s: Session, project: str) -> frozenset[str]:
    """The external ids of Doccano's documents that were listed and are not deleted."""
    query = select(DocumentRow.external_id).where(
        DocumentRow.project == project,
        DocumentRow.source == DOCCANO,
        DocumentRow.deleted.is_(False),
    )
    return frozenset(s.scalars(query))


class UnapprovedDocument(NamedTuple):
    """A document that is neither approved nor deleted: its ids in the store and in Doccano."""

    id: int
    external_id: str


def next_unapproved(
    s: Session, project: str, *, after: int, limit: int
) -> tuple[UnapprovedDocument, ...]:
    """Doccano's next unapproved documents in the order in which they were listed.

    At most `limit` with an id in the store above `after`, without those whose texts were erased; no
    more rows than these are read.
    """
    if limit <= 0:
        return ()
    erased = exists().where(
        RevisionRow.document_id == DocumentRow.id, RevisionRow.content_hash == ERASED
    )
    query = (
        select(DocumentRow.id, DocumentRow.external_id)
        .where(DocumentRow.project == project, UNAPPROVED, DocumentRow.id > after, ~erased)
        .order_by(DocumentRow.id)
        .limit(limit)
    )
    return tuple(UnapprovedDocument(*row) for row in s.execute(query))


def count_unapproved(s: Session, project: str) -> int:
    """The number of Doccano's documents that are neither approved nor deleted."""
    query = select(func.count()).where(DocumentRow.project == project, UNAPPROVED)
    return s.scalar(query) or 0


def external_ids(
    s: Session, project: str, exact_hashes: Iterable[str], *, at_most: int | None = None
) -> tuple[str, ...]:
    """Doccano's ids of the documents with one of these exact texts, without deleted ones."""
    ids: list[str] = []
    for chunk in chunks(set(exact_hashes)):
        query = _documents(project, DOCCANO).where(
            DocumentRow.exact_hash.in_(chunk), DocumentRow.deleted.is_(False)
        )
        left = None if at_most is None else at_most - len(ids)
        ids += [row.external_id for row in s.scalars(query.limit(left))]
    return tuple(ids)


def _documents(project: str, source: Source) -> Select[DocumentRow]:
    return (
        select(DocumentRow)
        .where(DocumentRow.project == project, DocumentRow.source == source)
        .order_by(DocumentRow.id)
        .execution_options(populate_existing=True)
    )


def _rows_by_external_id(
    s: Session, project: str, source: Source, external_ids: Iterable[str]
) -> dict[str, DocumentRow]:
    query = _documents(project, source)
    rows: dict[str, DocumentRow] = {}
    for chunk in chunks(external_ids):
        selected = s.scalars(query.where(DocumentRow.external_id.in_(chunk)))
        rows |= {row.external_id: row for row in selected}
    return rows


class _Writer:
    """Writes thousands of documents in few statements. The caller holds the lock "project"."""

    def __init__(self, s: Session, project: str, source: Source, texts: Iterable[str]) -> None:
        self._session = s
        self._project = project
        self._source = source
        self._sides = Sides(s, project, map(text_hash, texts))
        # Pairs of the exact hash of a text and a document that needs no answer to it any more.
        self._claimants: list[tuple[str, DocumentRow]] = []
        self._new: list[DocumentRow] = []

    def add(self, external_id: str, text: str, *, share: float, now: datetime) -> DocumentRow:
        normalised = text_hash(text)
        row = DocumentRow(
            project=self._project,
            source=self._source,
            external_id=external_id,
            exact_hash=exact_hash(text),
            text_hash=normalised,
            side=self._sides.assign(normalised, share),
            approved=False,
            deleted=False,
            first_seen_at=now,
        )
        # Not added to the session, which on SQLite inserts rows with an id one by one.
        self._new.append(row)
        return row

    def edit(self, row: DocumentRow, text: str) -> None:
        """Stores an edited text. The document stays on its side."""
        exact = exact_hash(text)
        if exact == row.exact_hash:
            return
        self._claimants.append((row.exact_hash, row))
        row.exact_hash, row.text_hash = exact, text_hash(text)
        self._sides.setdefault(row.text_hash, cast(Side, row.side))

    def mark(self, row: DocumentRow, *, approved: bool | None, deleted: bool) -> None:
        """Stores approval and deletion. An `approved` of None leaves the approval as it is."""
        was_waiting = not row.approved and not row.deleted
        if approved is not None:
            row.approved = approved
        row.deleted = deleted
        if was_waiting and (row.approved or row.deleted):
            self._claimants.append((row.exact_hash, row))

    def finish(self) -> None:
        """Writes the rows; assigns open claims to documents approved, edited or deleted."""
        self._session.flush()
        self._insert_new()
        if self._source != DOCCANO:
            return
        claimed = texts_with_open_claims(
            self._session, self._project, {exact for exact, _ in self._claimants}
        )
        for exact, row in self._claimants:
            if exact in claimed:
                assign_claim(self._session, self._project, exact, row.id)

    def _insert_new(self) -> None:
        if not self._new:
            return
        columns = [name for name in inspect(DocumentRow).columns.keys() if name != "id"]  # noqa: SIM118
        rows = [{name: getattr(row, name) for name in columns} for row in self._new]
        self._session.execute(insert(DocumentRow), rows)
        ids: dict[str, int] = {}
        for chunk in chunks(row.external_id for row in self._new):
            query = select(DocumentRow.external_id, DocumentRow.id).where(
                DocumentRow.project == self._project,
                DocumentRow.source == self._source,
                DocumentRow.external_id.in_(chunk),
            )
            ids |= dict(self._session.execute(query).all())
        for row in self._new:
            row.id = ids[row.external_id]
