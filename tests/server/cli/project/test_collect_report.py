"""What `nerloop collect` prints about the documents that changed."""

import pytest

from ner.text.placement import SpanCounts
from server.cli.project.collect_report import named, print_collected
from worker.collect.collect_result import CollectResult
from worker.collect.document_change import DocumentChange
from worker.collect.full_pull import AgreementReport

CHANGES = (
    DocumentChange("10", "ticked"),
    DocumentChange("9", "ticked"),
    DocumentChange("3", "edited"),
    DocumentChange("4", "unticked"),
    DocumentChange("5", "deleted"),
    DocumentChange("6", "annotators differ"),
)


def test_documents_are_named_by_reason(capsys: pytest.CaptureFixture[str]) -> None:
    print_collected(CollectResult("export", "requested", CHANGES))
    assert capsys.readouterr().out.splitlines() == [
        "2 new, 1 changed, 3 withdrawn",
        "  newly ticked: documents 9, 10",
        "  spans or text edited: document 3",
        "  unticked in Doccano: document 4",
        "  deleted in Doccano: document 5",
        "  annotators differ: document 6",
    ]


def test_ten_documents_are_named_at_most() -> None:
    numbers = [str(number) for number in range(1, 18)]
    assert named(numbers[:10]) == "documents 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"
    assert named(numbers) == "documents 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 7 more"


def test_what_is_held_back_or_left_out_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    agreement = AgreementReport(4, 0.75, ())
    result = CollectResult(
        "export",
        "to withdraw them, …",
        (),
        ("7", "8"),
        span_counts=SpanCounts(2, 1, 1),
        agreement=agreement,
    )
    print_collected(result)
    assert capsys.readouterr().out.splitlines() == [
        "0 new, 0 changed, 0 withdrawn",
        "  held back: documents 7, 8",
        "to withdraw them, …",
        "2 spans with blanks at an end, which are left out",
        "1 span without text left out",
        "1 span beyond the text, which was edited after the annotation: these documents are left "
        "out until they are corrected",
        "agreement on 4 documents of several annotators: 75%",
    ]
