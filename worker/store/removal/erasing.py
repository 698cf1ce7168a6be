"""Removes the texts of documents from the store.

Hashes of texts stay: a text keeps its side for ever, and a version lists by hashes what it was
trained on.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, case, delete, exists, select, update
from sqlalchemy.orm import Session

from ner.hashing import exact_hash
from worker.store.corpus.documents import DOCCANO, Source
from worker.store.corpus.revisions import (
    WITHDRAWN,
    content_hashes,
    is_approval,
    is_newest,
    record_withdrawals,
)
from worker.store.database.chunks import chunks
from worker.store.database.locks import take_lock
from worker.store.database.schema import (
    ERASED,
    WITHDRAWAL,
    ClaimRow,
    DocumentRow,
    RevisionRow,
    ServedRow,
)
from worker.store.removal.erased_errors import erase_quotes

REASON = "erased"


@dataclass(frozen=True, slots=True)
class ErasedRows:
    """How many rows lost a text, or how many were removed."""

    revisions: int = 0
    calls: int = 0
    claims: int = 0
    errors: int = 0

    def __add__(self, other: "ErasedRows") -> "ErasedRows":
        names = [field.name for field in fields(self)]
        return ErasedRows(*(getattr(self, name) + getattr(other, name) for name in names))


def texts_of(s: Session, document_ids: Iterable[int]) -> frozenset[str]:
    """Every text that an approval of one of these documents has."""
    return frozenset(
        text
        for chunk in chunks(document_ids)
        for text in s.scalars(_approvals(chunk, RevisionRow.text))
    )


def holders(
    s: Session, project: str, texts: Collection[str], *, besides: Collection[int]
) -> tuple[tuple[Source, str], ...]:
    """Source and external id of the documents, `besides` some, of which an approval has a text.

    Reads every revision of the project.
    """
    found: set[tuple[Source, str]] = set()
    for chunk in chunks(texts):
        query = (
            select(DocumentRow.source, DocumentRow.external_id, DocumentRow.id)
            .join(RevisionRow, RevisionRow.document_id == DocumentRow.id)
            .where(RevisionRow.project == project, RevisionRow.text.in_(chunk), is_approval())
        )
        rows = s.execute(query)
        found |= {(cast(Source, row[0]), row[1]) for row in rows if row.id not in besides}
    return tuple(sorted(found))


def texts_still_approved(
    s: Session, project: str, texts: Iterable[str], *, besides: Collection[int]
) -> frozenset[str]:
    """Those of the texts that a document, `besides` some, is approved with now."""
    by_hash = {exact_hash(text): text for text in texts}
    approved: set[str] = set()
    for chunk in chunks(by_hash):
        query = select(DocumentRow.exact_hash, DocumentRow.id).where(
            DocumentRow.project == project,
            DocumentRow.exact_hash.in_(chunk),
            DocumentRow.approved.is_(True),
        )
        approved |= {
            by_hash[hashed] for hashed, number in s.execute(query) if number not in besides
        }
    return frozenset(approved)


def withdrawn_before(s: Session, project: str, before: datetime, *, limit: int) -> tuple[int, ...]:
    """Documents whose newest revision is a withdrawal of before that time, those withdrawn first.

    Erased documents are not among them. The cost depends on the withdrawals before that time.
    """
    query = (
        select(RevisionRow.document_id)
        .where(
            RevisionRow.project == project,
            RevisionRow.seen_at < before,
            WITHDRAWAL,
            is_newest(),
        )
        .order_by(RevisionRow.seen_at)
        .limit(limit)
    )
    return tuple(s.scalars(query))


def count_rows(s: Session, project: str, document_ids: Collection[int]) -> ErasedRows:
    """What `erase_rows` would remove, without errors that quote a text."""
    answers = _Answers(s, project, document_ids)
    revisions = sum(len(rows) for rows in _approved_ids(s, document_ids))
    return ErasedRows(revisions, len(answers.calls), len(answers.claims))


def erase_rows(
    s: Session,
    project: str,
    document_ids: Collection[int],
    *,
    besides: Collection[int] = (),
    now: datetime,
) -> ErasedRows:
    """Removes the texts of these documents; afterwards they are withdrawn.

    Revisions keep their ids and times and lose text, spans and annotators. Calls and claims are
    removed unless a document in Doccano that is neither among these nor among `besides` has the
    text. Erasing twice changes nothing.
    """
    take_lock(s, "project", project)
    take_lock(s, "served", project)
    texts = texts_of(s, document_ids)
    answers = _Answers(s, project, document_ids, besides)
    answers.delete()
    _withdraw(s, project, document_ids, now)
    revisions = sum(len(rows) for rows in _approved_ids(s, document_ids))
    for chunk in chunks(document_ids):
        _blank(s, chunk)
    return ErasedRows(
        revisions=revisions,
        calls=len(answers.calls),
        claims=len(answers.claims),
        errors=erase_quotes(s, project, texts),
    )


class _Answers:
    """The calls and claims that belong to these documents alone."""

    def __init__(
        self, s: Session, project: str, document_ids: Collection[int], besides: Collection[int] = ()
    ) -> None:
        self._session = s
        self._project = project
        hashes = self._own_hashes(document_ids, {*document_ids, *besides})
        self.claims = {
            (row.exact_hash, row.slot): row.served_id
            for condition in _any_of(
                ClaimRow.exact_hash, hashes, ClaimRow.document_id, document_ids
            )
            for row in s.scalars(select(ClaimRow).where(ClaimRow.project == project, condition))
        }
        self.calls = {
            number
            for condition in _any_of(
                ServedRow.exact_hash, hashes, ServedRow.id, self.claims.values()
            )
            for number in s.scalars(
                select(ServedRow.id).where(ServedRow.project == project, condition)
            )
        }

    def delete(self) -> None:
        for hashed, slot in self.claims:
            self._session.execute(
                delete(ClaimRow).where(
                    ClaimRow.project == self._project,
                    ClaimRow.exact_hash == hashed,
                    ClaimRow.slot == slot,
                )
            )
        claimed = exists().where(ClaimRow.served_id == ServedRow.id)
        for chunk in chunks(self.calls):
            self._session.execute(delete(ServedRow).where(ServedRow.id.in_(chunk), ~claimed))

    def _own_hashes(
        self, document_ids: Collection[int], besides: Collection[int]
    ) -> frozenset[str]:
        """The hashes of the documents' texts that no document in Doccano has, `besides` some."""
        s = self._session
        hashes = {exact_hash(text) for text in texts_of(s, document_ids)}
        for ids in chunks(document_ids):
            hashes |= {*s.scalars(select(DocumentRow.exact_hash).where(DocumentRow.id.in_(ids)))}
        shared: set[str] = set()
        for chunk in chunks(hashes):
            query = select(DocumentRow.exact_hash, DocumentRow.id).where(
                DocumentRow.project == self._project,
                DocumentRow.exact_hash.in_(chunk),
                DocumentRow.source == DOCCANO,
                DocumentRow.deleted.is_(False),
            )
            shared |= {hashed for hashed, number in s.execute(query) if number not in besides}
        return frozenset(hashes - shared)


def _any_of(
    first: Any, firsts: Iterable[str], second: Any, seconds: Iterable[int]
) -> Iterator[ColumnElement[bool]]:
    yield from (first.in_(chunk) for chunk in chunks(firsts))
    yield from (second.in_(chunk) for chunk in chunks(seconds))


def _approvals(document_ids: Collection[int], *columns: Any) -> Any:
    return select(*columns).where(RevisionRow.document_id.in_(document_ids), is_approval())


def _approved_ids(s: Session, document_ids: Iterable[int]) -> Iterator[list[int]]:
    for chunk in chunks(document_ids):
        yield [*s.scalars(_approvals(chunk, RevisionRow.id))]


def _withdraw(s: Session, project: str, document_ids: Collection[int], now: datetime) -> None:
    """Appends a withdrawal of each document whose newest revision is an approval.

    A pull that has read the document before finds that another has written since, and starts again.
    """
    current = content_hashes(s, document_ids)
    approved = [number for number, hashed in current.items() if hashed != WITHDRAWN]
    query = select(DocumentRow.source, DocumentRow.external_id)
    names: dict[Source, list[str]] = {}
    for chunk in chunks(approved):
        for source, name in s.execute(query.where(DocumentRow.id.in_(chunk))):
            names.setdefault(cast(Source, source), []).append(name)
    for source, external_ids in names.items():
        reasons = dict.fromkeys(external_ids, REASON)
        record_withdrawals(s, project, reasons, source=source, now=now)


def _blank(s: Session, document_ids: Collection[int]) -> None:
    hashed = case((RevisionRow.content_hash == WITHDRAWN, WITHDRAWN), else_=ERASED)
    s.execute(
        update(RevisionRow)
        .where(RevisionRow.document_id.in_(document_ids))
        .values(
            kind="withdrawn",
            reason=REASON,
            text="",
            spans=[],
            content_hash=hashed,
            annotators=[],
            agreement=None,
        )
    )
