"""Auto-label calls for tests of the store, by default all for the same text."""

from datetime import datetime

from ner.spans import Prediction, Span
from worker.store.corpus.documents import ListedDocument
from worker.store.corpus.listings import sync_listing
from worker.store.database import Store
from worker.store.served import Call, claim_answer

NOW = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
TEXT = "University of Aarhus"


def call(text: str = TEXT, *, project: str = "papers", at: datetime = NOW) -> Call:
    prediction = Prediction(text, (Span(0, len(text), "ORG"),), (0.9,), "v0001")
    return Call(project, "answered", prediction, at)


def answer(store: Store, text: str = TEXT) -> bool:
    with store.begin() as s:
        return claim_answer(s, call(text))


def listed(store: Store, states: dict[str, bool], *, text: str = TEXT) -> None:
    """Lists documents that have the same text; the values are whether they are approved."""
    rows = [ListedDocument(name, text, approved) for name, approved in states.items()]
    sync_listing(store, "papers", rows, complete=True, share=0.2, now=NOW)
