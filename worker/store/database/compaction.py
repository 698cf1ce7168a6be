"""Rewrites the database's files, so that bytes of removed rows are in none of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from worker.store.database.store import Store
from worker.store.database.store_errors import mapped_errors

# The tables that hold something of a document's content.
_TABLES = ("revision", "served", "claim", "run", "pull")


def compact(store: Store) -> bool:
    """Rewrites the files; writers wait meanwhile, the longer the larger they are.

    On PostgreSQL the tables are rewritten, and its write-ahead log is not. Returns whether all was
    rewritten: SQLite's write-ahead log cannot be emptied while another process reads. Raises
    StoreError, as for a full disk; the files are then as before.
    """
    with _autocommitting(store) as connection:
        if connection.dialect.name == "postgresql":
            for table in _TABLES:
                connection.exec_driver_sql(f"VACUUM FULL {table}")
            return True
        connection.exec_driver_sql("VACUUM")
        return _empty_log(connection)


def empty_log(store: Store) -> bool:
    """Empties SQLite's write-ahead log, which may have earlier states of pages, without waiting.

    Returns whether it is empty now. On PostgreSQL nothing is done.
    """
    with _autocommitting(store) as connection:
        if connection.dialect.name == "postgresql":
            return True
        waits = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            return _empty_log(connection)
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {waits}")


@contextmanager
def _autocommitting(store: Store) -> Iterator[Connection]:
    """A connection of its own, outside a transaction, which these statements must not be in."""
    with mapped_errors(), store.engine.connect() as connection:
        # Not returned to the pool: on SQLite a connection would keep another isolation level.
        connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            yield connection
        finally:
            connection.invalidate()


def _empty_log(connection: Connection) -> bool:
    busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    return not busy
