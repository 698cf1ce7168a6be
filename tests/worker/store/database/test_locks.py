"""Locks between real transactions: PostgreSQL's advisory locks and SQLite's write lock."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from ner.errors import StoreError
from tests.support.running.processes import wait_until
from worker.store.database import Store, open_store
from worker.store.database.locks import LockName, take_lock

WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


@pytest.fixture
def postgres(migrated_postgres_url: str) -> Iterator[Store]:
    opened = open_store(migrated_postgres_url, migrate=False)
    yield opened
    opened.close()


def test_on_postgresql_a_second_writer_waits_for_the_end_of_the_first(postgres: Store) -> None:
    order: list[str] = []

    def write() -> None:
        with postgres.begin() as s:
            take_lock(s, "project", "papers")
            order.append("second")

    def is_waiting() -> bool:
        with postgres.read() as s:
            return s.scalar(WAITING) == 1 or second.done()

    with ThreadPoolExecutor(1) as pool:
        with postgres.begin() as s:
            take_lock(s, "project", "papers")
            second = pool.submit(write)
            wait_until("the second writer to wait", is_waiting)
            order.append("first")
        second.result()
    assert order == ["first", "second"]


def take_without_waiting(store: Store, name: LockName, project: str) -> None:
    """Takes the lock in a transaction of its own. Raises StoreError if it would have to wait."""
    with store.begin() as s:
        s.execute(text("SET LOCAL lock_timeout = '1ms'"))
        take_lock(s, name, project)


def test_on_postgresql_other_projects_and_other_locks_do_not_wait(postgres: Store) -> None:
    with postgres.begin() as s:
        take_lock(s, "project", "papers")
        take_without_waiting(postgres, "project", "letters")
        take_without_waiting(postgres, "served", "papers")
        with pytest.raises(StoreError, match="lock timeout"):
            take_without_waiting(postgres, "project", "papers")


def test_on_sqlite_a_transaction_of_a_second_writer_is_refused(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}", busy_seconds=0)
    with opened.begin() as first:
        first.execute(text("SELECT 1"))
        with (
            pytest.raises(StoreError, match="the store is locked: another program"),
            opened.begin() as second,
        ):
            second.execute(text("SELECT 1"))
    opened.close()
