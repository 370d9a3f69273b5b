"""What Alembic runs: on the application's connection, or on an in-memory one for developers.

`alembic revision --autogenerate` compares the models with what the migrations make of an empty
database; it needs no database of anybody's.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

from schema.models import METADATA


def run(connection: Connection) -> None:
    """Run what was asked on one connection, in the transaction that it is in."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        transactional_ddl=True,
        compare_server_default=True,
        autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_engine("sqlite://").connect() as own:
        run(own)
