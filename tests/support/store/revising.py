"""Approves and withdraws documents of the project papers, and reads what has changed."""

from datetime import datetime

from ner.spans import Span
from tests.support.store.stored import record_approved
from worker.store.corpus.changes import Changes, changes_since
from worker.store.corpus.documents import DOCCANO, Source
from worker.store.corpus.revisions import Approval, last_revision, record_withdrawals
from worker.store.database import Store

ORG = Span(0, 10, "7")
CITY = Span(14, 20, "8")
TEXT = "University of Aarhus"


def approve(
    store: Store,
    now: datetime,
    name: str = "1",
    *spans: Span,
    text: str = TEXT,
    source: Source = DOCCANO,
) -> bool:
    with store.begin() as s:
        approval = Approval(name, text, spans)
        return record_approved(s, "papers", approval, source=source, share=0.2, now=now)


def withdraw(store: Store, now: datetime, name: str = "1") -> bool:
    with store.begin() as s:
        return bool(record_withdrawals(s, "papers", {name: "unticked"}, now=now))


def changes(store: Store, since: int = 0) -> Changes:
    with store.read() as s:
        return changes_since(s, "papers", since)


def newest(store: Store) -> int:
    with store.read() as s:
        return last_revision(s, "papers")
