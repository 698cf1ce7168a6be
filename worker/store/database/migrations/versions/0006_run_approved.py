"""Adds to `run` how many documents were approved then, counted for the runs that still matter."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The last finished run of each project, and the unfinished one, which may become it.
_COUNT = """
UPDATE run SET approved = (
    SELECT count(*) FROM revision AS r
    WHERE r.project = run.project AND r.id <= run.last_revision_id AND r.content_hash <> ''
    AND NOT EXISTS (
        SELECT 1 FROM revision AS later
        WHERE later.document_id = r.document_id AND later.id > r.id
        AND later.id <= run.last_revision_id
    )
)
WHERE run.state = 'running' OR run.id IN (
    SELECT max(id) FROM run WHERE state IN ('promoted', 'refused') GROUP BY project
)
"""


def upgrade() -> None:
    column = sa.Column("approved", sa.Integer(), nullable=False, server_default="0")
    op.add_column("run", column)
    op.execute(_COUNT)
    with op.batch_alter_table("run") as table:
        table.alter_column("approved", server_default=None)


def downgrade() -> None:
    op.drop_column("run", "approved")
