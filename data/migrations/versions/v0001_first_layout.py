"""The first layout: records, text vectors, settings, owner decisions, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text) for name in names]


def upgrade() -> None:
    """Create the tables of an empty store."""
    op.create_table(
        "organisations",
        sa.Column("id", _ID, primary_key=True),
        *_texts("name", "country", "kind"),
        sa.Column("sme", sa.Boolean),
        sa.Column("owner", _ID),
        *_texts("city", "url", "profile"),
        sa.Column("fictional", sa.Boolean, nullable=False),
        sa.Column("search_name", sa.Text, nullable=False),
    )
    op.create_table(
        "projects",
        sa.Column("id", _ID, primary_key=True),
        *_texts(
            "title", "acronym", "objective", "start_date", "end_date", "framework", "programme", "scheme"
        ),
        *_texts("topics", "topic_titles"),
        sa.Column("grant_eur", sa.Float),
        sa.Column("fictional", sa.Boolean, nullable=False),
    )
    op.create_table(
        "participations",
        sa.Column("project", _ID, sa.ForeignKey("projects.id"), primary_key=True),
        sa.Column("organisation", _ID, sa.ForeignKey("organisations.id"), primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("contribution_eur", sa.Float),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outlines",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("call", _ID, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("organisation", _ID, sa.ForeignKey("organisations.id"), nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        *_texts("language", "offers", "seeks", "work_stream"),
        sa.Column("budget_eur", sa.Float),
        sa.Column("submitted", sa.Text),
    )
    op.create_index("ix_outlines_call", "outlines", ["call"])
    op.create_table(
        "vectors",
        sa.Column("encoder", _ID, primary_key=True),
        sa.Column("hash", _ID, primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "settings",
        sa.Column("name", _ID, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "same_owner",
        sa.Column("a", _ID, primary_key=True),
        sa.Column("b", _ID, primary_key=True),
        sa.Column("same", sa.Boolean, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.Text, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
    )
    state = op.create_table(
        "state",
        sa.Column("name", _ID, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.bulk_insert(state, [{"name": "revision", "value": "empty"}])
