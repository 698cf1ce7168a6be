"""Counts what a store executes, by the events of its connections."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from worker.store.database import Store


@dataclass
class Executed:
    """Numbers of SQL statements, of rows written by them, and of writing transactions.

    `most_rows` is the largest number of rows that one transaction has written.
    """

    statements: int = 0
    rows: int = 0
    writing: int = 0
    most_rows: int = 0


@contextmanager
def counted(store: Store) -> Iterator[Executed]:
    """Counts what the store executes within the block, in all threads together."""
    executed = Executed()

    def on_begin(connection: Any) -> None:
        connection.info["rows"] = 0
        executed.writing += connection.get_execution_options().get("writing", False)

    def on_execute(connection: Any, cursor: Any, sql: str, *arguments: Any) -> None:
        parameters, many = arguments[0], arguments[2]
        if sql.startswith(("BEGIN", "SET LOCAL", "PRAGMA")):  # once in a transaction, at most
            return
        executed.statements += 1
        if not sql.lstrip().upper().startswith("SELECT"):
            written = len(parameters) if many else max(cursor.rowcount, 1)
            executed.rows += written
            connection.info["rows"] += written
            executed.most_rows = max(executed.most_rows, connection.info["rows"])

    listeners = (("begin", on_begin), ("after_cursor_execute", on_execute))
    for name, listener in listeners:
        event.listen(store.engine, name, listener)
    try:
        yield executed
    finally:
        for name, listener in listeners:
            event.remove(store.engine, name, listener)


@contextmanager
def explained(store: Store) -> Iterator[list[str]]:
    """Yields a list that gets the steps by which SQLite executes each SELECT within the block."""
    plans: list[str] = []

    def explain(_connection: Any, cursor: Any, sql: str, values: Any, *_: Any) -> None:
        if sql.startswith("SELECT"):
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plans.extend(row[-1] for row in cursor.fetchall())

    event.listen(store.engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(store.engine, "before_cursor_execute", explain)
