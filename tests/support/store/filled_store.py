"""Rows for every table of a store, whatever tables there are."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Integer, insert, select

from worker.store.database import Store
from worker.store.database.schema import Base, UtcDateTime

START = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


def fill(store: Store, rows: int, *, first: int = 1) -> None:
    """Adds so many rows to each table; ids and what refers to them count from `first`."""
    with store.begin() as session:
        for table in Base.metadata.sorted_tables:
            values = [
                {column.key: _value(column, number) for column in table.columns}
                for number in range(first, first + rows)
            ]
            session.connection().execute(insert(table), values)


def content(store: Store) -> dict[str, list[dict[str, Any]]]:
    """All rows by table, in the order of their keys."""
    with store.read() as session:
        return {
            table.name: [
                dict(row)
                for row in session.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in Base.metadata.sorted_tables
        }


def _value(column: "Column[Any]", number: int) -> Any:
    if isinstance(column.type, JSON):
        return [number, {"ü": [True, None, 0.5]}, "😀"]
    if isinstance(column.type, UtcDateTime):
        return START + timedelta(minutes=number)
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    if isinstance(column.type, Integer):
        return number
    if isinstance(column.type, Float):
        return number / 7
    return None if column.nullable and number % 3 == 0 else f"组织 {number:06d}"[-12:]
