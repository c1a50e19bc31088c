"""People keep consortia: by name, in versions, with comments, and links by which others read them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make room for them; there is none yet."""
    op.create_table(
        "consortia",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("who", _ID, nullable=False, index=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("call", _ID, nullable=False),
        sa.Column("question", sa.Text),
        sa.Column("notes", sa.Text, nullable=False),
    )
    op.create_table(
        "consortium_versions",
        sa.Column("consortium", _ID, sa.ForeignKey("consortia.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", _ID, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("seats", sa.Text, nullable=False),
    )
    op.create_table(
        "consortium_comments",
        sa.Column("consortium", _ID, sa.ForeignKey("consortia.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", _ID, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "consortium_links",
        sa.Column("digest", _ID, primary_key=True),
        sa.Column("consortium", _ID, sa.ForeignKey("consortia.id"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
