"""Adds to `pull` when ticks may be searched for again, and when all documents were listed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pull", sa.Column("search_after", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pull", sa.Column("all_listed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("pull", "all_listed_at")
    op.drop_column("pull", "search_after")
