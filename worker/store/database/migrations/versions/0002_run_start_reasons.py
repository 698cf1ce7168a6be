"""Adds the column `run.start_reasons`."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("start_reasons", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("run", "start_reasons")
