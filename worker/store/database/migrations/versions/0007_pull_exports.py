"""Adds to `pull` how many exports were asked for; those before are not known and not counted."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("exports", sa.Integer(), nullable=False, server_default="0")
    op.add_column("pull", column)
    with op.batch_alter_table("pull") as table:
        table.alter_column("exports", server_default=None)


def downgrade() -> None:
    op.drop_column("pull", "exports")
