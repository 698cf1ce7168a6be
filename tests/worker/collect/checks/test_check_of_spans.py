"""Between exports, edited spans are found once Doccano's counts have rested."""

import pytest

from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import Collecting, exports_of
from tests.support.doccano.doccano_projects import TestProject
from worker.collect.checks.edited_spans import QUIET
from worker.collect.document_change import DocumentChange


def test_edited_spans_are_found_once_the_counts_have_rested(
    doccano: LocalDoccano, project: TestProject, collecting: Collecting
) -> None:
    bonn, _ = collecting.approve("Bonn am Rhein", "Trier")
    exports = exports_of(doccano)
    project.annotate(bonn, (8, 13, "RIVER"), approved=False)
    assert collecting.collect().way == "gate"
    collecting.pass_seconds(QUIET.total_seconds() - 1)
    assert collecting.collect().way == "gate"
    collecting.pass_seconds(1)
    result = collecting.collect()
    assert result.way == "spans"
    assert result.changes == (DocumentChange(str(bonn), "edited"),)
    assert collecting.approved["Bonn am Rhein"] == [("Bonn", "CITY"), ("Rhein", "RIVER")]
    assert exports_of(doccano) == exports
    assert collecting.collect().way == "gate"


def test_a_short_rest_reads_the_newest_documents_and_a_longer_one_older_ones(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    unticked = project.document("Trier")
    examples = collecting.approve(*(f"Kiel {number}" for number in range(12)))
    project.annotate(unticked, (0, 5, "CITY"), approved=False)
    project.annotate(examples[0], (5, 6, "CITY"), approved=False)
    collecting.collect()
    collecting.pass_seconds(QUIET.total_seconds())
    spans = [f"examples/{example}/spans" for example in examples]
    assert set(collecting.requests(monkeypatch)) >= set(spans[2:])
    assert not collecting.state.spans_known
    collecting.pass_seconds(12)
    paths = collecting.requests(monkeypatch)
    assert [path for path in paths if path.endswith("/spans")] == spans[:2]
    assert collecting.approved["Kiel 0"] == [("Kiel", "CITY"), ("0", "CITY")]
    collecting.pass_seconds(QUIET.total_seconds())
    assert collecting.collect().way == "gate"


def test_an_edit_is_found_although_a_deletion_restores_the_number_of_spans(
    project: TestProject, collecting: Collecting
) -> None:
    bonn, trier = collecting.approve("Bonn am Rhein", "Trier")
    project.client.delete_example(project.id, trier)
    assert collecting.collect().withdrawn == 1
    project.annotate(bonn, (8, 13, "CITY"), approved=False)
    collecting.collect()
    collecting.pass_seconds(QUIET.total_seconds())
    assert collecting.collect().changes == (DocumentChange(str(bonn), "edited"),)


def test_a_check_where_nothing_moved_costs_the_same_at_every_size(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = ["", "span-types", "metrics/progress", "metrics/member-progress"]
    counts.append("metrics/span-distribution")
    collecting.approve("Bonn")
    assert collecting.requests(monkeypatch) == counts
    for number in range(12):
        project.document(f"Kiel {number}", (0, 4, "CITY"), approved=True)
    collecting.collect()
    collecting.pass_seconds(QUIET.total_seconds())
    collecting.collect()
    assert collecting.requests(monkeypatch) == counts
    assert len(collecting.approved) == 13
    new = project.document("Trier", approved=True)
    # The documents that were added, and those that are ticked.
    changed = ["examples", "examples", f"examples/{new}", f"examples/{new}/spans"]
    assert collecting.requests(monkeypatch) == [*counts, *changed]


def test_many_deletions_stay_held_back_when_spans_are_read_again(
    project: TestProject, collecting: Collecting
) -> None:
    examples = collecting.approve(*(f"Kiel {number}" for number in range(8)))
    for example in examples[:7]:
        project.client.delete_example(project.id, example)
    held_back = tuple(map(str, examples[:7]))
    assert collecting.collect().held_back == held_back
    collecting.pass_seconds(QUIET.total_seconds())
    result = collecting.collect()
    assert (result.way, result.revisions, result.held_back) == ("spans", 0, held_back)
    assert len(collecting.approved) == 8
