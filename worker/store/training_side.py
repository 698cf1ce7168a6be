"""Which of a listing's documents may be learned from, whether approved or not."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ner.hashing import text_hash
from worker.store.chunks import chunks
from worker.store.documents import DOCCANO, Listed
from worker.store.schema import DocumentRow
from worker.store.sides import Sides


def on_training_side(s: Session, project: str, listed: Iterable[Listed]) -> tuple[Listed, ...]:
    """Those of documents that were listed before which lie on the training side themselves and
    whose text does too: an edit may have made it a held-out document's.
    """
    every = tuple(listed)
    documents = _documents(s, project, [one.external_id for one in every])
    hashes = {one.external_id: text_hash(one.text) for one in every}
    sides = Sides(s, project, hashes.values())
    return tuple(
        one
        for one in every
        if one.external_id in documents and sides.of(hashes[one.external_id]) == "train"
    )


def _documents(s: Session, project: str, external_ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(set(external_ids)):
        query = select(DocumentRow.external_id).where(
            DocumentRow.project == project,
            DocumentRow.source == DOCCANO,
            DocumentRow.external_id.in_(some),
            DocumentRow.side == "train",
        )
        found |= {*s.scalars(query)}
    return found
