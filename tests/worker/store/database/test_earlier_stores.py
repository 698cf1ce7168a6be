"""Stores that earlier versions have written open with everything that is in them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ner.hashing import exact_hash
from ner.spans import Span
from worker.store.bindings import get_binding
from worker.store.corpus.changes import changes_since
from worker.store.corpus.revisions import current_approved
from worker.store.database import Store, open_store
from worker.store.labels import label_names
from worker.store.pulls import get_pull
from worker.store.served import calls_after, has_free_slot
from worker.store.tokens import SERVICE, token_matches
from worker.store.training.datasets import load_dataset
from worker.store.training.runs import last_finished, list_runs

STORES = Path(__file__).parent / "stores"
PREDICT = "nlp_gmgHflwSrWE-fOt4xaDC4Bwngqb_dGYGD_BRPPnKU7s"
ADMIN = "nla_Rw6NydIg9KmU5aqMu2vmOIjsYoxC8fqAEE0kuWm5-Uo"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store of schema 0002, brought to the schema of today."""
    path = tmp_path / "store.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((STORES / "schema_0002.sql").read_text(encoding="utf-8"))
    store = open_store(f"sqlite:///{path}")
    yield store
    store.close()


def test_approved_documents_keep_their_spans_and_sides(store: Store) -> None:
    with store.read() as s:
        dataset = load_dataset(s, "papers")
        approved = current_approved(s, "papers")
    held_out = {document.text for document in dataset.held_out}
    documents = {document.text: document.spans for document in (*dataset.train, *dataset.held_out)}
    assert {text for text in documents if text in held_out} == {"😀 Paper 4: University of Jena"}
    assert documents["😀 Paper 4: University of Jena"] == (Span(11, 29, "ORG"),)
    assert documents["Paper 1: University of Bonn"] == (Span(9, 27, "CITY"),)
    assert documents["Imported: University of Fulda"] == (Span(10, 29, "ORG"),)
    assert {*approved} == {str(number) for number in range(1, 8)}


def test_runs_changes_and_pulls_go_on_where_they_were(store: Store) -> None:
    with store.read() as s:
        last, runs = last_finished(s, "papers"), list_runs(s, "papers")
        assert last is not None
        changes = changes_since(s, "papers", last.last_revision_id)
        state = get_pull(s, "papers")
    assert [(run.state, run.version, run.error) for run in runs] == [
        ("failed", None, "the disk is full"),
        ("promoted", "v0001", None),
    ]
    assert (last.approved, last.start_reasons) == (8, ("there is no champion",))
    # Document 1 was corrected, 8 withdrawn, one imported.
    assert len(changes.first_at) == 3
    assert (state.held_back, state.checked_served_id) == (("5",), 1)
    assert state.pulled_at == datetime(2026, 11, 24, 9, 11, tzinfo=UTC)


def test_labels_tokens_and_answers_stay(store: Store) -> None:
    with store.read() as s:
        assert label_names(s, "papers") == {"3": "ORG", "7": "CITY"}
        assert get_binding(s, "papers") is None
        assert token_matches(s, "predict", "papers", PREDICT)
        assert token_matches(s, "admin", SERVICE, ADMIN)
        assert [call.id for call in calls_after(s, "papers", 0)] == [1, 2]
        # The one document with this text was answered.
        assert not has_free_slot(s, "papers", exact_hash("Paper 9: University of Halle"))
