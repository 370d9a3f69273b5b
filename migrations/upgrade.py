"""Running the migrations in process: no alembic.ini, no second connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from database.connect import REVISION, revision
from database.derived.refresh import recompute
from database.errors import DatabaseError
from database.location import name_of
from migrations.views import create_views, grant, rights

COMPARISON: dict[str, Any] = {
    "compare_server_default": True,
    "autogenerate_plugins": ["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
}
"""The options with which Alembic sees a changed default and a missing CHECK."""


def upgrade(connection: Connection, to: str = "head") -> tuple[str | None, str | None]:
    """Bring the schema to a revision, inside the caller's transaction; fill the derived tables.

    Returns the revision before and after. Raises DatabaseError if the revision before is unknown,
    or if a row violates a foreign key: it was written with foreign keys off.
    """
    before = revision(connection)
    former = rights(connection)
    try:
        command.upgrade(config(connection), to)
    except CommandError as error:
        raise DatabaseError(
            f"{name_of(connection.engine.url)}: cannot be upgraded from schema {before} "
            f"({error}); load its codings into a new one"
        ) from error
    after = revision(connection)
    if after != before:
        require_whole(connection)
        if after == REVISION:
            create_views(connection)
            grant(connection, former)
            for _ in recompute(connection, write=True):
                pass
    return before, after


def downgrade(connection: Connection, to: str) -> None:
    """Downgrade the schema to a revision, inside the caller's transaction."""
    command.downgrade(config(connection), to)
    require_whole(connection)


def config(connection: Connection) -> Config:
    """Return Alembic's settings: where the scripts are, and the connection to use."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["connection"] = connection
    return settings


def require_whole(connection: Connection) -> None:
    """Raise DatabaseError if a row violates a foreign key: SQLite migrates with them off."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.execute(text("pragma foreign_key_check")).first()
    if broken is not None:
        raise DatabaseError(
            f"{name_of(connection.engine.url)}: row {broken[1]} of {broken[0]} refers to a row of "
            f"{broken[2]} that is missing; nothing was changed; restore the file or load its "
            "codings into a new one"
        )
