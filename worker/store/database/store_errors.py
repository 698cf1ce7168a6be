"""Errors of the database as StoreError, each with its cause and the remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from ner.errors import StoreError, UnreadableStore

# PostgreSQL's codes (its manual, appendix A).
LOCK_NOT_AVAILABLE = "55P03"
QUERY_CANCELED = "57014"
DEADLOCK = "40P01"


@contextmanager
def mapped_errors() -> Iterator[None]:
    """Raises StoreError for what makes the database unusable, now or at all.

    Other errors, such as a violated constraint, are raised as they are.
    """
    try:
        yield
    except NoConnectionFree as error:
        raise StoreError(
            "all connections to the store are in use; lower NERLOOP_SERVER_THREADS, or find out "
            "why the database is slow"
        ) from error
    except DBAPIError as error:
        message = _message(error)
        if message is None:
            raise
        # sqlite3 raises DatabaseError itself for a file that is damaged or not a database.
        kind = UnreadableStore if type(error) is DatabaseError else StoreError
        raise kind(message) from error


def _message(error: DBAPIError) -> str | None:
    code = getattr(error.orig, "sqlstate", None)
    said = str(error.orig).strip()
    if error.connection_invalidated:
        return "the connection to the store broke; try again"
    if "is locked" in said:
        return (
            "the store is locked: another program keeps it open for writing, such as a backup "
            "that copies the file; end that program, and try again"
        )
    if code in (LOCK_NOT_AVAILABLE, DEADLOCK):
        return (
            "the store is locked: another session of the database holds a lock for too long "
            f"({said.splitlines()[0]}); find it in pg_stat_activity, end it, and try again"
        )
    if code == QUERY_CANCELED:
        return (
            f"the store is too slow: a statement was ended ({said.splitlines()[0]}); look at the "
            "load of the database, and try again"
        )
    # PostgreSQL raises an InternalError where it has become read-only, as in a failover.
    if "no password supplied" in said:
        return (
            "the store cannot be used: the database wants a password; set PGPASSWORD for every "
            "part of nerloop, or write the password into NERLOOP_STORE_URL"
        )
    unusable = isinstance(error, OperationalError | InternalError)
    if unusable or type(error) is DatabaseError:
        return (
            f"the store cannot be used: {said}; check NERLOOP_STORE_URL and that the database is "
            "running and writable"
        )
    return None
