"""How far outlines and organisations are opened, who is interested in whose outline, and who read a full text."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Begin closed."""
    op.create_table(
        "openness",
        sa.Column("kind", _ID, primary_key=True),
        sa.Column("id", _ID, primary_key=True),
        sa.Column("tier", sa.Text, nullable=False),
        sa.Column("reference", _ID, nullable=False, unique=True),
        sa.Column("abstract", sa.Text),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "interests",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("outline", _ID, nullable=False),
        sa.Column("owner", _ID, nullable=False),
        sa.Column("asker", _ID, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked", sa.Float, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered_by", sa.Text),
        sa.Column("answered", sa.Float),
        sa.Column("withdrawn_by", sa.Text),
        sa.Column("withdrawn", sa.Float),
    )
    for name in ("outline", "owner", "asker"):
        op.create_index(f"ix_interests_{name}", "interests", [name])
    op.create_table(
        "readings",
        sa.Column("person", _ID, primary_key=True),
        sa.Column("kind", _ID, primary_key=True),
        sa.Column("id", _ID, primary_key=True),
        sa.Column("day", _ID, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
