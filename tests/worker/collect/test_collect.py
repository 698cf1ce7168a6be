"""Collecting from a real Doccano: approved documents become revisions in the store."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ner.errors import CollectError
from ner.hashing import exact_hash
from ner.spans import Span
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import PROJECT, Collecting, exports_of
from tests.support.doccano.doccano_projects import TestProject
from tests.support.running.searching import files_with
from tests.support.store.stored import get_document
from worker.collect.document_change import DocumentChange
from worker.collect.recording import Recorder
from worker.store.corpus.revisions import Approval, last_revision
from worker.store.labels import label_names
from worker.store.pulls import get_pull, save_pull
from worker.store.served import calls_after


def test_an_empty_project_yields_nothing_and_makes_no_export(
    doccano: LocalDoccano, collecting: Collecting
) -> None:
    before = exports_of(doccano)
    assert collecting.collect().way == "gate"
    assert collecting.collect().way == "gate"
    assert collecting.approved == {}
    assert exports_of(doccano) == before


def test_collecting_twice_changes_nothing(project: TestProject, collecting: Collecting) -> None:
    project.document("Bonn", (0, 4, "CITY"), approved=True)
    collecting.collect()
    state = collecting.state
    again = collecting.collect(force=True)
    assert (again.way, again.revisions) == ("export", 0)
    assert collecting.state == replace(state, exports=2)


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
    assert collecting.collect().way == "listing"
    collecting.pass_seconds(collecting.settings.export_seconds - 1)
    assert collecting.collect().way == "gate"
    collecting.pass_seconds(2)
    assert collecting.collect().way == "export"


def test_the_first_approval_after_an_empty_pull_is_exported_at_once(
    project: TestProject, collecting: Collecting
) -> None:
    example = project.document("Bonn")
    collecting.collect()
    project.tick(example)
    assert collecting.collect().new == 1


def test_calls_older_than_the_setting_are_removed_at_a_full_pull_unless_claimed(
    project: TestProject, collecting: Collecting
) -> None:
    project.document("Bonn", (0, 4, "CITY"), approved=True)
    collecting.collect()
    collecting.serve("old")
    collecting.serve("claimed", Span(0, 7, "CITY"))
    collecting.pass_seconds(1)
    collecting.serve("new")
    collecting.pass_seconds(collecting.settings.served_days * 86_400)
    assert collecting.collect(force=True).way == "export"
    with collecting.store.read() as s:
        left = [seen.exact_hash for seen in calls_after(s, PROJECT, 0)]
    assert left == [exact_hash("claimed"), exact_hash("new")]


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


def test_a_deleted_document_is_withdrawn(project: TestProject, collecting: Collecting) -> None:
    kept = project.document("Trier", approved=True)
    example = project.document("Bonn", (0, 4, "CITY"), approved=True)
    collecting.collect()
    project.client.delete_example(project.id, example)
    assert collecting.collect_later().withdrawn == 1
    assert collecting.approved == {"Trier": []}
    with collecting.store.read() as s:
        deleted, present = (get_document(s, PROJECT, str(name)) for name in (example, kept))
    assert deleted is not None
    assert deleted.deleted
    assert present is not None
    assert not present.deleted


def test_a_listing_that_contradicts_the_count_of_documents_is_read_again(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = project.document("Bonn", approved=True)
    project.document("Kiel", approved=True)
    collecting.collect()
    examples = project.client.examples
    answers = iter([list(examples(project.id))])
    project.client.delete_example(project.id, example)
    # The first listing is from before the deletion, as a cache may answer.
    monkeypatch.setattr(
        project.client, "examples", lambda number: next(answers, None) or examples(number)
    )
    result = collecting.collect_later()
    assert result.changes == (DocumentChange(str(example), "deleted"),)


def test_a_deletion_that_an_old_count_hides_is_not_taken_for_an_untick(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted, unticked, _ = collecting.approve("Bonn", "Kiel", "Trier")
    progress = project.client.progress(project.id)
    project.client.delete_example(project.id, deleted)
    project.untick(unticked)
    # The count is from before the deletion, as a cache may answer.
    monkeypatch.setattr(project.client, "progress", lambda _: progress)
    result = collecting.collect_later(force=True)
    assert result.changes == (
        DocumentChange(str(deleted), "deleted"),
        DocumentChange(str(unticked), "unticked"),
    )


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


def test_an_added_label_is_known_at_once_and_the_spans_of_a_deleted_one_disappear(
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


def test_the_documents_of_a_removed_member_of_a_collaborative_project_stay(
    project: TestProject, collecting: Collecting
) -> None:
    example = project.document("Bonn am Rhein")
    annotator = project.annotator()
    project.annotate(example, (0, 4, "CITY"), by=annotator)
    collecting.collect()
    project.remove(annotator)
    # From now on Doccano cannot compute its span distribution.
    assert collecting.collect_later(force=True).revisions == 0
    assert collecting.approved == {"Bonn am Rhein": [("Bonn", "CITY")]}


def test_a_project_of_another_type_is_refused(project: TestProject, collecting: Collecting) -> None:
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


def test_the_withdrawal_of_many_documents_is_held_back_until_it_is_accepted(
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


def test_five_documents_may_vanish_at_once(project: TestProject, collecting: Collecting) -> None:
    examples = [project.document(f"document {n}", approved=True) for n in range(5)]
    collecting.collect()
    for example in examples:
        project.untick(example)
    assert collecting.collect_later().withdrawn == 5


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


def test_what_a_pull_wrote_before_it_was_overtaken_is_counted(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.store.database.batches.SIZE", 1)
    first = project.document("Bonn", approved=True)
    second = project.document("Trier", approved=True)
    approve = Recorder._approve
    written: list[str] = []

    def overtaken(recorder: Recorder, s: Session, batch: Collection[Approval]) -> object:
        changes = approve(recorder, s, batch)
        written.extend(approval.external_id for approval in batch)
        if len(written) == 1:
            # Another pull ends before the next batch is written.
            save_pull(s, replace(get_pull(s, PROJECT), gate_exported="of another pull"))
        return changes

    monkeypatch.setattr(Recorder, "_approve", overtaken)
    result = collecting.collect(force=True)
    assert result.changes == (
        DocumentChange(str(first), "ticked"),
        DocumentChange(str(second), "ticked"),
    )
    assert result.new == 2


def test_a_full_pull_erases_documents_that_were_withdrawn_long_ago(
    project: TestProject, collecting: Collecting, tmp_path: Path
) -> None:
    collecting.set(withdrawn_days=2.0, data_dir=tmp_path / "data")
    bonn = project.document("Bonn and Zyxwvquux", (0, 4, "CITY"), approved=True)
    project.document("Trier", (0, 5, "CITY"), approved=True)
    collecting.collect()
    project.untick(bonn)
    collecting.collect(force=True)
    collecting.pass_seconds(86_400)
    collecting.collect(force=True)
    assert files_with(tmp_path, "Zyxwvquux") != []
    collecting.pass_seconds(86_401)
    collecting.collect(force=True)
    assert files_with(tmp_path, "Zyxwvquux") == []
    assert collecting.approved == {"Trier": [("Trier", "CITY")]}
    project.tick(bonn)
    assert collecting.collect(force=True).new == 1
