"""Selects the documents of a listing that a training may use, whether approved or not."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ner.hashing import text_hash
from worker.store.corpus.documents import DOCCANO, ListedDocument
from worker.store.corpus.sides import Sides
from worker.store.database.chunks import chunks
from worker.store.database.schema import DocumentRow


def on_training_side(
    s: Session, project: str, listed: Iterable[ListedDocument]
) -> tuple[ListedDocument, ...]:
    """The listed documents that are on the training side and whose text is on it too.

    The two sides differ if an edit gave a training document the text of a held-out one. Documents
    that the store does not have are left out.
    """
    documents = tuple(listed)
    stored = _stored_on_training_side(s, project, [d.external_id for d in documents])
    hashes = {d.external_id: text_hash(d.text) for d in documents}
    sides = Sides(s, project, hashes.values())
    return tuple(
        d
        for d in documents
        if d.external_id in stored and sides.of(hashes[d.external_id]) == "train"
    )


def _stored_on_training_side(s: Session, project: str, external_ids: Sequence[str]) -> set[str]:
    stored: set[str] = set()
    for chunk in chunks(set(external_ids)):
        query = select(DocumentRow.external_id).where(
            DocumentRow.project == project,
            DocumentRow.source == DOCCANO,
            DocumentRow.external_id.in_(chunk),
            DocumentRow.side == "train",
        )
        stored |= {*s.scalars(query)}
    return stored
