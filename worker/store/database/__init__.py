"""The database under the store: connections, tables, migrations, locks, the form of columns."""

from worker.store.database.store import Store, open_store, require_known_schema

__all__ = ["Store", "open_store", "require_known_schema"]
