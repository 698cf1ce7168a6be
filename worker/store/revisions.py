"""The revisions of each document: an append-only history of its approvals and withdrawals."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ner.errors import StoreError
from ner.spans import Span
from ner.text.surrogates import has_lone_surrogate
from worker.store.database.locks import take_lock
from worker.store.database.schema import DocumentRow, RevisionRow
from worker.store.database.span_json import spans_to_json
from worker.store.documents import DOCCANO, Source, upsert_document

WITHDRAWN = ""  # the content hash of a withdrawn document and of one that was never approved


@dataclass(frozen=True, slots=True)
class Approval:
    """A document as it was approved: spans in code points, each with its label's key.

    `agreement` in [0, 1] is the agreement of several annotators, None if they were not compared.
    """

    external_id: str
    text: str
    spans: tuple[Span, ...]
    annotators: tuple[str, ...] = ()
    agreement: float | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """The documents that changed since a revision.

    `first_at` has the time of the first revision of each changed document, in ascending order;
    `newest_at` is that of the last revision of any of them, None without changes.
    `approved_before` counts the documents that were approved at the revision compared with.
    """

    first_at: tuple[datetime, ...] = ()
    newest_at: datetime | None = None
    approved_before: int = 0

    @property
    def documents(self) -> int:
        """The number of changed documents."""
        return len(self.first_at)


def content_hash(text: str, spans: Iterable[Span]) -> str:
    """SHA-256 of the exact text and its spans, in hex; equal for revisions that do not differ."""
    content = json.dumps([text, spans_to_json(spans)], separators=(",", ":"))
    return hashlib.sha256(content.encode("ascii")).hexdigest()


def record_approved(
    s: Session,
    project: str,
    approval: Approval,
    *,
    source: Source = DOCCANO,
    share: float,
    now: datetime,
) -> bool:
    """Appends a revision unless it equals the document's last one; returns whether it did.

    A document that was not listed yet is assigned to a side, `share` of them held out. Raises
    StoreError for a text that a database cannot store.
    """
    _check_storable(approval)
    document_id = upsert_document(
        s,
        project,
        approval.external_id,
        approval.text,
        source=source,
        approved=True,
        share=share,
        now=now,
    )
    hashed = content_hash(approval.text, approval.spans)
    if _current_hash(s, document_id) == hashed:
        return False
    row = RevisionRow(
        project=project,
        document_id=document_id,
        kind="approved",
        reason=None,
        text=approval.text,
        spans=spans_to_json(approval.spans),
        content_hash=hashed,
        annotators=list(approval.annotators),
        agreement=approval.agreement,
        seen_at=now,
    )
    s.add(row)
    s.flush()
    return True


def record_withdrawn(
    s: Session,
    project: str,
    external_id: str,
    *,
    reason: str,
    source: Source = DOCCANO,
    now: datetime,
) -> bool:
    """Appends a withdrawal of the document's approval; returns False if it was not approved."""
    take_lock(s, "project", project)
    query = (
        select(DocumentRow)
        .where(
            DocumentRow.project == project,
            DocumentRow.source == source,
            DocumentRow.external_id == external_id,
        )
        .execution_options(populate_existing=True)
    )
    document = s.scalars(query).one_or_none()
    if document is None:
        return False
    document.approved = False
    if _current_hash(s, document.id) == WITHDRAWN:
        s.flush()
        return False
    row = RevisionRow(
        project=project,
        document_id=document.id,
        kind="withdrawn",
        reason=reason,
        text="",
        spans=[],
        content_hash=WITHDRAWN,
        annotators=[],
        agreement=None,
        seen_at=now,
    )
    s.add(row)
    s.flush()
    return True


def current_approved(s: Session, project: str, *, source: Source = DOCCANO) -> dict[str, str]:
    """``{external id: content hash}`` of the approved documents, the oldest revision first."""
    latest = latest_revision_ids(project).subquery()
    query = (
        select(DocumentRow.external_id, RevisionRow.content_hash)
        .join(RevisionRow, RevisionRow.document_id == DocumentRow.id)
        .where(
            RevisionRow.id.in_(select(latest.c.id)),
            RevisionRow.content_hash != WITHDRAWN,
            DocumentRow.source == source,
        )
        .order_by(RevisionRow.id)
    )
    return dict(s.execute(query).all())


def current_annotators(
    s: Session, project: str, *, source: Source = DOCCANO
) -> dict[str, tuple[str, ...]]:
    """``{external id: annotators}`` of the documents that are approved, in the recorded order."""
    latest = latest_revision_ids(project).subquery()
    query = (
        select(DocumentRow.external_id, RevisionRow.annotators)
        .join(RevisionRow, RevisionRow.document_id == DocumentRow.id)
        .where(
            RevisionRow.id.in_(select(latest.c.id)),
            RevisionRow.content_hash != WITHDRAWN,
            DocumentRow.source == source,
        )
    )
    return {external_id: tuple(names) for external_id, names in s.execute(query)}


def changes_since(s: Session, project: str, last_revision_id: int) -> Changes:
    """The documents whose state differs from that at `last_revision_id` (0: before the first).

    A document that changed and changed back counts as unchanged.
    """
    before = _content_at(s, latest_revision_ids(project, up_to=last_revision_id))
    query = (
        _revisions()
        .where(RevisionRow.project == project, RevisionRow.id > last_revision_id)
        .order_by(RevisionRow.id)
    )
    revisions = s.execute(query).all()
    now = {row.document_id: row.content_hash for row in revisions}
    first_at: dict[int, datetime] = {}
    newest_at: datetime | None = None
    for row in revisions:
        if now[row.document_id] != before.get(row.document_id, WITHDRAWN):
            first_at.setdefault(row.document_id, row.seen_at)
            newest_at = max(newest_at or row.seen_at, row.seen_at)
    return Changes(
        first_at=tuple(sorted(first_at.values())),
        newest_at=newest_at,
        approved_before=sum(content != WITHDRAWN for content in before.values()),
    )


def last_revision(s: Session, project: str) -> int:
    """The id of the project's newest revision, or 0 if there is none."""
    query = select(func.max(RevisionRow.id)).where(RevisionRow.project == project)
    return s.scalar(query) or 0


def latest_revision_ids(project: str, *, up_to: int | None = None) -> Select[int]:
    """A query for the id of each document's newest revision up to the id `up_to` (None: newest)."""
    query = (
        select(func.max(RevisionRow.id).label("id"))
        .where(RevisionRow.project == project)
        .group_by(RevisionRow.document_id)
    )
    return query if up_to is None else query.where(RevisionRow.id <= up_to)


def _current_hash(s: Session, document_id: int) -> str:
    query = (
        select(RevisionRow.content_hash)
        .where(RevisionRow.document_id == document_id)
        .order_by(RevisionRow.id.desc())
        .limit(1)
    )
    return s.scalar(query) or WITHDRAWN


def _content_at(s: Session, latest: Select[int]) -> dict[int, str]:
    query = _revisions().where(RevisionRow.id.in_(latest))
    return {row.document_id: row.content_hash for row in s.execute(query)}


def _revisions() -> Select[int, int, str, datetime]:
    return select(
        RevisionRow.id, RevisionRow.document_id, RevisionRow.content_hash, RevisionRow.seen_at
    )


def _check_storable(approval: Approval) -> None:
    text = approval.text
    if "\x00" in text or has_lone_surrogate(text):
        raise StoreError(
            f"document {approval.external_id} contains a NUL or half a surrogate pair, which "
            "databases cannot store; remove that character from its text"
        )
