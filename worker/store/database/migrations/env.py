"""Alembic's entry point; uses the connection that `worker.store.database.store.upgrade` passes."""

from alembic import context

from worker.store.database.schema import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction holds the lock and commits
)
context.run_migrations()
