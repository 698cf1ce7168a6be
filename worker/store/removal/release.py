"""Lets Doccano's ids of documents go: what was approved under them is kept as imported gold."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ner.hashing import exact_hash, text_hash
from worker.store.corpus.documents import DOCCANO, IMPORT, RELEASED, mark_deleted
from worker.store.corpus.imported import with_either_line_end
from worker.store.corpus.revisions import (
    Approval,
    current_approved,
    is_approval,
    is_newest,
    record_approvals,
    record_withdrawals,
)
from worker.store.database.chunks import chunks
from worker.store.database.locks import take_lock
from worker.store.database.schema import DocumentRow, RevisionRow
from worker.store.database.span_json import spans_from_json
from worker.wording import counted

REPLACED = "its text was approved in Doccano with other line ends"
REPEATED = "its text was approved in another document of Doccano too"


@dataclass(frozen=True, slots=True)
class Released:
    """How many documents were let go: `kept` as gold, `repeated` with the text of one of these.

    `unapproved` is how many were not approved.
    """

    kept: int = 0
    repeated: int = 0
    unapproved: int = 0

    def __add__(self, other: "Released") -> "Released":
        """Both together."""
        return Released(
            self.kept + other.kept,
            self.repeated + other.repeated,
            self.unapproved + other.unapproved,
        )

    def __str__(self) -> str:
        words = [f"{counted(self.kept, 'approved document')} kept as gold"]
        words += [f"{self.repeated} with the text of other gold"] * bool(self.repeated)
        words += [f"{self.unapproved} not approved and let go"] * bool(self.unapproved)
        return "; ".join(words)


def documents_to_release(s: Session, project: str) -> tuple[int, ...]:
    """The store's ids of Doccano's documents, those approved last at the end."""
    last = (
        select(RevisionRow.id)
        .where(RevisionRow.document_id == DocumentRow.id, is_newest())
        .scalar_subquery()
    )
    rows = s.execute(
        select(DocumentRow.id, last).where(
            DocumentRow.project == project, DocumentRow.source == DOCCANO
        )
    )
    return tuple(row[0] for row in sorted(rows, key=lambda row: (row[1] or 0, row[0])))


def release_documents(
    s: Session, project: str, document_ids: Collection[int], *, now: datetime
) -> Released:
    """Lets these documents' ids in Doccano go, in the order of `documents_to_release`.

    An approved document becomes imported gold, with its side and its revisions. If imported gold
    has its text, that gets the spans, since those that were approved in Doccano counted. Documents
    that were let go before are left as they are.
    """
    take_lock(s, "project", project)
    rows = {
        row.id: row
        for chunk in chunks(document_ids)
        for row in s.scalars(
            select(DocumentRow).where(DocumentRow.id.in_(chunk), DocumentRow.source == DOCCANO)
        )
    }
    # Open claims for their texts are closed: in another Doccano a text is answered again.
    mark_deleted(s, project, [row.external_id for row in rows.values()])
    revisions = _approved(s, rows)
    imported = _imported(s, project, [revision.text for revision in revisions.values()])
    released = Released()
    repeated: dict[str, Approval] = {}
    for document_id in (i for i in document_ids if i in rows):
        row, revision = rows[document_id], revisions.get(document_id)
        if revision is None:
            released += Released(unapproved=1)
            _forget_id(row)
        elif (name := exact_hash(revision.text)) in imported:
            released += Released(repeated=1)
            repeated[name] = _approval(name, revision)
            record_withdrawals(s, project, {row.external_id: REPEATED}, now=now)
            _forget_id(row)
        else:
            released += Released(kept=1)
            imported.add(name)
            _make_imported(row, revision)
    s.flush()
    # They have sides already, so that the share does not matter.
    record_approvals(s, project, [*repeated.values()], source=IMPORT, share=0.5, now=now)
    _withdraw_other_line_ends(s, project, [r.text for r in revisions.values()], now)
    return released


def _approved(s: Session, document_ids: Collection[int]) -> dict[int, RevisionRow]:
    found: dict[int, RevisionRow] = {}
    for chunk in chunks(document_ids):
        query = select(RevisionRow).where(
            RevisionRow.document_id.in_(chunk), is_approval(), is_newest()
        )
        found |= {row.document_id: row for row in s.scalars(query)}
    return found


def _imported(s: Session, project: str, texts: Iterable[str]) -> set[str]:
    """Which of these texts were imported or kept, approved or not, as external ids."""
    found: set[str] = set()
    for chunk in chunks({exact_hash(text) for text in texts}):
        query = select(DocumentRow.external_id).where(
            DocumentRow.project == project,
            DocumentRow.source == IMPORT,
            DocumentRow.external_id.in_(chunk),
        )
        found |= {*s.scalars(query)}
    return found


def _approval(name: str, revision: RevisionRow) -> Approval:
    return Approval(
        name,
        revision.text,
        spans_from_json(revision.spans),
        tuple(revision.annotators),
        revision.agreement,
    )


def _make_imported(row: DocumentRow, revision: RevisionRow) -> None:
    name = exact_hash(revision.text)
    row.source, row.external_id = IMPORT, name
    row.exact_hash, row.text_hash = name, text_hash(revision.text)
    row.approved, row.deleted = True, False


def _forget_id(row: DocumentRow) -> None:
    row.source, row.external_id = RELEASED, str(row.id)
    row.approved, row.deleted = False, True


def _withdraw_other_line_ends(
    s: Session, project: str, texts: Iterable[str], now: datetime
) -> None:
    """Withdraws gold that was imported with other line ends, which did not count until now."""
    others = {exact_hash(v) for text in texts for v in with_either_line_end(text) - {text}}
    if found := current_approved(s, project, source=IMPORT, among=others):
        record_withdrawals(s, project, dict.fromkeys(found, REPLACED), source=IMPORT, now=now)
