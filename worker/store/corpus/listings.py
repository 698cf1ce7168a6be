"""Updates the stored documents from a listing of Doccano's, by what differs."""

from collections.abc import Collection
from datetime import datetime

from ner.hashing import exact_hash
from worker.store.corpus.documents import (
    ListedDocument,
    known_documents,
    mark_deleted,
    sync_documents,
)
from worker.store.corpus.mass_changes import check_texts
from worker.store.database import Store
from worker.store.database.batches import write_in_batches


def sync_listing(
    store: Store,
    project: str,
    listed: Collection[ListedDocument],
    *,
    complete: bool,
    share: float,
    now: datetime,
    accept_changes: bool = False,
) -> int:
    """Writes the documents that differ from what the store has, in short transactions.

    Returns how many of the listed ones did.

    New documents are assigned to a side, `share` of them held out. If the listing is `complete`,
    documents missing from it are marked as deleted. The same listing again writes nothing, so that
    one that was interrupted is made up for by the next. Raises ManyChanges before anything is
    written when the texts of too many documents have changed, unless `accept_changes`.
    """
    hashes = {document.external_id: exact_hash(document.text) for document in listed}
    with store.read() as s:
        known = known_documents(s, project, among=None if complete else hashes)
    if not accept_changes:
        check_texts(project, known, hashes)
    differing = [
        document
        for document in listed
        if (name := document.external_id) not in known
        or not known[name].shows(hashes[name], document.approved)
    ]
    write_in_batches(
        store,
        differing,
        lambda s, batch: sync_documents(s, project, batch, share=share, now=now),
    )
    if complete:
        gone = [name for name, row in known.items() if not row.deleted and name not in hashes]
        write_in_batches(store, gone, lambda s, batch: mark_deleted(s, project, batch))
    return len(differing)
