"""How does Alembic run here? Inside the transaction that `data.database` has opened: whole or not at all."""

from alembic import context

from data.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
