"""A Doccano project and its listing as the store keeps them."""

from datetime import UTC, datetime

from worker.doccano.models import DoccanoProject, Example
from worker.project_listing import listed_documents, project_info
from worker.store.corpus.documents import ListedDocument
from worker.store.projects import ProjectInfo

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EXAMPLES = [Example(1, "Bonn", {}, confirmed=True), Example(2, "Trier", {}, confirmed=False)]


def test_the_modes_are_those_of_the_doccano_project() -> None:
    remote = DoccanoProject(
        3, "Papers of 2026", "SequenceLabeling", collaborative=True, use_relation=True
    )
    assert project_info("papers", remote, NOW) == ProjectInfo(
        project="papers",
        collaborative=True,
        grapheme_mode=False,
        allow_overlapping=False,
        use_relation=True,
        seen_at=NOW,
    )


def test_ticks_are_approvals_only_in_a_collaborative_project() -> None:
    assert listed_documents(EXAMPLES, collaborative=True) == [
        ListedDocument("1", "Bonn", True),
        ListedDocument("2", "Trier", False),
    ]
    assert listed_documents(EXAMPLES, collaborative=False) == [
        ListedDocument("1", "Bonn", None),
        ListedDocument("2", "Trier", None),
    ]
