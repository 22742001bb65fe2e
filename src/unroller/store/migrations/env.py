"""What Alembic runs: every migration that is lacking, inside the transaction that `migrate` opened."""

from alembic import context

from unroller.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
context.run_migrations()
