"""Documents that were served are checked one by one, without an export."""

from collections.abc import Iterable
from datetime import datetime

from ner.hashing import exact_hash
from ner.spans import Span
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import PROJECT, Collecting, exports_of
from tests.support.doccano.doccano_projects import TestProject
from worker.collect.checks.served_documents import MAX_DOCUMENTS, recently_served
from worker.store.corpus.documents import ListedDocument
from worker.store.corpus.listings import sync_listing
from worker.store.database import Store
from worker.store.served import has_free_slot


def test_a_document_that_was_served_is_collected_without_an_export(
    doccano: LocalDoccano, project: TestProject, collecting: Collecting
) -> None:
    project.document("Trier", approved=True)
    example = project.document("😀 Bonn", (3, 7, "CITY"))
    collecting.collect()
    exports = exports_of(doccano)
    collecting.serve("😀 Bonn", Span(2, 6, "CITY"))
    assert collecting.collect().revisions == 0
    project.tick(example)
    result = collecting.collect()
    assert (result.way, result.new) == ("served", 1)
    assert collecting.approved == {"Trier": [], "😀 Bonn": [("Bonn", "CITY")]}
    assert exports_of(doccano) == exports
    assert collecting.collect().way == "gate"


def test_a_document_served_before_it_was_listed_is_collected_too(
    project: TestProject, collecting: Collecting
) -> None:
    project.document("Trier", approved=True)
    collecting.collect()
    project.document("Bonn", approved=True)
    collecting.serve("Bonn")
    assert collecting.collect().new == 1


def test_a_served_document_that_was_unticked_or_deleted_is_withdrawn(
    project: TestProject, collecting: Collecting
) -> None:
    bonn, trier = (project.document(text, approved=True) for text in ("Bonn", "Trier"))
    collecting.collect()
    project.untick(bonn)
    project.client.delete_example(project.id, trier)
    collecting.serve("Bonn")
    collecting.serve("Trier")
    assert collecting.collect().withdrawn == 2
    assert collecting.approved == {}


def test_a_served_document_that_stays_unapproved_is_checked_for_a_limited_time(
    project: TestProject, collecting: Collecting
) -> None:
    project.document("Trier", approved=True)
    project.document("Bonn")
    collecting.collect()
    collecting.serve("Bonn")
    assert collecting.collect().way == "served"
    assert collecting.state.checked_served_id == 0
    collecting.pass_seconds(3000)
    collecting.collect()
    assert collecting.state.checked_served_id > 0
    assert collecting.collect().way == "gate"


def test_a_claim_is_settled_by_the_approval_of_its_document(
    project: TestProject, collecting: Collecting
) -> None:
    first = project.document("Bonn")
    project.document("Bonn")
    collecting.collect()
    collecting.serve("Bonn", Span(0, 4, "CITY"))
    project.tick(first)
    collecting.collect()
    with collecting.store.read() as s:
        assert has_free_slot(s, PROJECT, exact_hash("Bonn"))
    collecting.serve("Bonn", Span(0, 4, "CITY"))
    with collecting.store.read() as s:
        assert not has_free_slot(s, PROJECT, exact_hash("Bonn"))


def listed(store: Store, now: datetime, texts: Iterable[str]) -> None:
    found = [ListedDocument(str(i), text, approved=False) for i, text in enumerate(texts)]
    sync_listing(store, PROJECT, found, complete=True, share=0.2, now=now)


def test_a_text_in_too_many_documents_is_left_to_the_counts(collecting: Collecting) -> None:
    listed(collecting.store, collecting.now, ["Bonn"] * (MAX_DOCUMENTS + 1) + ["Kiel"])
    for text in ("Kiel", "Bonn"):
        collecting.serve(text)
    with collecting.store.read() as s:
        served = recently_served(s, PROJECT, 0)
    assert served.external_ids == {str(MAX_DOCUMENTS + 1)}
    assert not served.has_unknown_texts
    # Its call is not looked at again once those before it are settled.
    assert served.last_resolved(served.external_ids, 0, collecting.now) == served.calls[-1].id


def test_the_documents_of_all_texts_together_are_limited(collecting: Collecting) -> None:
    listed(collecting.store, collecting.now, ["Bonn"] * 60 + ["Kiel"] * 60 + ["Trier"] * 40)
    for text in ("Trier", "Bonn", "Kiel"):
        collecting.serve(text)
    with collecting.store.read() as s:
        served = recently_served(s, PROJECT, 0)
    assert len(served.external_ids) == 100
    assert served.documents[exact_hash("Bonn")] == ()
