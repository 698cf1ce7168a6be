"""Every test copies from SQLite and from PostgreSQL, or to them."""

import pytest
from sqlalchemy import delete, insert

from ner.errors import StoreError
from tests.support.store.filled_store import START, content, fill
from worker.keeping import store_copy
from worker.keeping.store_copy import copy_store
from worker.store.database import Store, open_store
from worker.store.database.schema import Base, ClaimRow, PullRow, ServedRow

PROJECT = "papers"


def test_every_row_arrives_in_both_directions(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_copy, "CHUNK", 3)
    fill(store, 8)
    before = content(store)
    copied = copy_store(store, other)
    assert copied == dict.fromkeys(Base.metadata.tables, 8)
    assert content(other) == before
    copy_store(other, store, replace=True)
    assert content(store) == before


def test_a_store_with_rows_is_refused_and_left_as_it_is(store: Store, other: Store) -> None:
    fill(other, 2)
    fill(store, 1, first=50)
    before = content(store)
    with pytest.raises(StoreError, match=r"not empty .*document.*--replace"):
        copy_store(other, store)
    assert content(store) == before


def test_a_failure_leaves_the_target_as_it_was(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(other, 2)
    fill(store, 1, first=50)
    before = content(store)

    def fail(_connection: object) -> None:
        raise RuntimeError("the last step")

    monkeypatch.setattr(store_copy, "_continue_numbers", fail)
    with pytest.raises(RuntimeError):
        copy_store(other, store, replace=True)
    assert content(store) == before


def test_the_copy_is_of_one_moment_while_others_write(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, 2)
    before = content(store)
    copy = store_copy._copy

    def copy_and_write(*arguments: object) -> int:
        count = copy(*arguments)  # type: ignore[arg-type]
        written.append(count)
        if len(written) == 1:
            fill(store, 2, first=10)
        return count

    written: list[int] = []
    monkeypatch.setattr(store_copy, "_copy", copy_and_write)
    copy_store(store, other)
    assert content(other) == before
    assert content(store) != before


def test_numbers_of_deleted_calls_are_not_given_again(store: Store, other: Store) -> None:
    fill(other, 5)
    with other.begin() as session:
        session.execute(delete(ClaimRow))
        session.execute(delete(ServedRow))
    copy_store(other, store)
    with store.begin() as session:
        values = {"project": PROJECT, "exact_hash": "0", "outcome": "spans", "spans": []}
        session.execute(insert(ServedRow), [{**values, "scores": [], "served_at": START}])
        assert session.query(ServedRow.id).scalar() > session.query(PullRow).count() == 5


def test_new_rows_follow_the_copied_ones(store: Store, other: Store) -> None:
    fill(other, 5)
    copy_store(other, store)
    again = open_store(store.engine.url.render_as_string(hide_password=False), migrate=False)
    with again.begin() as session:
        row = {c.key: v for c, v in _a_document().items()}
        session.execute(insert(Base.metadata.tables["document"]), [row])
    assert [row["id"] for row in content(again)["document"]] == [1, 2, 3, 4, 5, 6]
    again.close()


def _a_document() -> dict[object, object]:
    table = Base.metadata.tables["document"]
    values = {"approved": True, "deleted": False, "first_seen_at": START}
    return {c: values.get(c.key, "new") for c in table.columns if c.key != "id"}
