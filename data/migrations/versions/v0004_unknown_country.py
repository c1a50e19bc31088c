"""Where an outline comes from may be unknown."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a country be unknown; SQLite takes this by copying the table."""
    with op.batch_alter_table("outlines") as outlines:
        outlines.alter_column("country", existing_type=sa.Text(), nullable=True)
