"""How does the store's layout change over time? Alembic revisions, oldest first."""
