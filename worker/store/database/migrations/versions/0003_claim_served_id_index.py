"""Adds the index of `claim.served_id`, by which old calls without a claim are found."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_claim_served_id", "claim", ["served_id"])


def downgrade() -> None:
    op.drop_index("ix_claim_served_id", "claim")
