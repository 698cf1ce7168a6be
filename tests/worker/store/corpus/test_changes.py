"""Which documents changed since a revision, with imported gold beside Doccano's documents."""

from datetime import datetime, timedelta

import pytest

from ner.spans import Span
from tests.support.store.revising import CITY, ORG, approve, changes, newest, withdraw
from tests.support.store.statements import counted
from worker.store.corpus.changes import Changes
from worker.store.database import Store


def test_a_change_that_was_undone_does_not_count(store: Store, now: datetime) -> None:
    approve(store, now, "1", ORG)
    before = newest(store)
    approve(store, now, "1", CITY)
    assert changes(store, before).documents == 1
    approve(store, now, "1", ORG)
    undone = changes(store, before)
    assert undone == Changes()
    assert newest(store) == 3
    assert changes(store).documents == 1


def test_a_document_approved_and_withdrawn_does_not_count_as_changed(
    store: Store, now: datetime
) -> None:
    approve(store, now, "1", ORG)
    withdraw(store, now)
    assert changes(store).documents == 0


def test_a_withdrawal_counts_as_a_change_until_it_is_undone(store: Store, now: datetime) -> None:
    approve(store, now, "1", ORG)
    before = newest(store)
    withdraw(store, now)
    assert changes(store, before).documents == 1
    approve(store, now, "1", ORG)
    assert changes(store, before).documents == 0


def test_several_changes_of_one_document_are_one_change(store: Store, now: datetime) -> None:
    hour = timedelta(hours=1)
    approve(store, now, "1", ORG)
    approve(store, now + hour, "1", CITY)
    approve(store, now + 2 * hour, "2", ORG)
    approve(store, now + 3 * hour, "1")
    assert changes(store) == Changes((now, now + 2 * hour), now + 3 * hour)
    assert changes(store, 2) == Changes((now + 2 * hour, now + 3 * hour), now + 3 * hour)
    assert changes(store, 4) == Changes()


def test_the_times_are_those_of_changed_documents(store: Store, now: datetime) -> None:
    hour = timedelta(hours=1)
    approve(store, now, "1", ORG)
    withdraw(store, now + hour)
    approve(store, now + 2 * hour, "2", ORG)
    assert changes(store) == Changes((now + 2 * hour,), now + 2 * hour)


@pytest.mark.parametrize(
    ("gold", "text"), [("one\r\ntwo", "one\ntwo"), ("one\ntwo", "one\r\ntwo"), ("one", "one")]
)
def test_imported_gold_does_not_count_beside_its_approval_in_doccano(
    store: Store, now: datetime, gold: str, text: str
) -> None:
    approve(store, now, "x", text=gold, source="import")
    approve(store, now, "y", text="another", source="import")
    assert changes(store).documents == 2
    approve(store, now, "1", Span(0, 3, "7"), text=text)
    assert changes(store).documents == 2
    withdraw(store, now)
    assert changes(store).documents == 2


def test_an_approval_as_imported_before_is_no_change(store: Store, now: datetime) -> None:
    approve(store, now, "x", ORG, source="import")
    before = newest(store)
    approve(store, now, "1", ORG)
    assert changes(store, before) == Changes()
    approved = newest(store)
    withdraw(store, now)
    assert changes(store, approved) == Changes()
    approve(store, now, "1", CITY)
    assert changes(store, before).documents == 1
    assert changes(store, approved).documents == 1


def test_the_cost_does_not_depend_on_the_documents_before(store: Store, now: datetime) -> None:
    statements = []
    for number in range(1, 41):
        approve(store, now, str(number), ORG, text=f"text {number}")
        if number in (2, 40):
            with counted(store) as executed:
                assert changes(store, number - 1).documents == 1
            statements.append(executed.statements)
    assert statements[0] == statements[1]
