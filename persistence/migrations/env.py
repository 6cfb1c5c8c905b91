"""How Alembic reaches the database: through the connection that `persistence.migrate` hands it."""

from alembic import context

from persistence.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    include_name=lambda name, type_, _parents: (
        type_ != "table" or not (name or "").startswith("procrastinate_")
    ),
)
with context.begin_transaction():
    context.run_migrations()
