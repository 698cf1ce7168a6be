"""Adds to `pull` what the last check counted in Doccano and what was read between exports."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pull", sa.Column("documents", sa.Integer(), nullable=True))
    op.add_column("pull", sa.Column("ticked", sa.Integer(), nullable=True))
    op.add_column("pull", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pull", sa.Column("ticks_known", sa.String(64), nullable=True))
    op.add_column("pull", sa.Column("spans_known", sa.String(64), nullable=True))
    op.add_column("pull", sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for column in (
        "listed_at",
        "spans_known",
        "ticks_known",
        "moved_at",
        "ticked",
        "documents",
    ):
        op.drop_column("pull", column)
