"""People who sign in, their sessions, tokens and invitations, and how often something was tried."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Begin without anybody: who opened the store before still does."""
    op.create_table(
        "people",
        sa.Column("name", _ID, primary_key=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("contact", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("organisation", _ID),
        sa.Column("calls", sa.Text),
        sa.Column("password", sa.Text),
        sa.Column("second_factor", sa.Text),
        sa.Column("second_factor_used", sa.Integer),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("disabled", sa.Float),
    )
    for table, columns in {
        "sessions": [sa.Column("device", sa.Text)],
        "tokens": [
            sa.Column("title", sa.Text, nullable=False),
            sa.Column("scope", sa.Text, nullable=False),
        ],
    }.items():
        op.create_table(
            table,
            sa.Column("digest", _ID, primary_key=True),
            sa.Column("person", _ID, sa.ForeignKey("people.name"), nullable=False),
            *columns,
            sa.Column("since", sa.Float, nullable=False),
            sa.Column("until", sa.Float, nullable=False),
        )
        op.create_index(f"ix_{table}_person", table, ["person"])
    op.create_table(
        "invitations",
        sa.Column("digest", _ID, primary_key=True),
        sa.Column("person", _ID),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("organisation", _ID),
        sa.Column("calls", sa.Text),
        sa.Column("invited_by", sa.Text, nullable=False),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", _ID, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("ix_attempts_key_at", "attempts", ["key", "at"])
