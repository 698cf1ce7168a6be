"""Makes room for a store in the place of one that this version of nerloop cannot read."""

from pathlib import Path

from sqlalchemy import MetaData, create_engine
from sqlalchemy.engine import make_url

from worker.store.database.store_errors import mapped_errors

REPLACED = ".replaced"


def discard_unreadable(url: str) -> Path | None:
    """Renames the file of an SQLite database, and returns it; drops the tables of PostgreSQL.

    No process may have the database open. Raises StoreError.
    """
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite") and parsed.database:
        return _renamed(Path(parsed.database))
    engine = create_engine(parsed, hide_parameters=True)
    try:
        with mapped_errors(), engine.begin() as connection:
            found = MetaData()
            found.reflect(connection)
            found.drop_all(connection)
    finally:
        engine.dispose()
    return None


def _renamed(database: Path) -> Path:
    for suffix in ("-wal", "-shm", ""):
        path = Path(f"{database}{suffix}")
        if path.exists():
            path.rename(f"{database}{REPLACED}{suffix}")
    return Path(f"{database}{REPLACED}")
