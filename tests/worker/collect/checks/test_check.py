"""Between exports, ticks, unticks, deletions and edits are found without an auto-label call."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import PROJECT, Collecting, exports_of
from tests.support.doccano.doccano_projects import TestProject
from tests.support.store.stored import get_document
from worker.collect.checks import moved_ticks, tick_search
from worker.collect.document_change import DocumentChange
from worker.doccano import paging
from worker.doccano.models import Example
from worker.store.database.schema import RevisionRow
from worker.store.pulls import save_pull


def test_a_tick_without_a_call_is_found_at_the_next_check_as_an_export_would(
    doccano: LocalDoccano, project: TestProject, collecting: Collecting
) -> None:
    collecting.approve("Bonn")
    exports = exports_of(doccano)
    example = project.document("😀 Trier", (3, 8, "CITY"), approved=True)
    result = collecting.collect()
    assert result.way == "listing"
    assert result.changes == (DocumentChange(str(example), "ticked"),)
    assert collecting.approved == {"Bonn": [("Bonn", "CITY")], "😀 Trier": [("Trier", "CITY")]}
    assert exports_of(doccano) == exports
    assert collecting.collect(force=True).revisions == 0


def test_an_untick_is_found_at_the_next_check(
    doccano: LocalDoccano, project: TestProject, collecting: Collecting
) -> None:
    bonn, _ = collecting.approve("Bonn", "Trier")
    exports = exports_of(doccano)
    project.untick(bonn)
    result = collecting.collect()
    assert result.changes == (DocumentChange(str(bonn), "unticked"),)
    assert collecting.approved == {"Trier": [("Trie", "CITY")]}
    assert exports_of(doccano) == exports
    assert collecting.collect(force=True).revisions == 0


def test_a_deletion_is_found_at_the_next_check(
    doccano: LocalDoccano, project: TestProject, collecting: Collecting
) -> None:
    bonn, _ = collecting.approve("Bonn", "Trier")
    exports = exports_of(doccano)
    project.client.delete_example(project.id, bonn)
    result = collecting.collect()
    assert result.changes == (DocumentChange(str(bonn), "deleted"),)
    with collecting.store.read() as s:
        document = get_document(s, PROJECT, str(bonn))
        withdrawal = s.scalars(select(RevisionRow).where(RevisionRow.kind == "withdrawn")).one()
    assert document is not None
    assert document.deleted
    assert withdrawal.reason == "deleted"
    assert exports_of(doccano) == exports
    assert collecting.collect(force=True).revisions == 0


def test_a_tick_is_found_that_a_deletion_hides_in_the_number_of_ticks(
    project: TestProject, collecting: Collecting
) -> None:
    kiel = project.document("Kiel")
    bonn, _ = collecting.approve("Bonn", "Trier")
    project.client.delete_example(project.id, bonn)
    project.tick(kiel)
    assert {change.reason for change in collecting.collect().changes} == {"deleted", "ticked"}


def test_a_tick_that_a_served_document_explains_needs_no_listing(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = project.document("Trier")
    collecting.approve("Bonn")
    collecting.serve("Trier")
    project.tick(example)
    assert "examples" not in collecting.requests(monkeypatch)
    assert set(collecting.approved) == {"Bonn", "Trier"}
    assert "examples" not in collecting.requests(monkeypatch)


def test_many_ticks_are_read_over_several_checks(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moved_ticks, "MAX_READ", 2)
    collecting.approve("Bonn")
    for number in range(3):
        project.document(f"Kiel {number}", approved=True)
    assert collecting.collect().new == 2
    assert (collecting.state.documents, collecting.state.ticked) == (4, 4)
    collecting.pass_seconds(1)
    assert collecting.collect().new == 1
    collecting.pass_seconds(1)
    assert collecting.collect().way == "gate"


def test_ticks_that_came_back_to_the_same_number_during_a_pause_are_listed_after_it(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moved_ticks, "PAUSE_PER_DOCUMENT", timedelta(seconds=60))
    kiel = project.document("Kiel")
    bonn, trier = collecting.approve("Bonn", "Trier")
    project.untick(trier)
    assert collecting.collect().withdrawn == 1
    project.tick(trier)
    project.untick(bonn)
    project.tick(kiel)
    assert collecting.collect().way == "gate"
    project.untick(kiel)
    assert collecting.collect().way == "gate"
    collecting.pass_seconds(61)
    assert collecting.collect().revisions == 2
    assert set(collecting.approved) == {"Trier"}


def test_many_unticks_are_held_back_and_those_ticked_again_are_not(
    project: TestProject, collecting: Collecting
) -> None:
    examples = collecting.approve(*(f"Kiel {number}" for number in range(8)))
    for example in examples[:7]:
        project.untick(example)
    result = collecting.collect()
    assert (result.way, result.revisions) == ("listing", 0)
    assert result.held_back == tuple(map(str, examples[:7]))
    assert f"nerloop collect {PROJECT} --accept-withdrawals" in result.reason
    assert len(collecting.approved) == 8
    collecting.pass_seconds(1)
    assert collecting.collect().way == "gate"
    collecting.serve("Kiel 0")
    project.tick(examples[0])
    assert collecting.collect().held_back == tuple(map(str, examples[1:7]))
    assert collecting.collect(accept_withdrawals=True).withdrawn == 6


def test_the_last_read_of_a_document_counts_when_it_is_ticked_during_the_check(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiel, trier = project.document("Kiel"), project.document("Trier", (0, 5, "CITY"))
    collecting.approve("Bonn")
    collecting.serve("Trier")
    project.tick(kiel)
    examples = project.client.examples

    def ticked_before_the_listing(*args: Any, **filters: Any) -> Iterator[Example]:
        project.tick(trier)
        return examples(*args, **filters)

    with monkeypatch.context() as patch:
        patch.setattr(project.client, "examples", ticked_before_the_listing)
        result = collecting.collect()
    ticked = {DocumentChange(str(number), "ticked") for number in (kiel, trier)}
    assert set(result.changes) == ticked
    assert set(collecting.approved) == {"Bonn", "Kiel", "Trier"}


def test_a_tick_that_is_set_after_the_counts_were_read_and_then_withdrawn_is_withdrawn(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    trier = project.document("Trier")
    collecting.approve("Bonn")
    collecting.serve("Trier")
    read_example = project.client.example

    def ticked_before_the_read(*args: Any) -> Example:
        project.tick(trier)
        return read_example(*args)

    with monkeypatch.context() as patch:
        patch.setattr(project.client, "example", ticked_before_the_read)
        collecting.collect()
    assert set(collecting.approved) == {"Bonn", "Trier"}
    project.untick(trier)
    collecting.pass_seconds(1)
    collecting.collect()
    assert set(collecting.approved) == {"Bonn"}


def test_a_filter_that_doccano_ignores_costs_no_reads(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.document("Kiel")
    collecting.approve("Bonn")
    trier = project.document("Trier", approved=True)
    transport = project.client._transport
    get = transport.get

    def unfiltered(path: str, *, confirmed: str = "", **params: Any) -> object:
        return get(path, **params)

    monkeypatch.setattr(transport, "get", unfiltered)
    paths = collecting.requests(monkeypatch)
    assert [path for path in paths if path.startswith("examples/")] == [
        f"examples/{trier}",
        f"examples/{trier}/spans",
    ]
    assert set(collecting.approved) == {"Bonn", "Trier"}


def test_ticks_after_an_update_from_a_store_without_counts_are_listed_once(
    project: TestProject, collecting: Collecting
) -> None:
    collecting.approve("Bonn")
    unknown = replace(
        collecting.state, ticks_known=None, spans_known=None, documents=None, ticked=None
    )
    with collecting.store.begin() as s:
        save_pull(s, unknown)
    assert collecting.collect().revisions == 0
    assert collecting.collect().way == "gate"
    assert (collecting.state.documents, collecting.state.ticked) == (1, 1)


def test_a_served_text_that_is_new_or_edited_is_found_without_a_whole_listing(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "SHORT_PAGE", 2)
    first, *_ = collecting.approve("Bonn", "Trier", "Köln", "Mainz", "Worms", "Speyer")
    project.client.update_example(project.id, first, text="Bonn am Rhein")
    project.document("Lyon", (0, 4, "CITY"), approved=True)
    for text in ("Bonn am Rhein", "Lyon"):
        collecting.serve(text)
    paths = collecting.requests(monkeypatch)
    # The page with the two documents, and one with nothing new.
    assert paths.count("examples") == 2
    assert len(collecting.approved) == 7
    assert collecting.approved["Bonn am Rhein"] == [("Bonn", "CITY")]
    assert collecting.approved["Lyon"] == [("Lyon", "CITY")]


def test_moved_ticks_among_many_are_found_by_pages_of_the_listing(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moved_ticks, "FEW", 0)
    monkeypatch.setattr(moved_ticks, "PAUSE_PER_SEARCH", 0)
    monkeypatch.setattr(tick_search, "PAGE", 2)
    left = project.document("Trier")
    examples = collecting.approve(*(f"Kiel {number}" for number in range(12)))
    monkeypatch.setattr(project.client, "examples", _no_listing)
    project.tick(left)
    new = project.document("Jena", approved=True)
    result = collecting.collect()
    assert result.way == "listing"
    assert {change.external_id for change in result.changes} == {str(left), str(new)}
    assert collecting.collect().way == "gate"
    project.untick(examples[5])
    assert collecting.collect().withdrawn == 1
    kept = {f"Kiel {number}" for number in range(12) if number != 5}
    assert set(collecting.approved) == kept | {"Trier", "Jena"}


def test_a_tick_and_an_untick_side_by_side_are_found_by_the_whole_listing(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moved_ticks, "FEW", 0)
    left = project.document("Trier")
    first, *_ = collecting.approve(*(f"Kiel {number}" for number in range(6)))
    with collecting.store.begin() as s:
        save_pull(s, replace(collecting.state, ticks_known=None))
    project.untick(first)
    project.tick(left)
    assert collecting.collect().revisions == 2
    assert set(collecting.approved) == {"Trier", *(f"Kiel {number}" for number in range(1, 6))}


def _no_listing(*_arguments: object, **_filters: object) -> Iterator[Example]:
    raise AssertionError("all ticked documents are listed")
