"""Adds to `pull` when the ticked documents may be searched for changes again."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pull", sa.Column("search_after", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("pull", "search_after")
