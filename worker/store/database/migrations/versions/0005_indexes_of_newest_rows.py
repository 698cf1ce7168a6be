"""Adds indexes by which the newest revisions and auto-label calls are found."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = ["document_id", "id", "content_hash"]
    op.create_index("ix_revision_document_id_id_content_hash", "revision", columns)
    op.create_index("ix_revision_project_id", "revision", ["project", "id"])
    op.drop_index("ix_revision_project_document_id", "revision")
    op.create_index("ix_served_project_id", "served", ["project", "id"])


def downgrade() -> None:
    op.drop_index("ix_served_project_id", "served")
    op.create_index("ix_revision_project_document_id", "revision", ["project", "document_id"])
    op.drop_index("ix_revision_project_id", "revision")
    op.drop_index("ix_revision_document_id_id_content_hash", "revision")
