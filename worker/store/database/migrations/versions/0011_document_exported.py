"""Adds to `document` the digest of the exported line that its approval was read from."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("exported", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("document", "exported")
