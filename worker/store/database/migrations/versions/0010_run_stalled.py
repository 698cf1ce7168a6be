"""Adds to `run` how many attempts in a row have died without getting further."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("stalled", sa.Integer(), nullable=False, server_default="0")
    op.add_column("run", column)
    with op.batch_alter_table("run") as table:
        table.alter_column("stalled", server_default=None)


def downgrade() -> None:
    op.drop_column("run", "stalled")
