"""Questions are kept under an id that only their asker opens, so that no confidential text stands in an address."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make room for them; there is none yet."""
    op.create_table(
        "questions",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("who", _ID, nullable=False, index=True),
        sa.Column("at", sa.Text, nullable=False, index=True),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("before", _ID),
        sa.Column("step", sa.Text),
    )
