"""Limits of waiting, each with a lock that another connection really holds."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.orm import Session

from ner.errors import StoreError
from tests.support.running.processes import wait_until
from worker.store.database import Store, open_store
from worker.store.database.locks import take_lock

WAITED = text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
    "AND clock_timestamp() - query_start > interval '60 ms'"
)


def lock(s: Session) -> None:
    s.execute(text("SELECT 1"))  # takes SQLite's write lock
    take_lock(s, "project", "papers")


def write(store: Store, seconds: float | None) -> None:
    with store.begin(seconds=seconds) as s:
        lock(s)


@pytest.fixture
def postgres(migrated_postgres_url: str) -> Iterator[Store]:
    opened = open_store(migrated_postgres_url, migrate=False)
    yield opened
    opened.close()


@pytest.mark.parametrize("busy_seconds", [0.0, 30.0])
def test_a_writer_is_refused_while_another_still_holds_the_lock(
    store: Store, store_url: str, busy_seconds: float
) -> None:
    other = open_store(store_url, migrate=False, busy_seconds=busy_seconds)
    with closing(other), store.begin() as s:
        lock(s)
        with pytest.raises(StoreError, match=r"the store is locked: another .*, and try again"):
            write(other, 0.02 if busy_seconds else None)


def test_a_shorter_limit_ends_with_its_transaction(store: Store) -> None:
    postgres = store.engine.dialect.name == "postgresql"
    limit = "SHOW lock_timeout" if postgres else "PRAGMA busy_timeout"
    with store.begin(seconds=0.5) as s:
        assert s.scalar(text(limit)) in ("450ms", 450)
    with store.read() as s:
        assert s.scalar(text(limit)) in ("30s", 30_000)


def test_a_transaction_begins_with_one_message(postgres: Store) -> None:
    sent: list[str] = []
    event.listen(
        postgres.engine, "before_cursor_execute", lambda *arguments: sent.append(arguments[2])
    )
    for _ in range(2):
        with postgres.read() as s:
            assert s.connection().connection.driver_connection.autocommit  # type: ignore[union-attr]
            assert s.scalar(text("SHOW transaction_isolation")) == "read committed"
    begins = [sql for sql in sent if sql.startswith("BEGIN; SET LOCAL lock_timeout")]
    assert len(begins) == 2
    assert len(sent) == 4


def test_another_isolation_level_ends_with_its_transaction(postgres: Store) -> None:
    isolation = text("SHOW transaction_isolation")
    with postgres.read() as s:
        s.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        assert s.scalar(isolation) == "repeatable read"
        assert s.scalar(text("SHOW lock_timeout")) == "30s"
    with postgres.read() as s:
        assert s.scalar(isolation) == "read committed"


def test_the_limit_of_sqlite_is_set_only_when_it_changes(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite3")
    sent: list[str] = []
    event.listen(
        store.engine, "before_cursor_execute", lambda *arguments: sent.append(arguments[2])
    )
    for seconds in (None, None, 0.5, 0.5, None):
        with store.read(seconds=seconds) as s:
            s.execute(text("SELECT 1"))
    store.close()
    assert [sql for sql in sent if "busy_timeout" in sql] == [
        "PRAGMA busy_timeout = 30000",
        "PRAGMA busy_timeout = 450",
        "PRAGMA busy_timeout = 30000",
    ]


def test_opening_a_current_store_waits_for_no_writer(store: Store, store_url: str) -> None:
    with store.begin() as s:
        lock(s)
        open_store(store_url, busy_seconds=0).close()


def test_a_reader_does_not_wait_for_a_table_longer_than_its_limit(postgres: Store) -> None:
    with postgres.begin() as s:
        s.execute(text("LOCK TABLE label IN ACCESS EXCLUSIVE MODE"))
        with (
            pytest.raises(StoreError, match="is locked: another session"),
            postgres.read(seconds=0.02) as reading,
        ):
            reading.execute(text("SELECT * FROM label"))


def test_a_statement_that_takes_too_long_is_ended(postgres: Store) -> None:
    with (
        pytest.raises(StoreError, match=r"too slow: .*statement timeout"),
        postgres.read(seconds=0.02) as s,
    ):
        s.execute(text("SELECT pg_sleep(600)"))


def test_a_process_that_finds_another_one_migrating_waits_for_it(postgres_url: str) -> None:
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS migrating WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE migrating"))
    engine.dispose()
    url = make_url(postgres_url).set(database="migrating").render_as_string(hide_password=False)
    engine = create_engine(url)

    def has_waited() -> bool:
        with engine.connect() as watching:
            return watching.scalar(WAITED) == 1 or opening.done()

    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as migrating:
            migrating.execute(text("SELECT pg_advisory_xact_lock(7235001)"))
            opening = pool.submit(open_store, url, busy_seconds=0.001)
            wait_until("the second process to wait", has_waited)
            assert not opening.done()
        opening.result().close()
    engine.dispose()


def test_a_thread_that_gets_no_connection_is_told_so(store_url: str) -> None:
    store = open_store(store_url, migrate=False, busy_seconds=0)
    held = [store.engine.connect() for _ in range(15)]
    with pytest.raises(StoreError, match="all connections to the store are in use"):
        write(store, None)
    for connection in held:
        connection.close()
    store.close()
