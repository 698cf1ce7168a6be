"""Documents that were served are checked one by one, without an export."""

from ner.hashing import exact_hash
from ner.spans import Span
from server.demo.local_doccano import LocalDoccano
from tests.support.collecting import PROJECT, Collecting, exports_of
from tests.support.doccano_projects import TestProject
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
