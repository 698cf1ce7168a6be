from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from worker.store.database import Store
from worker.store.database.batches import SIZE, write_in_batches
from worker.store.database.schema import SideRow


def write(session: Session, numbers: Sequence[int]) -> int:
    session.add_all(SideRow(project="papers", text_hash=str(n), side="train") for n in numbers)
    if -1 in numbers:
        raise ValueError("the second batch")
    return len(numbers)


def stored(store: Store) -> int:
    with store.read() as session:
        return len(session.scalars(select(SideRow)).all())


def test_each_batch_is_a_transaction_of_its_own(store: Store) -> None:
    pauses: list[float] = []
    written = write_in_batches(store, range(2 * SIZE + 1), write, sleep=pauses.append)
    assert written == [SIZE, SIZE, 1]
    assert stored(store) == 2 * SIZE + 1
    assert len(pauses) == 3
    assert min(pauses) > 0


def test_an_error_leaves_earlier_batches_written(store: Store) -> None:
    with pytest.raises(ValueError, match="the second batch"):
        write_in_batches(store, [*range(SIZE), -1], write)
    assert stored(store) == SIZE


def test_nothing_to_write_begins_no_transaction(store: Store) -> None:
    assert write_in_batches(store, [], write) == []
