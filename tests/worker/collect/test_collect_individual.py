"""Collecting individual projects, where each annotator has spans and ticks of their own."""

from pathlib import Path

import pytest

from ner.errors import DoccanoUnavailable
from ner.text.placement import SpanCounts
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import PROJECT, Collecting
from tests.support.doccano.doccano_projects import TestProject
from worker.store.corpus.documents import count_unapproved
from worker.store.training.datasets import OUTSIDE

TEXT = "😀 Bonn am Rhein"
BONN, RHEIN = (3, 7, "PLACE"), (11, 16, "PLACE")


@pytest.fixture
def project(doccano: LocalDoccano) -> TestProject:
    return TestProject(doccano, collaborative=False)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("majority", {"Trier": [("Trier", "PLACE")], TEXT: [("Bonn", "PLACE")]}),
        ("first", {"Trier": [("Trier", "PLACE")], TEXT: [("Bonn", "PLACE")]}),
        ("strict", {"Trier": [("Trier", "PLACE")]}),
    ],
)
def test_two_annotators_who_disagree_are_adjudicated_and_reported(
    project: TestProject, tmp_path: Path, rule: str, expected: dict[str, object]
) -> None:
    contested, agreed, single = (project.document(text) for text in (TEXT, "Trier", "alone"))
    ann, ben = project.annotator(), project.annotator()
    for annotator in (ann, ben):
        project.annotate(agreed, (0, 5, "PLACE"), by=annotator)
    project.annotate(contested, BONN, by=ann)
    project.annotate(contested, RHEIN, by=ben)
    project.annotate(single, by=ben)
    collecting = Collecting(tmp_path, project, adjudication=rule)
    result = collecting.collect()
    assert collecting.approved == expected | {"alone": []}
    assert result.agreement is not None
    assert (result.agreement.documents, result.agreement.mean) == (2, 0.5)
    assert result.agreement.conflicts == ((str(contested),) if rule == "strict" else ())
    assert collecting.collect(force=True).revisions == 0


def test_a_blank_that_one_of_three_annotators_marked_too_makes_no_difference(
    project: TestProject, tmp_path: Path
) -> None:
    example = project.document(TEXT)
    ann, ben, cleo = (project.annotator() for _ in range(3))
    project.annotate(example, BONN, by=ann)
    project.annotate(example, (3, 8, "PLACE"), by=ben)
    project.annotate(example, RHEIN, by=cleo)
    collecting = Collecting(tmp_path, project, adjudication="majority")
    assert collecting.collect().span_counts == SpanCounts(trimmed=1)
    assert collecting.approved == {TEXT: [("Bonn", "PLACE")]}


def test_spans_of_one_annotator_beyond_an_edited_text_make_the_document_no_gold(
    project: TestProject, tmp_path: Path
) -> None:
    example = project.document(TEXT)
    for annotator in (project.annotator() for _ in range(2)):
        project.annotate(example, BONN, by=annotator)
    project.annotate(example, RHEIN, by=project.annotator())
    project.client.update_example(project.id, example, text="😀 Bonn")
    collecting = Collecting(tmp_path, project, adjudication="majority")
    assert collecting.collect().span_counts == SpanCounts(outside=1)
    assert collecting.approved == {}
    assert collecting.dataset.left_out == {OUTSIDE: 1}


def test_first_is_the_annotator_who_was_seen_first(project: TestProject, tmp_path: Path) -> None:
    example = project.document(TEXT)
    ann, ben = project.annotator(), project.annotator()
    collecting = Collecting(tmp_path, project, adjudication="first")
    project.annotate(example, RHEIN, by=ben)
    assert collecting.collect().new == 1
    project.annotate(example, BONN, by=ann)
    assert collecting.collect_later().revisions == 0
    assert collecting.approved == {TEXT: [("Rhein", "PLACE")]}
    project.untick(example, by=ben)
    assert collecting.collect_later().changed == 1
    assert collecting.approved == {TEXT: [("Bonn", "PLACE")]}


def test_a_conflict_that_arises_later_withdraws_the_document_under_strict(
    project: TestProject, tmp_path: Path
) -> None:
    example = project.document(TEXT)
    ann, ben = project.annotator(), project.annotator()
    collecting = Collecting(tmp_path, project, adjudication="strict")
    project.annotate(example, BONN, by=ann)
    assert collecting.collect().new == 1
    project.annotate(example, RHEIN, by=ben)
    assert collecting.collect_later().withdrawn == 1
    assert collecting.approved == {}


def test_a_removed_members_documents_are_held_back(project: TestProject, tmp_path: Path) -> None:
    ann, ben = project.annotator(), project.annotator()
    for number in range(7):
        project.annotate(project.document(f"by ann {number}"), (0, 2, "PLACE"), by=ann)
    project.annotate(project.document("by ben"), by=ben)
    collecting = Collecting(tmp_path, project)
    assert collecting.collect().new == 8
    project.remove(ann)
    result = collecting.collect_later(force=True)
    assert (result.withdrawn, len(result.held_back)) == (0, 7)
    assert len(collecting.approved) == 8
    with collecting.store.read() as s:
        assert count_unapproved(s, PROJECT) == 0
    assert collecting.collect(accept_withdrawals=True).withdrawn == 7
    assert collecting.approved == {"by ben": []}


def test_documents_that_were_served_wait_for_the_export(
    project: TestProject, tmp_path: Path
) -> None:
    project.annotate(project.document("Trier"), by=project.annotator())
    collecting = Collecting(tmp_path, project)
    collecting.collect()
    project.annotate(project.document("Bonn"), by=project.annotator())
    collecting.serve("Bonn")
    assert collecting.collect().way == "gate"
    assert collecting.collect_later().new == 1


def test_counts_that_moved_and_came_back_lead_to_an_export(
    project: TestProject, tmp_path: Path
) -> None:
    ann = project.annotator()
    trier, bonn = project.document("Trier"), project.document("Bonn")
    project.tick(trier, by=ann)
    collecting = Collecting(tmp_path, project)
    collecting.collect()
    project.untick(trier, by=ann)
    assert collecting.collect().way == "gate"
    project.tick(bonn, by=ann)
    assert collecting.collect_later().way == "export"
    assert collecting.approved == {"Bonn": []}


def test_without_a_task_worker_an_individual_project_cannot_be_read(
    project: TestProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.annotate(project.document("Trier"), by=project.annotator())
    collecting = Collecting(tmp_path, project)
    limit = collecting.settings.export_timeout_seconds
    with monkeypatch.context() as patch:
        project.lose_task_worker(patch)
        collecting.set(export_timeout_seconds=0.5)
        with pytest.raises(DoccanoUnavailable, match="task worker"):
            collecting.collect()
    assert collecting.approved == {}
    # Doccano may make it nevertheless, and keeps it.
    assert collecting.state.exports == 1
    collecting.set(export_timeout_seconds=limit)
    assert collecting.collect().new == 1
    assert collecting.state.exports == 2
