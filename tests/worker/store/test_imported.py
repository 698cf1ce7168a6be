"""Which texts count in Doccano alone."""

from datetime import datetime

from worker.store.database import Store
from worker.store.documents import DOCCANO, Source
from worker.store.imported import DoccanoTexts
from worker.store.revisions import Approval, last_revision, record_approved, record_withdrawn


def approve(store: Store, now: datetime, text: str, *, source: Source = DOCCANO) -> int:
    """Approves a document with this text and returns the newest revision."""
    with store.begin() as s:
        approval = Approval(text[:8], text, ())
        record_approved(s, "papers", approval, source=source, share=0.5, now=now)
        return last_revision(s, "papers")


def test_a_text_that_was_approved_in_doccano_stays_there(store: Store, now: datetime) -> None:
    approve(store, now, "one\ntwo")
    approve(store, now, "imported", source="import")
    with store.begin() as s:
        record_withdrawn(s, "papers", "one\ntwo", reason="unticked", now=now)
        texts = DoccanoTexts(s, "papers")
        assert "one\ntwo" in texts
        assert "one\r\ntwo" in texts
        assert "imported" not in texts
        assert "one two" not in texts
        assert "one\ntwo" not in DoccanoTexts(s, "letters")


def test_later_revisions_do_not_count(store: Store, now: datetime) -> None:
    first = approve(store, now, "first")
    approve(store, now, "second")
    with store.read() as s:
        texts = DoccanoTexts(s, "papers", up_to=first)
        assert ("first" in texts, "second" in texts) == (True, False)
