"""Two layers: a revision of the history and one of what changes often, and which records of the latter changed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Let both layers begin with the one revision that there was."""
    op.create_table(
        "changes",
        sa.Column("kind", _ID, primary_key=True),
        sa.Column("id", _ID, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_index("ix_changes_number", "changes", ["number"])
    state = sa.table("state", sa.column("name", sa.Text), sa.column("value", sa.Text))
    before = op.get_bind().scalar(sa.select(state.c.value).where(state.c.name == "revision"))
    op.execute(sa.delete(state))
    op.bulk_insert(
        state,
        [
            {"name": "history", "value": before or "empty"},
            {"name": "live", "value": before or "empty"},
            {"name": "number", "value": "0"},
        ],
    )
