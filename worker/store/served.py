"""What auto-labeling was answered, and the claims that keep a text from being answered again.

Each unapproved document may take one answer with spans. A claim is such an answer: open until one
of the documents with that text is approved, edited or deleted, and then that document's for good,
so that unticking a document does not bring back the spans that its reviewer deleted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from ner.hashing import exact_hash
from ner.spans import Prediction
from worker.store.chunks import chunks
from worker.store.locks import hold
from worker.store.schema import ClaimRow, DocumentRow, ServedRow
from worker.store.span_json import spans_to_json


@dataclass(frozen=True, slots=True)
class Call:
    """One auto-label call: the prediction that was answered, and in `outcome` why it was empty.

    Spans carry label names as served. Of the text only the hash is kept.
    """

    project: str
    outcome: str
    prediction: Prediction
    served_at: datetime

    @property
    def exact_hash(self) -> str:
        """`ner.hashing.exact_hash` of the text."""
        return exact_hash(self.prediction.text)


class SeenCall(NamedTuple):
    """That a text was asked for: a reviewer looks at a document with it."""

    id: int
    exact_hash: str
    served_at: datetime


class LastCall(NamedTuple):
    """The newest call of a project."""

    id: int
    served_at: datetime


def record_call(s: Session, call: Call) -> int:
    """Records a call that claims nothing, and returns its id."""
    hold(s, "served", call.project)
    row = ServedRow(
        project=call.project,
        exact_hash=call.exact_hash,
        outcome=call.outcome,
        model_version=call.prediction.model_version or None,
        spans=spans_to_json(call.prediction.spans),
        scores=list(call.prediction.scores),
        served_at=call.served_at,
    )
    s.add(row)
    s.flush()
    return row.id


def answer_once(s: Session, call: Call) -> bool:
    """Claims a free answer for the text and records the call, both or, when none is free, neither.

    The caller sends the spans only after the transaction (`Store.begin`) has been committed.
    """
    hold(s, "served", call.project)
    slot = _free_slot(s, call.project, call.exact_hash)
    if slot is None:
        return False
    claim = ClaimRow(
        project=call.project,
        exact_hash=call.exact_hash,
        slot=slot,
        served_id=record_call(s, call),
        document_id=None,
        claimed_at=call.served_at,
    )
    s.add(claim)
    s.flush()
    return True


def has_free_slot(s: Session, project: str, exact_hash: str) -> bool:
    """Whether `answer_once` would have succeeded just now: worth predicting for."""
    return _free_slot(s, project, exact_hash) is not None


def settle(s: Session, project: str, exact_hash: str, document_id: int) -> None:
    """Gives the text's oldest open claim to a document that needs no answer any more.

    Once per document; without an open claim nothing happens.
    """
    of_text = (ClaimRow.project == project) & (ClaimRow.exact_hash == exact_hash)
    if s.scalar(select(exists().where(of_text, ClaimRow.document_id == document_id))):
        return
    oldest = s.scalar(
        select(ClaimRow.slot)
        .where(of_text, ClaimRow.document_id.is_(None))
        .order_by(ClaimRow.served_id)
        .limit(1)
    )
    if oldest is not None:
        s.execute(
            update(ClaimRow).where(of_text, ClaimRow.slot == oldest).values(document_id=document_id)
        )


def with_open_claims(s: Session, project: str, exact_hashes: Iterable[str]) -> frozenset[str]:
    """Those of the texts for which `settle` would find a claim."""
    found: set[str] = set()
    for some in chunks(exact_hashes):
        query = select(ClaimRow.exact_hash).where(
            ClaimRow.project == project,
            ClaimRow.exact_hash.in_(some),
            ClaimRow.document_id.is_(None),
        )
        found |= set(s.scalars(query))
    return frozenset(found)


def forget(
    s: Session, project: str, *, exact_hash: str | None = None, only_open: bool = True
) -> int:
    """Removes claims, so that the texts are answered again; returns how many there were.

    Of one text or of all; the claims of documents that were approved only without `only_open`.
    """
    query = delete(ClaimRow).where(ClaimRow.project == project)
    if exact_hash is not None:
        query = query.where(ClaimRow.exact_hash == exact_hash)
    if only_open:
        query = query.where(ClaimRow.document_id.is_(None))
    return len(s.scalars(query.returning(ClaimRow.slot)).all())


def calls_after(s: Session, project: str, served_id: int) -> tuple[SeenCall, ...]:
    """The calls with a higher id than `served_id`, oldest first."""
    query = (
        select(ServedRow.id, ServedRow.exact_hash, ServedRow.served_at)
        .where(ServedRow.project == project, ServedRow.id > served_id)
        .order_by(ServedRow.id)
    )
    return tuple(SeenCall(*row) for row in s.execute(query))


def last_call(s: Session, project: str) -> LastCall | None:
    """The newest call of the project, or None before the first."""
    query = (
        select(ServedRow.id, ServedRow.served_at)
        .where(ServedRow.project == project)
        .order_by(ServedRow.id.desc())
        .limit(1)
    )
    row = s.execute(query).one_or_none()
    return None if row is None else LastCall(*row)


def prune_calls(s: Session, project: str, before: datetime) -> int:
    """Removes the project's calls before that time that no claim needs, and says how many."""
    claimed = exists().where(ClaimRow.served_id == ServedRow.id)
    query = delete(ServedRow).where(
        ServedRow.project == project, ServedRow.served_at < before, ~claimed
    )
    return len(s.scalars(query.returning(ServedRow.id)).all())


def _free_slot(s: Session, project: str, exact_hash: str) -> int | None:
    waiting = _waiting_documents(s, project, exact_hash)
    query = select(ClaimRow.slot, ClaimRow.document_id).where(
        ClaimRow.project == project, ClaimRow.exact_hash == exact_hash
    )
    claims = dict(s.execute(query).all())
    held = sum(owner is None or owner in (waiting or ()) for owner in claims.values())
    # A text that no listing has shown yet belongs to a document that has just been added.
    if held >= (1 if waiting is None else len(waiting)):
        return None
    return next(slot for slot in range(len(claims) + 1) if slot not in claims)


def _waiting_documents(s: Session, project: str, exact_hash: str) -> frozenset[int] | None:
    """Ids of the unapproved documents with this text, or None when it is unknown."""
    query = select(DocumentRow.id, DocumentRow.approved).where(
        DocumentRow.project == project,
        DocumentRow.source == "doccano",
        DocumentRow.exact_hash == exact_hash,
        DocumentRow.deleted.is_(False),
    )
    rows = s.execute(query).all()
    return frozenset(row.id for row in rows if not row.approved) if rows else None
