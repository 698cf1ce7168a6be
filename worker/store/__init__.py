"""The store: everything that must outlive Redis, in SQLite or PostgreSQL.

`worker.store.database` opens it; each other module here holds the functions of one concept and
takes an open session first, so that a caller composes them in one transaction.
"""
