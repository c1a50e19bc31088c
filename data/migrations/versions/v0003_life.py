"""Records can be withdrawn, and each change can be undone: what became of which row stands beside the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Let every record stand; what was written before cannot be undone."""
    for table in ("organisations", "outlines"):
        op.add_column(table, sa.Column("withdrawn", sa.Text))
    op.add_column("audit", sa.Column("undoes", sa.Integer))
    op.create_table(
        "journal",
        sa.Column("entry", sa.Integer, sa.ForeignKey("audit.id"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
    )
