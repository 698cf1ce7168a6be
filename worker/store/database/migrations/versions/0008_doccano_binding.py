"""Adds to `project` the Doccano that it is bound to, and tells labels' keys from Doccano's ids."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("project", sa.Column("doccano_url", sa.Text(), nullable=True))
    op.add_column("project", sa.Column("doccano_project", sa.Integer(), nullable=True))
    with op.batch_alter_table("label") as table:
        table.alter_column("doccano_id", new_column_name="key")
    op.add_column("label", sa.Column("doccano_id", sa.Integer(), nullable=True))
    op.execute("UPDATE label SET doccano_id = key")


def downgrade() -> None:
    op.drop_column("label", "doccano_id")
    with op.batch_alter_table("label") as table:
        table.alter_column("key", new_column_name="doccano_id")
    op.drop_column("project", "doccano_project")
    op.drop_column("project", "doccano_url")
