"""Opens the store: engine, sessions, transactions and migrations."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session

from ner.errors import StoreError, UnreadableStore
from ner.files import PRIVATE_FILE, PRIVATE_FOLDER
from worker.store.database.store_errors import mapped_errors
from worker.store.database.waits import BUSY_SECONDS, STATEMENT_SECONDS, Waits, limit_waits

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_POLL_SECONDS = 0.002
# PostgreSQL's library would wait for as long as the network does, and no less than two seconds.
CONNECT_SECONDS = (2, 5)
# A process that finds another one migrating waits for it; a table in use holds a migration up for
# less, because everybody else who wants the table waits behind the migration.
MIGRATION = Waits(lock=600, statement=86_400)
TABLE_LOCK = "30s"


class Store:
    """An open store. `begin` (writing) and `read` open sessions, which should be short."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def begin(self, *, seconds: float | None = None) -> Iterator[Session]:
        """A writing transaction: committed at the end, rolled back on an exception.

        On SQLite its first statement takes the write lock, so that rows that were read stay
        unchanged until the commit. With `seconds`, no statement waits longer; otherwise the limits
        are those of `open_store`. Raises StoreError when the database cannot be reached, or when
        such a limit is over.
        """
        engine = self._engine(seconds).execution_options(writing=True)
        with mapped_errors(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self, *, seconds: float | None = None) -> Iterator[Session]:
        """A reading transaction. It does not wait for writers; `seconds` is as in `begin`."""
        with mapped_errors(), Session(self._engine(seconds), expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Closes the pooled connections."""
        self.engine.dispose()

    def _engine(self, seconds: float | None) -> Engine:
        if seconds is None:
            return self.engine
        # The lock's limit comes first, so that the error names the lock.
        return self.engine.execution_options(waits=Waits(lock=0.9 * seconds, statement=seconds))


def open_store(
    url: str,
    *,
    migrate: bool = True,
    busy_seconds: float = BUSY_SECONDS,
    statement_seconds: float = STATEMENT_SECONDS,
) -> Store:
    """Opens the store and, with `migrate`, updates its schema.

    A statement waits up to `busy_seconds` for a lock that another connection holds, and on
    PostgreSQL takes up to `statement_seconds` in all.

    Raises StoreError when the URL is invalid or the database cannot be reached, UnreadableStore
    when a newer nerloop has written it or its file is damaged.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "NERLOOP_STORE_URL is not a database URL; write it as sqlite:///path/to/file or "
            "postgresql+psycopg://user:password@host/database"
        ) from None
    engine = _create_engine(parsed, busy_seconds)
    # Before SQLite's BEGIN, which waits for other writers.
    limit_waits(engine, Waits(lock=busy_seconds, statement=statement_seconds))
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, busy_seconds)
    if engine.dialect.name == "sqlite" and parsed.database:
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the folder of the store cannot be made: {error}; set NERLOOP_DATA_DIR or "
                "NERLOOP_STORE_URL to a place that this user may write to"
            ) from None
        _connect_in_turn(engine, Path(parsed.database))
    if migrate:
        upgrade(engine)
    return Store(engine)


def upgrade(engine: Engine) -> None:
    """Applies the missing migrations; several processes may call it at the same time.

    Raises UnreadableStore for one of a newer version, whose schema this one does not know.
    """
    revision = _revision(engine)
    if revision == _newest_revision():
        return
    # Read again after the tables: another process may have made both since the first time.
    if revision is None and _has_tables(engine) and _revision(engine) is None:
        raise UnreadableStore(
            "the store is damaged: it has tables, and not the version of their schema; restore a "
            "backup with --replace"
        )
    config = _alembic()
    migrating = engine.execution_options(writing=True, waits=MIGRATION)
    with mapped_errors(), migrating.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7235001)")
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{TABLE_LOCK}'")
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            if not isinstance(error.__cause__, ResolutionError):
                raise
            raise UnreadableStore(
                f"the store was written by a newer nerloop ({error}); install that version again, "
                "or restore the backup that was made before the upgrade"
            ) from None


def require_known_schema(store: Store) -> None:
    """Raises UnreadableStore when another version changed the schema since this process started.

    Raises StoreError when the database cannot be reached.
    """
    found = _revision(store.engine)
    if found != _newest_revision():
        raise UnreadableStore(
            f"the store has the schema {found} of another version of nerloop, and this process "
            f"knows {_newest_revision()}; start it again with the version that the others have"
        )


def _revision(engine: Engine) -> str | None:
    """The schema of the database, read without the locks of a migration."""
    with mapped_errors(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _has_tables(engine: Engine) -> bool:
    with mapped_errors(), engine.connect() as connection:
        return inspect(connection).has_table("project")


@cache
def _newest_revision() -> str | None:
    return ScriptDirectory.from_config(_alembic()).get_current_head()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _create_engine(url: URL, busy_seconds: float) -> Engine:
    limits: dict[str, Any] = {}
    options: dict[str, Any] = {}
    if url.database != ":memory:":  # which has one connection for each thread
        options["pool_timeout"] = max(busy_seconds, 1)
    if not url.drivername.startswith("sqlite"):
        shortest, longest = CONNECT_SECONDS
        seconds = round(min(max(busy_seconds, shortest), longest))
        # The second limit is for a network that fails later and drops what is sent.
        limits = {"connect_timeout": seconds, "tcp_user_timeout": 1_000 * longest}
        # A prepared statement would keep the plan that it got when the tables were small.
        limits["prepare_threshold"] = None
    try:
        return create_engine(
            url,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=limits,
            **options,
        )
    except NoSuchModuleError:
        raise StoreError(
            f"NERLOOP_STORE_URL names the unknown database {url.drivername!r}; use sqlite or "
            "postgresql+psycopg"
        ) from None
    except ModuleNotFoundError as error:
        raise StoreError(
            f"NERLOOP_STORE_URL needs the Python package {error.name}; for PostgreSQL: "
            "pip install 'nerloop[postgres]'"
        ) from None


def _prepare_sqlite(engine: Engine, busy_seconds: float) -> None:
    """Sets WAL, so that the server can read while a worker writes, and emits BEGIN explicitly.

    The sqlite3 module would delay BEGIN until the first write.
    """

    @event.listens_for(engine, "connect")
    def configure(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None
        # For the switch to WAL; each transaction has its own limit.
        dbapi_connection.execute(f"PRAGMA busy_timeout = {int(busy_seconds * 1_000)}")
        dbapi_connection.execute("PRAGMA journal_mode = WAL")
        dbapi_connection.execute("PRAGMA foreign_keys = ON")
        # Bytes of rows that are removed are overwritten, which is SQLite's default on some systems.
        dbapi_connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") == "AUTOCOMMIT":
            return
        writing = options.get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _connect_in_turn(engine: Engine, database: Path) -> None:
    """Makes a process's first connection, which switches a new file to WAL, under a file lock.

    If two connections switch at the same time, SQLite refuses one at once, whatever its busy
    timeout; a later switch changes nothing. A file of its own is locked because SQLite would
    release a lock on the database file (`F_SETLK` belongs to the process,
    sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        lock = FileLock(f"{database}.lock", mode=PRIVATE_FILE, poll_interval=LOCK_POLL_SECONDS)
        with lock, mapped_errors():
            _keep_private(database)
            engine.connect().close()
    except OSError as error:
        raise StoreError(
            f"the store cannot be used: {error}; check NERLOOP_DATA_DIR, NERLOOP_STORE_URL and "
            "that the folder is writable"
        ) from None


def _keep_private(database: Path) -> None:
    """Makes the file, or takes the rights of others from it; SQLite gives its other files the same.

    A file that exists is not opened: closing it would release SQLite's locks on it.
    """
    if database.name == ":memory:":
        return
    if not database.exists():
        os.close(os.open(database, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
        return
    for suffix in ("", "-wal", "-shm", ".lock"):
        with suppress(OSError):  # there is none, or it belongs to another user
            Path(f"{database}{suffix}").chmod(PRIVATE_FILE)
