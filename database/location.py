"""Where a database is: from what the user gave to a URL, and from a URL to what messages show."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from database.errors import DatabaseError

NOT_A_URL = "--db: not a database URL; give a path, sqlite:///PATH or postgresql://HOST/NAME"

NOT_SPARK = (
    "--db: a sourcebook on Spark is sc://HOST:PORT/;path=FOLDER, with the folder of a parquet "
    "export as the cluster reads it"
)

DUCKDB_MAGIC = b"DUCK"
"""What a DuckDB file has after its first eight bytes."""

DUCKDB_SUFFIXES = (".duckdb", ".ddb")


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
        path = _path(database)
        duckdb = path.lower().endswith(DUCKDB_SUFFIXES) or is_duckdb(Path(path))
        return URL.create("duckdb" if duckdb else "sqlite", database=path)
    if database.startswith("sc://"):
        return _spark(database)
    try:
        url = make_url(database)
    except (ArgumentError, ValueError):
        raise DatabaseError(NOT_A_URL) from None
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        if "@" in f"{url.host}{url.database}":
            raise DatabaseError("--db: in a user's name or password, write @ as %40 and / as %2F")
        return url.set(drivername="postgresql+psycopg")
    if engine := {"sqlite": "SQLite", "duckdb": "DuckDB"}.get(backend):
        if url.host or not url.database or url.database == ":memory:":
            raise DatabaseError(f"--db: a sourcebook in {engine} is a file; give its path")
        if url.query:
            raise DatabaseError(f"--db: {backend}:/// takes no options; give only the path")
        return URL.create(backend, database=url.database)
    raise DatabaseError(
        f"--db: {backend} is not supported; give SQLite, PostgreSQL, DuckDB or Spark (sc://)"
    )


def is_duckdb(path: Path) -> bool:
    """Return whether a file is one of DuckDB's, by its first bytes."""
    with suppress(OSError, ValueError):
        if path.is_file():  # opening a pipe would wait
            with path.open("rb") as file:
                return file.read(12)[8:] == DUCKDB_MAGIC
    return False


def _spark(database: str) -> URL:
    """Parse `sc://HOST:PORT/;path=…;name=value`, the form of Spark Connect with a path of ours."""
    try:
        parts = urlsplit(database)
        host, port = parts.hostname, parts.port
        options = dict(option.split("=", 1) for option in parts.path.split(";")[1:] if option)
    except ValueError:
        raise DatabaseError(NOT_SPARK) from None
    path = unquote(options.pop("path", "")).rstrip("/")
    if not host or not path or parts.path.partition(";")[0] not in ("", "/"):
        raise DatabaseError(NOT_SPARK)
    return URL.create("spark", host=host, port=port, database=path, query=options)


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


def is_file(url: URL) -> bool:
    """Return whether a database is a file here, in SQLite or DuckDB."""
    return url.get_backend_name() in ("sqlite", "duckdb")


def name_of(url: URL) -> str:
    """Return the database as messages show it: a path, or a URL without its password."""
    if is_file(url):
        return url.database or ""
    if url.get_backend_name() == "spark":
        host = f"{url.host}:{url.port}" if url.port else url.host
        return f"sc://{host}/;path={url.database}"
    return url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


def real_path(url: URL) -> Path:
    """Return the file itself, even if the path is a link: SQLite's journal is beside the file."""
    return Path(os.path.realpath(url.database or ""))
