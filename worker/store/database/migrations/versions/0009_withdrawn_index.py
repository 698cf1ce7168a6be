"""Adds an index by which documents that were withdrawn long ago are found."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NOT_ERASED = sa.text("kind = 'withdrawn' AND reason != 'erased'")


def upgrade() -> None:
    op.create_index(
        "ix_revision_withdrawn",
        "revision",
        ["project", "seen_at"],
        sqlite_where=NOT_ERASED,
        postgresql_where=NOT_ERASED,
    )


def downgrade() -> None:
    op.drop_index("ix_revision_withdrawn", "revision")
