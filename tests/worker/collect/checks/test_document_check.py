"""Two reads of a document leave the later one."""

import pytest

from ner.text.placement import SpanCounts
from worker.collect.checks.document_check import DocumentCheck
from worker.store.corpus.documents import ListedDocument
from worker.store.corpus.revisions import Approval

APPROVED = DocumentCheck((Approval("1", "Bonn", ()),), counts={"1": SpanCounts(1, 2)})
UNAPPROVED = DocumentCheck(unapproved=(ListedDocument("1", "Bonn", approved=False),))
DELETED = DocumentCheck(deleted=("1",))


@pytest.mark.parametrize("first", [APPROVED, UNAPPROVED, DELETED])
@pytest.mark.parametrize("last", [APPROVED, UNAPPROVED, DELETED])
def test_the_last_read_of_a_document_counts(first: DocumentCheck, last: DocumentCheck) -> None:
    other = DocumentCheck((Approval("2", "Trier", ()),), counts={"2": SpanCounts(0, 0, 1)})
    check = first + other + last
    assert check == other + last
    assert check.span_counts == SpanCounts(0, 0, 1) + last.span_counts
