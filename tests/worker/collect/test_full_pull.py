"""A full pull reads everything that is approved in a real Doccano."""

from pathlib import Path

import pytest

from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import PROJECT, Collecting
from tests.support.doccano.doccano_projects import TestProject
from worker.store.corpus.revisions import last_revision
from worker.store.training.datasets import OUTSIDE


def test_a_relation_project_may_have_label_as_a_meta_key(
    doccano: LocalDoccano, tmp_path: Path
) -> None:
    project = TestProject(doccano, use_relation=True)
    project.document("😀 Bonn", (3, 7, "CITY"), approved=True, meta={"label": "x"})
    collecting = Collecting(tmp_path, project)
    assert collecting.collect().way == "export"
    assert collecting.approved == {"😀 Bonn": [("Bonn", "CITY")]}


def test_a_document_of_more_than_ten_thousand_characters_is_read_completely(
    project: TestProject, collecting: Collecting
) -> None:
    text = "😀 words and more words, " * 600 + "Bonn"
    assert len(text) > 10_000
    end = len(text.encode("utf-16-le")) // 2
    project.document(text, (end - 4, end, "CITY"), approved=True)
    collecting.collect()
    assert collecting.approved == {text: [("Bonn", "CITY")]}


def test_without_a_task_worker_a_collaborative_project_is_read_document_by_document(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.document("😀 Bonn", (3, 7, "CITY"), approved=True)
    project.document("Trier")
    project.lose_task_worker(monkeypatch)
    collecting.set(export_timeout_seconds=0.2)
    result = collecting.collect()
    assert (result.way, result.new) == ("each document", 1)
    assert collecting.approved == {"😀 Bonn": [("Bonn", "CITY")]}


def test_a_label_created_during_the_export_is_looked_up(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = project.client
    labels = client.label_types
    example = project.document("Bonn", approved=True)

    def labels_before_the_new_one(number: int) -> dict[int, str]:
        known = labels(number)
        monkeypatch.setattr(client, "label_types", labels)
        project.annotate(example, (0, 4, "CITY"), approved=False)
        return known

    monkeypatch.setattr(client, "label_types", labels_before_the_new_one)
    collecting.collect()
    with collecting.store.read() as s:
        assert last_revision(s, PROJECT) == 1
    collecting.collect_later()
    assert collecting.approved == {"Bonn": [("Bonn", "CITY")]}


def test_an_edited_text_whose_spans_end_beyond_it_is_no_gold_until_it_is_corrected(
    project: TestProject, collecting: Collecting
) -> None:
    example = project.document("Bonn am Rhein", (0, 4, "CITY"), (8, 13, "RIVER"), approved=True)
    collecting.collect()
    project.client.update_example(project.id, example, text="Bonn am R")
    result = collecting.collect_later(force=True)
    assert (result.changed, result.span_counts.outside) == (1, 1)
    assert collecting.approved == {}
    assert collecting.dataset.left_out == {OUTSIDE: 1}
    project.client.update_example(project.id, example, text="Bonn am Rhône")
    assert collecting.collect_later(force=True).changed == 1
    assert collecting.approved == {"Bonn am Rhône": [("Bonn", "CITY"), ("Rhône", "RIVER")]}


def test_blanks_at_the_ends_of_spans_are_left_out_and_counted(
    project: TestProject, collecting: Collecting
) -> None:
    project.document("Bonn am Rhein", (0, 5, "CITY"), (7, 13, "RIVER"), approved=True)
    assert collecting.collect().span_counts.trimmed == 2
    assert collecting.approved == {"Bonn am Rhein": [("Bonn", "CITY"), ("Rhein", "RIVER")]}


def test_approved_documents_arrive_with_their_spans_in_code_points(
    project: TestProject, collecting: Collecting
) -> None:
    # Doccano's screen counts UTF-16: the emoji are two units each.
    project.document("😀😀 Zürich!", (5, 11, "CITY"), approved=True)
    project.document("not yet approved", (0, 3, "CITY"))
    result = collecting.collect()
    assert (result.way, result.new) == ("export", 1)
    assert collecting.approved == {"😀😀 Zürich!": [("Zürich", "CITY")]}


def test_a_ticked_document_without_spans_is_a_negative_example(
    project: TestProject, collecting: Collecting
) -> None:
    project.document("nothing here", approved=True)
    assert collecting.collect().new == 1
    assert collecting.approved == {"nothing here": []}
