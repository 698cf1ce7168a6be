"""What is said about Doccano's version and about documents that are assigned to nobody."""

from worker.connecting.connection import FindingLevel
from worker.connecting.doccano_version import unassigned_finding, version_finding
from worker.doccano.models import Example
from worker.doccano.versions import TRIED, ApiFields

PROJECT = {"id", "allow_member_to_create_label_type"}
EXAMPLE = {"id", "upload_name", "score"}


def example(number: int, assignments: tuple[object, ...] | None) -> Example:
    return Example(number, "text", {}, confirmed=False, assignments=assignments)


def test_a_tried_version_is_named() -> None:
    finding = version_finding(ApiFields(PROJECT, EXAMPLE))
    assert finding.level is FindingLevel.FINE
    assert finding.text == "Doccano is version 1.8.4, by its API"


def test_an_untried_version_is_a_warning_with_the_tried_ones() -> None:
    finding = version_finding(ApiFields(PROJECT | {"theme"}, EXAMPLE))
    assert finding.level is FindingLevel.WARNING
    assert "untried: its API has theme, which no tried version has" in finding.text
    assert TRIED in finding.text


def test_a_version_that_cannot_be_told_is_a_warning_with_the_cause() -> None:
    finding = version_finding(ApiFields(PROJECT, set()))
    assert finding.level is FindingLevel.WARNING
    assert "cannot be told, because OPTIONS" in finding.text
    assert TRIED in finding.text


def test_documents_that_are_assigned_to_nobody_are_counted() -> None:
    examples = [example(1, ()), example(2, ({"assignee": "ann"},)), example(3, ())]
    finding = unassigned_finding(examples)
    assert finding is not None
    assert finding.level is FindingLevel.WARNING
    assert finding.text.startswith("2 of its 3 documents are assigned to nobody")


def test_before_assignments_nothing_is_said_about_them() -> None:
    assert unassigned_finding([example(1, None)]) is None
    assert unassigned_finding([example(1, ({"assignee": "ann"},))]) is None
