"""Runs Alembic on the application's connection, or on an empty database in memory.

`alembic revision --autogenerate` and `alembic check` compare the models with what the migrations
build in memory, so they need no database. Databases are changed only through the application.
"""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine

from migrations.upgrade import COMPARISON
from schema.models import METADATA


def run(connection: Connection) -> None:
    """Run the command on a connection, in its current transaction."""
    context.configure(connection=connection, target_metadata=METADATA, **COMPARISON)
    with context.begin_transaction():
        context.run_migrations()


def migrate(connection: Connection) -> None:
    """Upgrade an empty database to the head, outside the context of the running command."""

    def steps(at: Any, _context: MigrationContext) -> Any:
        return context.script._upgrade_revs("head", at)

    migration = MigrationContext.configure(connection, opts={"fn": steps})
    with Operations.context(migration):
        migration.run_migrations()


given = context.config.attributes.get("connection")
asked = getattr(context.config.cmd_opts, "cmd", [run])[0].__name__
if given is not None:
    run(given)
elif asked not in ("check", "revision"):
    raise CommandError("databases are migrated by the application: `sourcebook migrate`")
else:
    with create_engine("sqlite://").connect() as own:
        migrate(own)
        run(own)
