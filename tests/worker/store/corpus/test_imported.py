"""Which texts count in Doccano instead."""

from datetime import datetime

from tests.support.store.stored import record_approved
from worker.store.corpus.documents import DOCCANO, Source
from worker.store.corpus.imported import doccano_texts
from worker.store.corpus.revisions import Approval, record_withdrawals
from worker.store.database import Store


def approve(store: Store, now: datetime, text: str, *, source: Source = DOCCANO) -> None:
    with store.begin() as s:
        approval = Approval(text[:8], text, ())
        record_approved(s, "papers", approval, source=source, share=0.5, now=now)


def test_a_text_counts_in_doccano_while_it_is_approved_there(store: Store, now: datetime) -> None:
    approve(store, now, "one\ntwo")
    approve(store, now, "imported", source="import")
    with store.begin() as s:
        texts = doccano_texts(s, "papers")
        assert "one\ntwo" in texts
        assert "one\r\ntwo" in texts
        assert "imported" not in texts
        assert "one two" not in texts
        assert "one\ntwo" not in doccano_texts(s, "letters")
        record_withdrawals(s, "papers", {"one\ntwo": "unticked"}, now=now)
        assert "one\ntwo" not in doccano_texts(s, "papers")
