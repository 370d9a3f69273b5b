"""Where a database is: from what the user gave to a URL, and from a URL to what messages show."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from database.errors import DatabaseError

NOT_A_URL = "--db: not a database URL; give a path, sqlite:///PATH or postgresql://HOST/NAME"


def locate(database: str) -> URL:
    """Return the URL of a path or SQLAlchemy URL that the user gave.

    Raises DatabaseError for a URL of another engine or one that does not parse; the message does
    not repeat it, for it may hold a password.
    """
    if not database or "\0" in database:
        raise DatabaseError("--db: not a path; give the path of a file")
    if "://" not in database:
        if re.match(r"postgres\w*(\+\w+)?:|.*\bpassword\s*=", database):
            raise DatabaseError(NOT_A_URL)
        return URL.create("sqlite", database=_path(database))
    try:
        url = make_url(database)
    except (ArgumentError, ValueError):
        raise DatabaseError(NOT_A_URL) from None
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        if "@" in f"{url.host}{url.database}":
            raise DatabaseError("--db: in a user's name or password, write @ as %40 and / as %2F")
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        if url.host or not url.database or url.database == ":memory:":
            raise DatabaseError("--db: a sourcebook in SQLite is a file; give its path")
        if url.query:
            raise DatabaseError("--db: sqlite:/// takes no options; give only the path")
        return URL.create("sqlite", database=url.database)
    raise DatabaseError(f"--db: {backend} is not supported; give SQLite or PostgreSQL")


def _path(database: str) -> str:
    """Expand a leading tilde; a path such as `./~/x.db` means a folder called `~`."""
    if not database.startswith("~"):
        path = str(Path(database))  # which drops the `./`
        return os.path.join(".", path) if path.startswith("~") else path  # noqa: PTH118 - keeps it
    try:
        return str(Path(database).expanduser())
    except RuntimeError:
        raise DatabaseError(
            f"{database}: there is no such home folder; give the whole path"
        ) from None


def name_of(url: URL) -> str:
    """Return the database as messages show it: a path, or a URL without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    return url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


def real_path(url: URL) -> Path:
    """Return the file itself, even if the path is a link: SQLite's journal is beside the file."""
    return Path(os.path.realpath(url.database or ""))
