"""Adds to `project` the Doccano that it is bound to, to `pull` what was held back, to `label` ids.

Until now the key of a label was Doccano's id. The new table says where the models are.
"""

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
    op.add_column("pull", sa.Column("refusal", sa.Text(), nullable=True))
    held = sa.Column("held_changes", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("pull", held)
    with op.batch_alter_table("pull") as table:
        table.alter_column("held_changes", server_default=None)
    op.create_table(
        "models_folder",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_models_folder"),
    )


def downgrade() -> None:
    op.drop_table("models_folder")
    op.drop_column("pull", "held_changes")
    op.drop_column("pull", "refusal")
    op.drop_column("label", "doccano_id")
    with op.batch_alter_table("label") as table:
        table.alter_column("key", new_column_name="doccano_id")
    op.drop_column("project", "doccano_project")
    op.drop_column("project", "doccano_url")
