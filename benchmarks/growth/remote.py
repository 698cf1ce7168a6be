"""A Doccano project of any size that answers at once, so that only nerloop's cost is measured."""

import json
from collections.abc import Iterator

from worker.doccano.models import (
    DoccanoProject,
    Example,
    ExportedFile,
    MemberProgress,
    ProjectProgress,
)

SHORT_PAGE = 50
LABELS = {1: "ORG"}
FILLER = "Department of Things, University of Aarhus, Some Street 4, 8000 Aarhus C. " * 10


class RemoteProject:
    """Replaces `DoccanoClient`: a collaborative project with `documents`, all of them approved.

    Texts are of some 750 characters with two spans each. They are made when they are asked for, as
    those of a real Doccano come from elsewhere.
    """

    def __init__(self, documents: int) -> None:
        self.documents = documents

    def project(self, number: int) -> DoccanoProject:
        """The project's settings."""
        return DoccanoProject(number, "growth", "SequenceLabeling", collaborative=True)

    def label_types(self, _number: int) -> dict[int, str]:
        """The labels."""
        return LABELS

    def progress(self, _number: int) -> ProjectProgress:
        """How many documents are ticked."""
        return ProjectProgress(self.documents, self.documents)

    def member_progress(self, _number: int) -> tuple[MemberProgress, ...]:
        """Who has ticked them."""
        return (MemberProgress("ann", self.documents),)

    def span_distribution(self, _number: int) -> dict[str, dict[str, int]]:
        """Whose spans there are."""
        return {"ann": {"ORG": 2 * self.documents}}

    def examples(self, _number: int) -> Iterator[Example]:
        """The listing."""
        for number in range(1, self.documents + 1):
            yield Example(number, _text(number), {}, confirmed=True)

    def latest_examples(self, _number: int) -> Iterator[tuple[Example, ...]]:
        """The listing page by page, the newest documents first."""
        for last in range(self.documents, 0, -SHORT_PAGE):
            numbers = range(last, max(last - SHORT_PAGE, 0), -1)
            yield tuple(Example(number, _text(number), {}, confirmed=True) for number in numbers)

    def export_approved(self, _number: int, *, deadline: float) -> tuple[ExportedFile, ...]:  # noqa: ARG002
        """The export."""
        return (ExportedFile("all.jsonl", map(_line, range(1, self.documents + 1))),)


def _text(number: int) -> str:
    return f"Paper {number}: {FILLER}"


def _line(number: int) -> bytes:
    record = {"id": number, "text": _text(number), "label": [[0, 5, "ORG"], [30, 36, "ORG"]]}
    return json.dumps(record).encode()
