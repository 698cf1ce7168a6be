"""The answers to auto-label calls, and the claims that limit them to one for each document.

A text is answered with spans once for each unapproved document that has it. Each such answer is a
claim. A claim is open until one of the documents with the text is approved, edited or deleted; it
then belongs to that document permanently. Unticking the document therefore does not bring back the
spans that its reviewer deleted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from ner.hashing import exact_hash
from ner.spans import Prediction
from worker.store.database import Store
from worker.store.database.batches import write_in_batches
from worker.store.database.chunks import chunks
from worker.store.database.locks import take_lock
from worker.store.database.schema import ClaimRow, DocumentRow, ServedRow
from worker.store.database.span_json import spans_to_json

# At most so many calls are deleted at a time.
PRUNED = 1_000


@dataclass(frozen=True, slots=True)
class Call:
    """One auto-label call: the prediction in the answer, and in `outcome` why it was empty if so.

    Spans have the label names that were served. Only the hash of the text is stored.
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
    """A call that was recorded. It means that a reviewer opened a document with this text."""

    id: int
    exact_hash: str
    served_at: datetime


class LastCall(NamedTuple):
    """The newest call of a project."""

    id: int
    served_at: datetime


def record_call(s: Session, call: Call) -> int:
    """Records a call without a claim; returns its id."""
    take_lock(s, "served", call.project)
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


def claim_answer(s: Session, call: Call) -> bool:
    """Adds a claim for the text and records the call, or does neither if no slot is free.

    Returns whether there was one. The caller must commit the transaction (`Store.begin`) before it
    sends the spans.
    """
    take_lock(s, "served", call.project)
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
    """Whether `claim_answer` would succeed now, so that a prediction is worth computing."""
    return _free_slot(s, project, exact_hash) is not None


def assign_claim(s: Session, project: str, exact_hash: str, document_id: int) -> None:
    """Assigns the text's oldest open claim to a document that needs no answer any more.

    Does nothing if the document has a claim for the text already, or if no claim is open.
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


def texts_with_open_claims(s: Session, project: str, exact_hashes: Iterable[str]) -> frozenset[str]:
    """The texts, as exact hashes, that have an open claim."""
    claimed: set[str] = set()
    for chunk in chunks(exact_hashes):
        query = select(ClaimRow.exact_hash).where(
            ClaimRow.project == project,
            ClaimRow.exact_hash.in_(chunk),
            ClaimRow.document_id.is_(None),
        )
        claimed |= set(s.scalars(query))
    return frozenset(claimed)


def delete_claims(
    s: Session, project: str, *, exact_hash: str | None = None, only_open: bool = True
) -> int:
    """Deletes claims so that the texts are answered again; returns the number deleted.

    `exact_hash` limits this to one text. With `only_open`, claims that belong to a document are
    kept.
    """
    query = delete(ClaimRow).where(ClaimRow.project == project)
    if exact_hash is not None:
        query = query.where(ClaimRow.exact_hash == exact_hash)
    if only_open:
        query = query.where(ClaimRow.document_id.is_(None))
    return len(s.scalars(query.returning(ClaimRow.slot)).all())


def calls_after(s: Session, project: str, served_id: int) -> tuple[SeenCall, ...]:
    """The calls with an id above `served_id`, oldest first."""
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


def prune_calls(store: Store, project: str, before: datetime, *, at_most: int = PRUNED) -> int:
    """Deletes the oldest of the project's calls before that time that have no claim.

    Deletes no more than `at_most`, in short transactions; returns the number deleted. A call
    without a claim never gets one later, so that the calls are found before the deleting begins.
    """
    claimed = exists().where(ClaimRow.served_id == ServedRow.id)
    oldest = (
        select(ServedRow.id)
        .where(ServedRow.project == project, ServedRow.served_at < before, ~claimed)
        .order_by(ServedRow.served_at)
        .limit(at_most)
    )
    with store.read() as s:
        ids = s.scalars(oldest).all()
    write_in_batches(
        store, ids, lambda s, batch: s.execute(delete(ServedRow).where(ServedRow.id.in_(batch)))
    )
    return len(ids)


def _free_slot(s: Session, project: str, exact_hash: str) -> int | None:
    waiting = _waiting_documents(s, project, exact_hash)
    query = select(ClaimRow.slot, ClaimRow.document_id).where(
        ClaimRow.project == project, ClaimRow.exact_hash == exact_hash
    )
    claims = dict(s.execute(query).all())
    used = sum(owner is None or owner in (waiting or ()) for owner in claims.values())
    # A text that is not stored yet belongs to one document that was just added in Doccano.
    if used >= (1 if waiting is None else len(waiting)):
        return None
    return next(slot for slot in range(len(claims) + 1) if slot not in claims)


def _waiting_documents(s: Session, project: str, exact_hash: str) -> frozenset[int] | None:
    """Ids of the unapproved documents with this text, or None if no document has it."""
    query = select(DocumentRow.id, DocumentRow.approved).where(
        DocumentRow.project == project,
        DocumentRow.source == "doccano",
        DocumentRow.exact_hash == exact_hash,
        DocumentRow.deleted.is_(False),
    )
    rows = s.execute(query).all()
    return frozenset(row.id for row in rows if not row.approved) if rows else None
