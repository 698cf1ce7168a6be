"""Documents whose ids in Doccano are let go, and what was approved under them."""

from dataclasses import replace
from datetime import datetime

from ner.hashing import exact_hash
from ner.spans import Prediction, Span
from tests.support.store.revising import CITY, ORG, approve, withdraw
from tests.support.store.stored import stored_documents
from worker.store.corpus.changes import changes_since
from worker.store.corpus.documents import IMPORT, RELEASED, ListedDocument, sync_documents
from worker.store.corpus.revisions import current_approved, last_revision
from worker.store.database import Store
from worker.store.labels import sync_labels
from worker.store.removal.release import Released, documents_to_release, release_documents
from worker.store.served import Call, claim_answer, has_free_slot
from worker.store.training.datasets import Dataset, load_dataset


def release(store: Store, now: datetime) -> Released:
    with store.begin() as s:
        ids = documents_to_release(s, "papers")
        return release_documents(s, "papers", ids, now=now)


def dataset(store: Store) -> Dataset:
    with store.begin() as s:
        sync_labels(s, "papers", {7: "ORG", 8: "CITY"})
    with store.read() as s:
        return load_dataset(s, "papers")


def test_approved_documents_stay_as_gold_with_their_sides_and_change_nothing(
    store: Store, now: datetime
) -> None:
    for number in range(8):
        approve(store, now, str(number), ORG, text=f"University of {number}")
    before = dataset(store)
    with store.read() as s:
        last = last_revision(s, "papers")
        known = stored_documents(s, "papers")
    assert release(store, now) == Released(kept=8)
    assert release(store, now) == Released()
    after = dataset(store)
    assert after.fingerprint == before.fingerprint
    assert [d.text for d in after.train] == [d.text for d in before.train]
    with store.read() as s:
        assert changes_since(s, "papers", last).documents == 0
        kept = stored_documents(s, "papers", source=IMPORT)
        assert stored_documents(s, "papers") == {}
    for document in known.values():
        name = exact_hash(f"University of {document.external_id}")
        assert kept[name] == replace(document, external_id=name)


def test_a_document_that_is_not_approved_is_let_go_and_its_text_is_answered_again(
    store: Store, now: datetime
) -> None:
    listed = [ListedDocument("1", "Bonn", approved=False), ListedDocument("3", "Trier", False)]
    with store.begin() as s:
        sync_documents(s, "papers", listed, share=0.2, now=now)
        prediction = Prediction("Bonn", (Span(0, 4, "CITY"),), (0.9,), "v0001")
        assert claim_answer(s, Call("papers", "answered", prediction, now))
        assert not has_free_slot(s, "papers", exact_hash("Bonn"))
    approve(store, now, "2", CITY)
    withdraw(store, now, "2")
    assert release(store, now) == Released(unapproved=3)
    again = [ListedDocument("1", "Trier", approved=False), ListedDocument("2", "Bonn", False)]
    with store.begin() as s:
        sync_documents(s, "papers", again, share=0.2, now=now)
        assert has_free_slot(s, "papers", exact_hash("Bonn"))
        assert len(stored_documents(s, "papers", source=RELEASED)) == 3
    assert release(store, now) == Released(unapproved=2)
    assert dataset(store).train == dataset(store).held_out == ()


def test_of_documents_with_the_same_text_the_one_approved_last_counts(
    store: Store, now: datetime
) -> None:
    approve(store, now, "1", ORG)
    approve(store, now, "2")
    approve(store, now, "1", CITY)
    assert release(store, now) == Released(kept=1, repeated=1)
    gold = dataset(store)
    (document,) = (*gold.train, *gold.held_out)
    assert [span.label for span in document.spans] == ["CITY"]


def test_the_spans_of_doccano_take_the_place_of_those_that_were_imported(
    store: Store, now: datetime
) -> None:
    text = "University\nof Aarhus"
    windows = text.replace("\n", "\r\n")
    for imported in (text, windows, "another"):
        name = exact_hash(imported)
        approve(store, now, name, CITY, text=imported, source=IMPORT)
    approve(store, now, "1", ORG, text=text)
    before = dataset(store)
    assert release(store, now) == Released(repeated=1)
    after = dataset(store)
    assert after.fingerprint == before.fingerprint
    with store.read() as s:
        kept = current_approved(s, "papers", source=IMPORT)
    assert kept.keys() == {exact_hash(text), exact_hash("another")}
