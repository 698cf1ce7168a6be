"""Copies all rows of a store into another one, from SQLite or PostgreSQL to either of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text, tuple_

from ner.errors import StoreError
from worker.store.database import Store
from worker.store.database.schema import Base, PullRow, ServedRow

CHUNK = 1_000


def copy_store(source: Store, target: Store, *, replace: bool = False) -> dict[str, int]:
    """Copies every row, in one reading and one writing transaction; returns the rows by table.

    The source may be in use: its rows are those of one moment. Raises StoreError if the target
    has rows already, unless `replace` deletes them first, and if a database cannot be used; then
    the target is as before.
    """
    with target.begin() as session, _snapshot(source) as reading:
        writing = session.connection()
        if replace:
            for table in reversed(Base.metadata.sorted_tables):
                writing.execute(table.delete())
        elif filled := [t.name for t in Base.metadata.sorted_tables if _count(writing, t)]:
            raise StoreError(
                f"the store to write to is not empty (it has rows in {', '.join(filled)}); name an "
                "empty database, or replace its content with --replace"
            )
        copied = {table.name: _copy(reading, writing, table) for table in _tables()}
        _continue_numbers(writing)
    return copied


def _tables() -> Sequence[Table]:
    """The tables, each after those that it refers to."""
    return Base.metadata.sorted_tables


@contextmanager
def _snapshot(store: Store) -> Iterator[Connection]:
    """A connection that sees the store as it is at its first statement."""
    with store.read() as session:
        if store.engine.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session.connection()


def _copy(reading: Connection, writing: Connection, table: Table) -> int:
    count = 0
    for rows in _chunks(reading, table):
        writing.execute(insert(table), rows)
        count += len(rows)
    return count


def _chunks(reading: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows in the order of the primary key, in chunks that each are one statement."""
    key = list(table.primary_key.columns)
    query = select(table).order_by(*key).limit(CHUNK)
    rows = [dict(row) for row in reading.execute(query).mappings()]
    while rows:
        yield rows
        last = tuple(rows[-1][column.key] for column in key)
        after = query.where(tuple_(*key) > tuple_(*last))
        rows = [dict(row) for row in reading.execute(after).mappings()]


def _continue_numbers(connection: Connection) -> None:
    """Lets new rows get numbers that no row had, also where the last rows were deleted.

    A pull remembers the number of the last auto-label call that it has looked at.
    """
    served = connection.scalar(select(func.max(ServedRow.id))) or 0
    seen = connection.scalar(select(func.max(PullRow.checked_served_id))) or 0
    newest: Mapping[str, int] = {"served": max(served, seen)}
    if connection.dialect.name == "sqlite":
        for name, number in newest.items():
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :t"), {"t": name})
            values = {"t": name, "n": number}
            connection.execute(text("INSERT INTO sqlite_sequence VALUES (:t, :n)"), values)
        return
    for table in _tables():
        column = table.autoincrement_column
        if column is None or not column.autoincrement or len(table.primary_key.columns) > 1:
            continue
        found = connection.scalar(select(func.max(column))) or 0
        number = max(found, newest.get(table.name, 0))
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:t, :c), :n, :called)"),
            {"t": table.name, "c": column.name, "n": max(number, 1), "called": number > 0},
        )


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0
