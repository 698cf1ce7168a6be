"""The store: all data that must be kept when Redis is emptied, in SQLite or PostgreSQL.

`worker.store.database.store` opens it. Each of the other modules contains the functions of one
concept. They take an open session as first argument, so that a caller can combine them in one
transaction.
"""
