"""Run by Alembic on the connection that `fastreview.store.database` opened, inside its transaction."""

from alembic import context

from fastreview.store.schema import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, version_table=VERSION_TABLE
)
context.run_migrations()
