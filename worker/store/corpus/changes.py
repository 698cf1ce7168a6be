"""Which documents have changed since a revision, by what they contribute to the data set."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worker.store.corpus.documents import DOCCANO
from worker.store.corpus.imported import counted_in_doccano, imported_twins
from worker.store.corpus.revisions import WITHDRAWN, content_hashes
from worker.store.database.schema import DocumentRow, RevisionRow


@dataclass(frozen=True, slots=True)
class Changes:
    """The documents that changed since a revision.

    `first_at` has the time of the first revision of each changed document, in ascending order;
    `newest_at` is that of the last revision of any of them, None without changes.
    """

    first_at: tuple[datetime, ...] = ()
    newest_at: datetime | None = None

    @property
    def documents(self) -> int:
        """The number of changed documents."""
        return len(self.first_at)


def changes_since(s: Session, project: str, last_revision_id: int) -> Changes:
    """The documents whose state differs from that at `last_revision_id` (0: before the first).

    A document that changed and changed back counts as unchanged. Imported gold whose text is
    approved in Doccano does not count, nor does the approval there with the same spans. The cost
    depends on the revisions since then, not on those before.
    """
    query = (
        select(
            RevisionRow.document_id,
            RevisionRow.content_hash,
            RevisionRow.seen_at,
            DocumentRow.source,
        )
        .join(DocumentRow, RevisionRow.document_id == DocumentRow.id)
        .where(RevisionRow.project == project, RevisionRow.id > last_revision_id)
        .order_by(RevisionRow.id)
    )
    revisions = s.execute(query).all()
    now = {row.document_id: row.content_hash for row in revisions}
    before = content_hashes(s, now, up_to=last_revision_id)
    changed = {name for name in now if now[name] != before.get(name, WITHDRAWN)}
    in_doccano = {row.document_id for row in revisions if row.source == DOCCANO}
    changed -= counted_in_doccano(s, project, changed - in_doccano)
    changed -= _same_as_imported(s, changed & in_doccano, before, now, last_revision_id)
    first_at: dict[int, datetime] = {}
    newest_at: datetime | None = None
    for row in revisions:
        if row.document_id in changed:
            first_at.setdefault(row.document_id, row.seen_at)
            newest_at = max(newest_at or row.seen_at, row.seen_at)
    return Changes(first_at=tuple(sorted(first_at.values())), newest_at=newest_at)


def _same_as_imported(
    s: Session,
    document_ids: Collection[int],
    before: Mapping[int, str],
    now: Mapping[int, str],
    last_revision_id: int,
) -> set[int]:
    """Documents in whose place imported gold with the same text and spans counts, or did before."""
    twins = imported_twins(s, document_ids)
    gold_before = content_hashes(s, twins.values(), up_to=last_revision_id)
    gold_now = content_hashes(s, twins.values())
    return {
        document_id
        for document_id, gold in twins.items()
        if (before.get(document_id) or gold_before.get(gold))
        == (now[document_id] or gold_now.get(gold))
    }
