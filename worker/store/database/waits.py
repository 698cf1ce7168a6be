"""How long a transaction waits for others: PostgreSQL by itself waits without limit.

An answer to Doccano has a budget of seconds, while a worker may wait for a migration or an erasure.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event

BUSY_SECONDS = 30
STATEMENT_SECONDS = 600
# A process that was suspended within a transaction would keep its locks from everybody.
IDLE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds that one statement may wait for locks, and that it may take in all.

    SQLite knows the first only: a reader never waits there, and a writer only as it begins.
    """

    lock: float
    statement: float


def limit_waits(engine: Engine, usual: Waits) -> None:
    """Begins every transaction with the limits of its execution option `waits`, or `usual`.

    On PostgreSQL they are set for each transaction because a pool of connections between nerloop
    and it may give each transaction another session.
    """

    @event.listens_for(engine, "begin")
    def limit(connection: Connection) -> None:
        waits = connection.get_execution_options().get("waits", usual)
        if connection.dialect.name == "sqlite":
            _limit_sqlite(connection, waits)
        elif connection.dialect.name == "postgresql":
            _limit_postgres(connection, waits)


def _limit_sqlite(connection: Connection, waits: Waits) -> None:
    if connection.info.get("lock_seconds") != waits.lock:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(waits.lock * 1_000)}")
        connection.info["lock_seconds"] = waits.lock


def _limit_postgres(connection: Connection, waits: Waits) -> None:
    """Sends BEGIN with the limits, in one message to the database instead of two."""
    begin = ""
    # psycopg writes the BEGIN of another isolation level.
    if "isolation_level" not in connection.get_execution_options():
        driver: Any = connection.connection.driver_connection
        driver.autocommit = True  # so that psycopg sends no BEGIN of its own
        begin = "BEGIN; "
    connection.exec_driver_sql(
        f"{begin}SET LOCAL lock_timeout = {_milliseconds(waits.lock)}; "
        f"SET LOCAL statement_timeout = {_milliseconds(waits.statement)}; "
        f"SET LOCAL idle_in_transaction_session_timeout = {_milliseconds(IDLE_SECONDS)}"
    )


def _milliseconds(seconds: float) -> int:
    """At least one: 0 would lift the limit."""
    return max(1, int(seconds * 1_000))
