"""Exclusive writing: what is read under a lock stays true until the transaction ends."""

from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

LockName = Literal["project", "served", "token"]


def hold(s: Session, name: LockName, project: str) -> None:
    """Waits for the lock and holds it until the transaction ends.

    Rows written under it are also committed in the order of their ids, so that "everything after
    id n" misses none. SQLite's `Store.begin` holds the one write lock already.
    """
    if s.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"nerloop {name} {project}", 0)
        s.execute(select(func.pg_advisory_xact_lock(key)))
