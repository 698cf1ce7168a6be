"""The data of a project is read again only when it may have changed."""

from datetime import UTC, datetime

from ner.spans import Span
from server.cli.project.stored_data import StoredData, StoredDataReader
from tests.support.store.stored import record_approved
from worker.store.corpus.revisions import Approval
from worker.store.database import Store
from worker.store.labels import sync_labels

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def approve(store: Store, number: str) -> None:
    with store.begin() as session:
        sync_labels(session, "papers", {1: "CITY"})
        approval = Approval(number, f"In Lyon {number}", (Span(3, 7, "1"),))
        record_approved(session, "papers", approval, share=0.2, now=NOW)


def test_the_data_is_kept_until_a_revision_or_a_label_changes(store: Store) -> None:
    reader = StoredDataReader()

    def read() -> StoredData:
        with store.read() as session:
            return reader.read(session, "papers")

    approve(store, "1")
    first = read()
    assert first.approved == 1
    assert read() is first
    approve(store, "2")
    second = read()
    assert second.approved == 2
    with store.begin() as session:
        sync_labels(session, "papers", {1: "TOWN"})
    assert read().dataset.labels == ("TOWN",)
    with store.read() as session:
        assert reader.read(session, "letters") == StoredDataReader().read(session, "letters")
    assert read() is not second


def test_many_boundaries_inside_words_are_remarked(store: Store) -> None:
    with store.begin() as session:
        sync_labels(session, "papers", {1: "CITY"})
        for number in range(12):
            approval = Approval(str(number), f"From Lyon {number}", (Span(3, 7, "1"),))
            record_approved(session, "papers", approval, share=0.2, now=NOW)
    with store.read() as session:
        (remark,) = StoredDataReader().read(session, "papers").remarks
    assert remark.startswith("24 of 24 span boundaries are inside words (100%)")
