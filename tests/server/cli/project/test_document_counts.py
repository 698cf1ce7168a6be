"""The numbers of documents add up to those in Doccano."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cli.project.document_counts import DocumentCounts, count_documents
from worker.store.pulls import PullState


@pytest.mark.parametrize(
    ("ticked", "approved", "held_back", "expected"),
    [
        (54, 52, (), DocumentCounts(63, 52, 2, 0, 9)),
        (50, 52, (), DocumentCounts(63, 50, 0, 2, 13)),
        (50, 52, ("3", "4"), DocumentCounts(63, 50, 0, 0, 13)),
        (None, 52, (), DocumentCounts(63, 52, None, None, 11)),
    ],
)
def test_doccanos_counts_are_compared_with_the_store(
    ticked: int | None, approved: int, held_back: tuple[str, ...], expected: DocumentCounts
) -> None:
    pull = PullState("papers", documents=63, ticked=ticked, held_back=held_back)
    assert count_documents(pull, approved=approved, unapproved=5) == expected


def test_before_the_first_check_the_store_alone_is_counted() -> None:
    counts = count_documents(PullState("papers"), approved=3, unapproved=4)
    assert counts == DocumentCounts(7, 3, None, None, 4)


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_the_counts_add_up(documents: int, ticked: int, approved: int, shared: bool) -> None:
    ticked = min(ticked, documents)
    pull = PullState("papers", documents=documents, ticked=ticked if shared else None)
    counts = count_documents(pull, approved=approved, unapproved=0)
    assert counts.in_doccano == documents
    assert counts.collected + (counts.ticked_only or 0) + counts.to_do == documents
