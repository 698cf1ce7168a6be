"""Collecting from a real Doccano: what is approved there becomes revisions here."""

from pathlib import Path

import pytest

from ner.errors import CollectError
from ner.hashing import exact_hash
from ner.spans import Span
from server.demo.local_doccano import LocalDoccano
from tests.support.collecting import PROJECT, Collecting
from tests.support.doccano_projects import TestProject
from tests.support.stored import get_document
from worker.store.labels import label_names
from worker.store.revisions import last_revision
from worker.store.served import has_free_slot


@pytest.fixture
def project(doccano: LocalDoccano) -> TestProject:
    return TestProject(doccano)


@pytest.fixture
def collecting(tmp_path: Path, project: TestProject) -> Collecting:
    return Collecting(tmp_path, project)


def test_an_empty_project_yields_nothing_and_makes_no_export(
    doccano: LocalDoccano, collecting: Collecting
) -> None:
    before = exports_of(doccano)
    assert collecting.collect().way == "gate"
    assert collecting.collect().way == "gate"
    assert collecting.approved == {}
    assert exports_of(doccano) == before


def test_approved_documents_arrive_with_their_spans_in_code_points(
    project: TestProject, collecting: Collecting
) -> None:
    # Doccano's screen counts UTF-16: the emoji are two units each.
    project.document("😀😀 Zürich!", (5, 11, "CITY"), approved=True)
    project.document("not yet approved", (0, 3, "CITY"))
    result = collecting.collect()
    assert (result.way, result.new) == ("export", 1)
    assert collecting.approved == {"😀😀 Zürich!": [("Zürich", "CITY")]}


def test_collecting_twice_changes_nothing(project: TestProject, collecting: Collecting) -> None:
    project.document("Bonn", (0, 4, "CITY"), approved=True)
    collecting.collect()
    state = collecting.state
    again = collecting.collect(force=True)
    assert (again.way, again.revisions) == ("export", 0)
    assert collecting.state == state


def test_a_second_collection_right_away_asks_only_for_the_counts(
    doccano: LocalDoccano, project: TestProject, collecting: Collecting
) -> None:
    project.document("Bonn", (0, 4, "CITY"), approved=True)
    collecting.collect()
    exports = exports_of(doccano)
    assert collecting.collect_later().way == "gate"
    assert exports_of(doccano) == exports


def test_exports_are_made_no_more_often_than_the_setting_says(
    project: TestProject, collecting: Collecting
) -> None:
    project.document("Bonn", approved=True)
    collecting.collect()
    project.document("Trier", approved=True)
    assert collecting.collect().way == "gate"
    collecting.pass_seconds(collecting.settings.export_seconds - 1)
    assert collecting.collect().way == "gate"
    collecting.pass_seconds(2)
    assert collecting.collect().new == 1


def test_the_first_approval_after_an_empty_pull_waits_for_nothing(
    project: TestProject, collecting: Collecting
) -> None:
    example = project.document("Bonn")
    collecting.collect()
    project.tick(example)
    assert collecting.collect().new == 1


def test_a_moved_boundary_is_found_by_the_full_pull(
    project: TestProject, collecting: Collecting
) -> None:
    example = project.document("Bonn am Rhein", (0, 4, "CITY"), approved=True)
    collecting.collect()
    project.clear(example)
    project.annotate(example, (8, 13, "CITY"), approved=False)
    assert collecting.collect_later().way == "gate"
    collecting.pass_seconds(collecting.settings.full_pull_seconds)
    assert collecting.collect().changed == 1
    assert collecting.approved == {"Bonn am Rhein": [("Rhein", "CITY")]}


def test_a_ticked_document_without_spans_is_a_negative_example(
    project: TestProject, collecting: Collecting
) -> None:
    project.document("nothing here", approved=True)
    assert collecting.collect().new == 1
    assert collecting.approved == {"nothing here": []}


def test_an_unticked_document_is_withdrawn_and_comes_back_when_ticked_again(
    project: TestProject, collecting: Collecting
) -> None:
    example = project.document("Bonn", (0, 4, "CITY"), approved=True)
    collecting.collect()
    project.untick(example)
    assert collecting.collect_later().withdrawn == 1
    assert collecting.approved == {}
    project.tick(example)
    assert collecting.collect_later().new == 1
    assert collecting.approved == {"Bonn": [("Bonn", "CITY")]}


def test_a_document_edited_after_the_tick_changes(
    project: TestProject, collecting: Collecting
) -> None:
    example = project.document("Bonn am Rhein", (0, 4, "CITY"), approved=True)
    collecting.collect()
    project.annotate(example, (8, 13, "RIVER"), approved=False)
    assert collecting.collect_later().changed == 1
    assert collecting.approved == {"Bonn am Rhein": [("Bonn", "CITY"), ("Rhein", "RIVER")]}


def test_spans_that_an_edit_of_the_text_left_beyond_its_end_are_dropped_and_counted(
    project: TestProject, collecting: Collecting
) -> None:
    example = project.document("Bonn am Rhein", (0, 4, "CITY"), (8, 13, "RIVER"), approved=True)
    collecting.collect()
    project.client.update_example(project.id, example, text="Bonn am R")
    result = collecting.collect_later(force=True)
    assert (result.changed, result.dropped_spans) == (1, 1)
    assert collecting.approved == {"Bonn am R": [("Bonn", "CITY")]}


def test_a_deleted_document_is_withdrawn(project: TestProject, collecting: Collecting) -> None:
    kept = project.document("Trier", approved=True)
    example = project.document("Bonn", (0, 4, "CITY"), approved=True)
    collecting.collect()
    project.client.delete_example(project.id, example)
    assert collecting.collect_later().withdrawn == 1
    assert collecting.approved == {"Trier": []}
    with collecting.store.read() as s:
        gone, there = (get_document(s, PROJECT, str(name)) for name in (example, kept))
    assert gone is not None
    assert gone.deleted
    assert there is not None
    assert not there.deleted


def test_a_renamed_label_makes_no_revision_and_keeps_the_fingerprint(
    project: TestProject, collecting: Collecting
) -> None:
    project.document("Bonn", (0, 4, "CITY"), approved=True)
    collecting.collect()
    before = collecting.dataset
    project.client.rename_label(project.id, project.labels["CITY"], "TOWN")
    assert collecting.collect_later(force=True).revisions == 0
    assert collecting.dataset.labels == ("TOWN",)
    assert collecting.dataset.fingerprint == before.fingerprint
    assert collecting.approved == {"Bonn": [("Bonn", "TOWN")]}


def test_an_added_label_is_known_at_once_and_a_deleted_one_takes_its_spans_along(
    project: TestProject, collecting: Collecting
) -> None:
    project.document("Bonn am Rhein", (0, 4, "CITY"), (8, 13, "RIVER"), approved=True)
    collecting.collect()
    project.label("COUNTRY")
    project.client.delete_label(project.id, project.labels["RIVER"])
    assert collecting.collect_later().changed == 1
    with collecting.store.read() as s:
        assert set(label_names(s, PROJECT).values()) == {"CITY", "COUNTRY"}
    assert collecting.approved == {"Bonn am Rhein": [("Bonn", "CITY")]}


@pytest.mark.parametrize("key", ["id", "data", "text", "label"])
def test_meta_that_would_spoil_the_export_is_refused_with_document_key_and_remedy(
    doccano: LocalDoccano, project: TestProject, collecting: Collecting, key: str
) -> None:
    project.document("Bonn", (0, 4, "CITY"), approved=True)
    bad = project.document("Trier", approved=True, meta={key: 1, "page": 2})
    before = exports_of(doccano)
    with pytest.raises(CollectError, match=rf"documents {bad} \({key}\).*rename"):
        collecting.collect()
    assert collecting.approved == {}
    assert exports_of(doccano) == before
    project.client.update_example(project.id, bad, meta={"page": 2})
    assert collecting.collect().new == 2


def test_meta_of_a_document_that_is_not_approved_refuses_nothing_yet(
    project: TestProject, collecting: Collecting
) -> None:
    project.document("Bonn", approved=True, meta={"page": 7})
    project.document("Trier", meta={"text": "other"})
    assert collecting.collect().new == 1


def test_a_relation_project_is_read_as_well_and_may_have_label_as_meta_key(
    doccano: LocalDoccano, tmp_path: Path
) -> None:
    project = TestProject(doccano, use_relation=True)
    project.document("😀 Bonn", (3, 7, "CITY"), approved=True, meta={"label": "x"})
    collecting = Collecting(tmp_path, project)
    assert collecting.collect().way == "export"
    assert collecting.approved == {"😀 Bonn": [("Bonn", "CITY")]}


def test_two_documents_with_the_same_text_are_two(
    project: TestProject, collecting: Collecting
) -> None:
    project.document("Bonn", (0, 4, "CITY"), approved=True)
    other = project.document("Bonn", approved=True)
    assert collecting.collect().new == 2
    dataset = collecting.dataset
    assert sorted(len(dataset_side) for dataset_side in (dataset.train, dataset.held_out)) == [0, 2]
    project.untick(other)
    assert collecting.collect_later().withdrawn == 1
    assert collecting.approved == {"Bonn": [("Bonn", "CITY")]}


def test_a_document_of_more_than_ten_thousand_characters_is_taken_whole(
    project: TestProject, collecting: Collecting
) -> None:
    text = "😀 words and more words, " * 600 + "Bonn"
    assert len(text) > 10_000
    end = len(text.encode("utf-16-le")) // 2
    project.document(text, (end - 4, end, "CITY"), approved=True)
    collecting.collect()
    assert collecting.approved == {text: [("Bonn", "CITY")]}


def test_a_removed_member_of_a_collaborative_project_takes_nothing_along(
    project: TestProject, collecting: Collecting
) -> None:
    example = project.document("Bonn am Rhein")
    annotator = project.annotator()
    project.annotate(example, (0, 4, "CITY"), by=annotator)
    collecting.collect()
    project.remove(annotator)
    # From now on Doccano fails over its own span distribution.
    assert collecting.collect_later(force=True).revisions == 0
    assert collecting.approved == {"Bonn am Rhein": [("Bonn", "CITY")]}


def test_a_project_of_another_kind_is_refused(project: TestProject, collecting: Collecting) -> None:
    wrong = project.client._transport.post(
        "projects",
        {
            "name": "classes",
            "description": "classes",
            "project_type": "DocumentClassification",
            "resourcetype": "TextClassificationProject",
        },
    )
    settings = collecting.settings.projects[PROJECT].model_copy(
        update={"doccano_project": wrong["id"]}
    )
    collecting.settings = collecting.settings.model_copy(update={"projects": {PROJECT: settings}})
    with pytest.raises(CollectError, match=r"DocumentClassification.*SequenceLabeling"):
        collecting.collect()


def test_a_mass_withdrawal_is_held_back_until_a_person_accepts_it(
    project: TestProject, collecting: Collecting
) -> None:
    examples = [project.document(f"document {n}", approved=True) for n in range(8)]
    collecting.collect()
    for example in examples[:6]:
        project.untick(example)
    project.document("a new one", approved=True)
    result = collecting.collect_later()
    assert (result.new, result.withdrawn) == (1, 0)
    assert result.held_back == tuple(str(example) for example in examples[:6])
    assert f"nerloop collect {PROJECT} --accept-withdrawals" in result.reason
    assert len(collecting.approved) == 9
    assert collecting.collect().held_back == result.held_back
    assert collecting.collect(accept_withdrawals=True).withdrawn == 6
    assert len(collecting.approved) == 3
    assert collecting.state.held_back == ()


def test_five_may_vanish_at_once(project: TestProject, collecting: Collecting) -> None:
    examples = [project.document(f"document {n}", approved=True) for n in range(5)]
    collecting.collect()
    for example in examples:
        project.untick(example)
    assert collecting.collect_later().withdrawn == 5


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


def test_a_document_served_before_any_listing_knew_it_is_collected_too(
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


def test_a_served_document_left_open_is_followed_for_a_while_and_then_no_more(
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


def test_without_a_task_worker_a_collaborative_project_is_read_document_by_document(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.document("😀 Bonn", (3, 7, "CITY"), approved=True)
    project.document("Trier")
    project.lose_task_worker(monkeypatch)
    result = collecting.collect(export_deadline=0.2)
    assert (result.way, result.new) == ("each document", 1)
    assert collecting.approved == {"😀 Bonn": [("Bonn", "CITY")]}


def test_a_pull_that_was_overtaken_by_another_one_starts_again(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.document("Bonn", approved=True)
    example = project.document("Trier", approved=True)
    client = project.client
    exported = client.export_approved

    def overtaken(number: int, *, deadline: float) -> object:
        files = exported(number, deadline=deadline)
        monkeypatch.setattr(client, "export_approved", exported)
        project.untick(example)
        assert collecting.collect().new == 1
        return files

    monkeypatch.setattr(client, "export_approved", overtaken)
    collecting.collect(force=True)
    assert collecting.approved == {"Bonn": []}


def test_a_full_pull_does_not_undo_what_a_check_of_served_documents_found_meanwhile(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.document("Trier", approved=True)
    example = project.document("Bonn")
    collecting.collect()
    collecting.serve("Bonn")
    client = project.client
    exported = client.export_approved

    def overtaken(number: int, *, deadline: float) -> object:
        files = exported(number, deadline=deadline)
        monkeypatch.setattr(client, "export_approved", exported)
        project.tick(example)
        assert collecting.collect().way == "served"
        return files

    monkeypatch.setattr(client, "export_approved", overtaken)
    collecting.collect(force=True)
    assert collecting.approved == {"Trier": [], "Bonn": []}
    with collecting.store.read() as s:
        assert last_revision(s, PROJECT) == 2


def test_a_label_made_while_the_export_ran_is_looked_up(
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


def exports_of(doccano: LocalDoccano) -> int:
    """How many exports lie on Doccano's disk, where they stay for ever."""
    return len(list((doccano.folder / "media").glob("*.zip")))
