"""Adds an index by which the next documents that are not approved are found."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UNAPPROVED = sa.text("source = 'doccano' AND NOT approved AND NOT deleted")


def upgrade() -> None:
    op.create_index(
        "ix_document_unapproved",
        "document",
        ["project", "id"],
        sqlite_where=UNAPPROVED,
        postgresql_where=UNAPPROVED,
    )


def downgrade() -> None:
    op.drop_index("ix_document_unapproved", "document")
