"""Running the migrations in process: no alembic.ini, no second connection."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from schema.database import DatabaseError, revision


def upgrade(connection: Connection, to: str = "head") -> tuple[str | None, str | None]:
    """Bring the schema to a revision, inside the caller's transaction.

    Gives the revision before and after. Raises DatabaseError if the result would break a
    foreign key, which can only be where rows were written with them off.
    """
    before = revision(connection)
    command.upgrade(config(connection), to)
    require_whole(connection)
    return before, revision(connection)


def downgrade(connection: Connection, to: str) -> None:
    """Take the schema back to a revision, inside the caller's transaction."""
    command.downgrade(config(connection), to)
    require_whole(connection)


def config(connection: Connection) -> Config:
    """Give Alembic its settings: where the scripts are, and the connection to use."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["connection"] = connection
    return settings


def require_whole(connection: Connection) -> None:
    """Raise DatabaseError if a row points nowhere; SQLite migrates with foreign keys off."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.execute(text("pragma foreign_key_check")).first()
    if broken is not None:
        raise DatabaseError(
            f"{broken[0]}: row {broken[1]} points to a row of {broken[2]} that is not there; "
            "nothing was changed; restore the file or load its codings into a new one"
        )
