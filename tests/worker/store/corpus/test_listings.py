"""A listing writes what differs from the store, whatever the number of documents."""

from datetime import datetime

from tests.support.store.statements import Executed, counted
from tests.support.store.stored import stored_documents, unapproved
from worker.store.corpus.documents import ListedDocument
from worker.store.corpus.listings import sync_listing
from worker.store.database import Store
from worker.store.database.batches import SIZE


def listing(number: int) -> dict[str, ListedDocument]:
    names = map(str, range(number))
    return {name: ListedDocument(name, f"text {name}", approved=False) for name in names}


def sync(store: Store, listed: dict[str, ListedDocument], now: datetime) -> Executed:
    with counted(store) as executed:
        sync_listing(store, "papers", [*listed.values()], complete=True, share=0.2, now=now)
    return executed


def test_the_same_listing_again_writes_nothing(store: Store, now: datetime) -> None:
    listed = listing(3 * SIZE)
    sync(store, listed, now)
    again = sync(store, listed, now)
    assert (again.writing, again.rows) == (0, 0)


def test_a_listing_writes_only_the_documents_that_changed(store: Store, now: datetime) -> None:
    listed = listing(3 * SIZE)
    sync(store, listed, now)
    listed["1"] = ListedDocument("1", "edited", approved=False)
    listed["2"] = ListedDocument("2", "text 2", approved=True)
    del listed["3"]
    changed = sync(store, listed, now)
    # The two documents, the side of the new text, and the deletion in a transaction of its own.
    assert changed.writing == 2
    assert changed.rows <= 4 + changed.writing
    with store.read() as s:
        documents = stored_documents(s, "papers")
        assert len(unapproved(s, "papers")) == 3 * SIZE - 2
    assert (documents["2"].approved, documents["3"].deleted) == (True, True)


def test_a_deleted_document_that_is_listed_again_counts_again(store: Store, now: datetime) -> None:
    sync(store, listing(2), now)
    sync(store, listing(1), now)
    sync(store, listing(2), now)
    with store.read() as s:
        assert unapproved(s, "papers") == ["0", "1"]
