"""Imports of existing gold into the training data and into a real Doccano."""

from dataclasses import replace
from pathlib import Path

import pytest

from ner.errors import CollectError
from ner.spans import Document, Span
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import PROJECT, Collecting
from tests.support.doccano.doccano_projects import TestProject
from worker.doccano.versions import ApiFields
from worker.import_gold import ImportResult, import_documents, import_gold
from worker.store.training.datasets import IN_DOCCANO

BONN = Document("😀 Bonn am Rhein", (Span(2, 6, "CITY"),), id="1", meta={"id": 7, "text": "x"})
PLAIN = Document("nothing here", id="2")


@pytest.fixture
def collecting(tmp_path: Path, doccano: LocalDoccano) -> Collecting:
    return Collecting(tmp_path, TestProject(doccano, labels=["CITY"]))


def gold(collecting: Collecting, *documents: Document, **options: bool) -> ImportResult:
    return import_gold(
        collecting.store,
        collecting.project.client,
        PROJECT,
        documents,
        collecting.settings,
        collecting.now,
        **options,
    )


def upload(collecting: Collecting, *documents: Document, **options: bool) -> ImportResult:
    return import_documents(
        collecting.store,
        collecting.project.client,
        PROJECT,
        documents,
        collecting.settings,
        collecting.now,
        **options,
    )


def test_gold_joins_the_training_data_once(collecting: Collecting) -> None:
    assert gold(collecting, BONN, PLAIN).imported == 2
    assert collecting.approved == {BONN.text: [("Bonn", "CITY")], PLAIN.text: []}
    again = gold(collecting, BONN, PLAIN)
    assert (again.imported, again.present) == (0, 2)
    corrected = Document(PLAIN.text, (Span(0, 7, "CITY"),))
    assert gold(collecting, corrected).imported == 1
    assert collecting.approved[PLAIN.text] == [("nothing", "CITY")]


def test_gold_is_never_replaced_by_nothing_unasked(collecting: Collecting) -> None:
    more = [Document(f"Bonn {n}", (Span(0, 4, "CITY"),) * 2, id=str(n)) for n in range(7)]
    assert gold(collecting, BONN, *more).imported == 8
    bare = [replace(document, spans=()) for document in (BONN, *more)]
    with pytest.raises(CollectError, match=r"^8 documents .* 15 spans, 1 \(1 span\), 0 .* 3 more;"):
        gold(collecting, *bare, PLAIN, Document("a river", (Span(2, 7, "RIVER"),)))
    assert collecting.approved[BONN.text] == [("Bonn", "CITY")]
    assert PLAIN.text not in collecting.approved
    result = gold(collecting, *bare, PLAIN, replace_with_empty=True)
    assert (result.imported, result.replaced) == (9, 8)
    assert "8 of these in place of other spans" in str(result)
    assert collecting.approved[BONN.text] == []
    assert gold(collecting, *bare).imported == 0


def test_a_text_that_is_approved_in_doccano_may_come_without_spans(collecting: Collecting) -> None:
    gold(collecting, BONN)
    collecting.project.document(BONN.text, (3, 7, "CITY"), approved=True)
    collecting.collect()
    assert gold(collecting, replace(BONN, spans=())).present == 1


def test_imported_gold_survives_collecting(collecting: Collecting) -> None:
    gold(collecting, BONN)
    collecting.project.document("Trier", approved=True)
    collecting.collect()
    assert collecting.collect(force=True).withdrawn == 0
    assert collecting.approved.keys() == {BONN.text, "Trier"}


def test_gold_that_is_approved_in_doccano_is_not_taken_twice(collecting: Collecting) -> None:
    collecting.project.document(PLAIN.text, approved=True)
    collecting.collect()
    assert gold(collecting, PLAIN).present == 1


def test_gold_that_is_uploaded_too_counts_once(collecting: Collecting) -> None:
    lines = Document("Bonn\r\nam Rhein", (Span(0, 4, "CITY"),))
    gold(collecting, lines)
    assert upload(collecting, lines).imported == 1
    collecting.collect()
    assert collecting.approved == {lines.text: [("Bonn", "CITY")]}
    (example,) = collecting.project.client.examples(collecting.project.id)
    collecting.project.client.set_confirmed(collecting.project.id, example.id, confirmed=True)
    collecting.collect_later()
    assert collecting.approved == {"Bonn\nam Rhein": [("Bonn", "CITY")]}
    assert collecting.dataset.left_out == {IN_DOCCANO: 1}
    assert gold(collecting, lines).present == 1


def test_of_two_documents_with_one_text_the_first_counts(collecting: Collecting) -> None:
    other = Document(BONN.text)
    result = gold(collecting, BONN, other, BONN, Document("  "))
    assert (result.repeated, result.contradicting, result.blank) == (2, 1, 1)
    assert collecting.approved == {BONN.text: [("Bonn", "CITY")]}
    assert str(result) == (
        "1 document imported; 2 with the text of an earlier one; 1 of these with other spans; "
        "1 without text"
    )


def test_a_label_that_doccano_lacks_is_refused_or_created(collecting: Collecting) -> None:
    river = Document("the Rhein", (Span(4, 9, "RIVER"),))
    for run_import in (gold, upload):
        with pytest.raises(CollectError, match=r"no label RIVER.*--create-labels"):
            run_import(collecting, river)
    assert gold(collecting, river, create_labels=True).labels_created == ("RIVER",)
    assert "RIVER" in collecting.project.client.label_types(collecting.project.id).values()
    assert collecting.approved == {"the Rhein": [("Rhein", "RIVER")]}


def test_documents_are_uploaded_once_and_come_back_as_they_were(collecting: Collecting) -> None:
    assert upload(collecting, BONN, PLAIN, approved=True).imported == 2
    again = upload(collecting, BONN, PLAIN, approved=True)
    assert (again.imported, again.present) == (0, 2)
    # Their meta would corrupt the export if it were not nested.
    assert collecting.collect().new == 2
    assert collecting.approved == {BONN.text: [("Bonn", "CITY")], PLAIN.text: []}


def test_uploaded_documents_wait_for_a_reviewer_unless_asked_otherwise(
    collecting: Collecting,
) -> None:
    upload(collecting, BONN)
    collecting.collect()
    assert collecting.approved == {}


def test_documents_that_annotators_do_not_see_until_they_are_assigned_are_counted(
    collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, number = collecting.project.client, collecting.project.id
    hidden = client.api_fields(number).has_assignments
    result = upload(collecting, BONN, PLAIN)
    assert result.unassigned == (2 if hidden else 0)
    fields = ApiFields(set(), {"assignments"})
    monkeypatch.setattr(client, "api_fields", lambda _: fields)
    assert upload(collecting, BONN, PLAIN).unassigned == 0
    result = upload(collecting, BONN, PLAIN, replace(PLAIN, text="more"))
    assert str(result) == (
        "1 document imported; 1 of these assigned to nobody, so that annotators do not see them "
        "until you assign them; 2 already in the project"
    )


def test_outer_white_space_and_line_ends_keep_the_spans(collecting: Collecting) -> None:
    text = "  é first\r\nthe é Bonn\r\n"
    only_a_return = Span(9, 10, "CITY")
    document = Document(text, (Span(17, 21, "CITY"), Span(4, 15, "CITY"), only_a_return))
    upload(collecting, document, approved=True)
    collecting.collect()
    assert collecting.approved == {
        "  é first\nthe é Bonn\n": [("first\nthe", "CITY"), ("Bonn", "CITY")]
    }
    assert upload(collecting, document).present == 1


def test_documents_of_a_relation_project_are_uploaded_too(
    tmp_path: Path, doccano: LocalDoccano
) -> None:
    project = TestProject(doccano, use_relation=True, labels=["CITY"])
    collecting = Collecting(tmp_path, project)
    upload(collecting, BONN, PLAIN, approved=True)
    collecting.collect()
    assert collecting.approved == {BONN.text: [("Bonn", "CITY")], PLAIN.text: []}


def test_overlaps_that_doccano_would_drop_are_refused(
    tmp_path: Path, doccano: LocalDoccano, collecting: Collecting
) -> None:
    overlapping = Document("Bonn am Rhein", (Span(0, 13, "CITY"), Span(8, 13, "CITY")), id="3")
    with pytest.raises(CollectError, match=r"document 3 .*overlapping"):
        upload(collecting, overlapping)
    project = TestProject(doccano, allow_overlapping=True, labels=["CITY"])
    allowing = Collecting(tmp_path, project)
    upload(allowing, overlapping, approved=True)
    allowing.collect()
    assert len(allowing.approved["Bonn am Rhein"]) == 2
