"""Which documents the versions of runs have learned from, erased ones included."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from worker.store.corpus.revisions import WITHDRAWN, content_hashes, is_newest
from worker.store.database.schema import ERASED, DocumentRow, RevisionRow
from worker.store.training.runs import Run, lineage, run_by_id


def in_data_of(s: Session, run: Run, document_ids: Collection[int]) -> frozenset[int]:
    """Those of the documents that were approved as of the run."""
    hashes = content_hashes(s, document_ids, up_to=run.last_revision_id)
    return frozenset(number for number, hashed in hashes.items() if hashed != WITHDRAWN)


def erased_from(s: Session, project: str, run_id: str) -> int:
    """How many documents have been erased that a run's version or its predecessors learned from.

    `run_id` is that of the version's manifest. 0 if the store lacks the run.
    """
    run = run_by_id(s, project, run_id)
    erased: set[int] = set()
    for earlier in lineage(s, run) if run else ():
        query = (
            select(DocumentRow.id)
            .join(RevisionRow, RevisionRow.document_id == DocumentRow.id)
            .where(
                RevisionRow.project == project,
                RevisionRow.content_hash == ERASED,
                DocumentRow.side == "train",
                is_newest(up_to=earlier.last_revision_id),
            )
        )
        erased |= {*s.scalars(query)}
    return len(erased)
