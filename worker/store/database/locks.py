"""Locks for writers: what a transaction reads under a lock stays unchanged until it ends."""

from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

LockName = Literal["project", "served", "token"]


def take_lock(s: Session, name: LockName, project: str) -> None:
    """Waits for the project's lock of this name and holds it until the transaction ends.

    Rows written under one lock are committed in the order of their ids, so that a query for all
    rows after an id misses none. Does nothing on SQLite, where `Store.begin` takes the write lock.
    """
    if s.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"nerloop {name} {project}", 0)
        s.execute(select(func.pg_advisory_xact_lock(key)))
