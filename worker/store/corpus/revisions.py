"""The revisions of each document: an append-only history of its approvals and withdrawals."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, exists, func, insert, select
from sqlalchemy.orm import Session, aliased

from ner.errors import StoreError
from ner.spans import Span
from ner.text.surrogates import has_lone_surrogate
from worker.store.corpus.documents import (
    DOCCANO,
    ListedDocument,
    Source,
    sync_documents,
    withdraw_documents,
)
from worker.store.database.chunks import chunks
from worker.store.database.schema import ERASED, DocumentRow, RevisionRow
from worker.store.database.span_json import spans_to_json

WITHDRAWN = ""  # the content hash of a withdrawn document and of one that was never approved
# The content hash of an approval whose text was erased. The document was approved then, so that it
# has changed since.


@dataclass(frozen=True, slots=True)
class Approval:
    """A document as it was approved: spans in code points, each with its label's key.

    `agreement` in [0, 1] is the agreement of several annotators, None if they were not compared.
    `exported` is the digest of the exported line that it was read from, if it was.
    """

    external_id: str
    text: str
    spans: tuple[Span, ...]
    annotators: tuple[str, ...] = ()
    agreement: float | None = None
    exported: str | None = field(default=None, compare=False)

    @property
    def content_hash(self) -> str:
        """`content_hash` of its text and spans."""
        return content_hash(self.text, self.spans)


def content_hash(text: str, spans: Iterable[Span]) -> str:
    """SHA-256 of the exact text and its spans, in hex; equal for revisions that do not differ."""
    content = json.dumps([text, spans_to_json(spans)], separators=(",", ":"))
    return hashlib.sha256(content.encode("ascii")).hexdigest()


def record_approvals(
    s: Session,
    project: str,
    approvals: Collection[Approval],
    *,
    source: Source = DOCCANO,
    share: float,
    now: datetime,
) -> tuple[str, ...]:
    """Appends a revision of each document that differs from its last one; returns their ids.

    The number of statements does not depend on that of the documents, up to those of a batch.
    Documents that were not listed yet are assigned to a side, `share` of them held out. Raises
    StoreError for a text that a database cannot store.
    """
    for approval in approvals:
        _check_storable(approval)
    ids = sync_documents(
        s,
        project,
        [ListedDocument(a.external_id, a.text, approved=True) for a in approvals],
        source=source,
        lines={a.external_id: a.exported for a in approvals},
        share=share,
        now=now,
    )
    current = content_hashes(s, ids.values())
    rows = {
        approval.external_id: {
            "project": project,
            "document_id": ids[approval.external_id],
            "kind": "approved",
            "text": approval.text,
            "spans": spans_to_json(approval.spans),
            "content_hash": hashed,
            "annotators": list(approval.annotators),
            "agreement": approval.agreement,
            "seen_at": now,
        }
        for approval in approvals
        if current.get(ids[approval.external_id]) != (hashed := approval.content_hash)
    }
    _append(s, rows.values())
    return tuple(rows)


def record_withdrawals(
    s: Session,
    project: str,
    reasons: Mapping[str, str],
    *,
    source: Source = DOCCANO,
    now: datetime,
) -> tuple[str, ...]:
    """Appends a withdrawal of each of these documents that is approved; returns their ids.

    `reasons` has the reason for each document.
    """
    ids = withdraw_documents(s, project, reasons, source=source)
    current = content_hashes(s, ids.values())
    approved = [name for name in reasons if current.get(ids.get(name, 0), WITHDRAWN) != WITHDRAWN]
    rows = [
        {
            "project": project,
            "document_id": ids[name],
            "kind": "withdrawn",
            "reason": reasons[name],
            "text": "",
            "spans": [],
            "content_hash": WITHDRAWN,
            "annotators": [],
            "seen_at": now,
        }
        for name in approved
    ]
    _append(s, rows)
    return tuple(approved)


def current_approved(
    s: Session,
    project: str,
    *,
    source: Source = DOCCANO,
    among: Collection[str] | None = None,
) -> dict[str, str]:
    """``{external id: content hash}`` of the approved documents, the oldest revision first.

    `among` limits this to some documents.
    """
    query = _newest_approved(
        project, source, DocumentRow.external_id, RevisionRow.content_hash
    ).order_by(RevisionRow.id)
    if among is None:
        return dict(s.execute(query).all())
    found = [
        row
        for chunk in chunks(among)
        for row in s.execute(query.where(DocumentRow.external_id.in_(chunk)))
    ]
    return dict(found)


def approved_with_spans(
    s: Session, project: str, *, among: Collection[str] | None = None
) -> frozenset[str]:
    """Doccano's documents that are approved with at least one span; `among` limits this to some."""
    query = _newest_approved(project, DOCCANO, DocumentRow.external_id).where(
        cast(RevisionRow.spans, Text) != "[]"
    )
    if among is None:
        return frozenset(s.scalars(query))
    return frozenset(
        name
        for chunk in chunks(among)
        for name in s.scalars(query.where(DocumentRow.external_id.in_(chunk)))
    )


def approved_with_labels(s: Session, project: str, keys: Collection[str]) -> frozenset[str]:
    """Doccano's documents that are approved with a span of one of these labels."""
    if not keys:
        return frozenset()
    query = _newest_approved(project, DOCCANO, DocumentRow.external_id, RevisionRow.spans)
    return frozenset(
        name for name, spans in s.execute(query) if any(label in keys for *_, label in spans)
    )


def newest_approved(s: Session, project: str, limit: int) -> tuple[str, ...]:
    """The external ids of Doccano's documents approved last, the oldest of their revisions first.

    The cost depends on `limit`, not on the documents before.
    """
    query = (
        select(DocumentRow.external_id)
        .select_from(RevisionRow)
        .join(DocumentRow, RevisionRow.document_id == DocumentRow.id)
        .where(
            RevisionRow.project == project,
            is_approval(),
            DocumentRow.source == DOCCANO,
            is_newest(),
        )
        .order_by(RevisionRow.id.desc())
        .limit(limit)
    )
    return tuple(s.scalars(query))[::-1]


def count_approved(s: Session, project: str, *, source: Source = DOCCANO) -> int:
    """The number of approved documents."""
    return s.scalar(_newest_approved(project, source, func.count())) or 0


def count_all_approved(s: Session) -> int:
    """The number of approved documents of all projects and sources."""
    query = select(func.count()).select_from(RevisionRow).where(is_approval(), is_newest())
    return s.scalar(query) or 0


def current_annotators(
    s: Session, project: str, *, source: Source = DOCCANO
) -> dict[str, tuple[str, ...]]:
    """``{external id: annotators}`` of the documents that are approved, in the recorded order."""
    query = _newest_approved(project, source, DocumentRow.external_id, RevisionRow.annotators)
    return {external_id: tuple(names) for external_id, names in s.execute(query)}


def content_hashes(
    s: Session, document_ids: Iterable[int], *, up_to: int | None = None
) -> dict[int, str]:
    """``{id: content hash}`` of these documents, of their newest revision up to the id `up_to`."""
    hashes: dict[int, str] = {}
    for chunk in chunks(document_ids):
        query = select(RevisionRow.document_id, RevisionRow.content_hash).where(
            RevisionRow.document_id.in_(chunk), is_newest(up_to=up_to)
        )
        hashes |= dict(s.execute(query).all())
    return hashes


def last_revision(s: Session, project: str) -> int:
    """The id of the project's newest revision, or 0 if there is none."""
    query = select(func.max(RevisionRow.id)).where(RevisionRow.project == project)
    return s.scalar(query) or 0


def count_revisions(s: Session, project: str, *, after: int) -> int:
    """How many revisions of the project came after the one with this id."""
    query = select(func.count()).where(RevisionRow.project == project, RevisionRow.id > after)
    return s.scalar(query) or 0


def is_approval() -> ColumnElement[bool]:
    """The condition that a revision is an approval, with text and spans that were not erased."""
    return RevisionRow.content_hash.not_in((WITHDRAWN, ERASED))


def is_newest(*, up_to: int | None = None) -> ColumnElement[bool]:
    """The condition that a revision is its document's newest up to the id `up_to` (None: now)."""
    later = aliased(RevisionRow)
    newer = exists().where(later.document_id == RevisionRow.document_id, later.id > RevisionRow.id)
    if up_to is None:
        return ~newer
    return and_(RevisionRow.id <= up_to, ~newer.where(later.id <= up_to))


def _append(s: Session, rows: Collection[Mapping[str, Any]]) -> None:
    """Inserts revisions without their ids, which SQLite returns for one row at a time only."""
    if rows:
        s.execute(insert(RevisionRow), [*rows])


def _newest_approved(project: str, source: Source, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(RevisionRow)
        .join(DocumentRow, RevisionRow.document_id == DocumentRow.id)
        .where(
            DocumentRow.project == project,
            DocumentRow.source == source,
            is_approval(),
            is_newest(),
        )
    )


def _check_storable(approval: Approval) -> None:
    text = approval.text
    if "\x00" in text or has_lone_surrogate(text):
        raise StoreError(
            f"document {approval.external_id} contains a NUL or half a surrogate pair, which "
            "databases cannot store; remove that character from its text"
        )
