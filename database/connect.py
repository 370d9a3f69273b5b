"""Opening a sourcebook, in SQLite or PostgreSQL, for reading or for writing; others for reading.

Every failure becomes a DatabaseError that says what to do. Imports only SQLAlchemy's core: no
models, no migrations.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import (
    Connection,
    Engine,
    TableClause,
    column,
    create_engine,
    event,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from database import duckdb, postgresql, spark, sqlite
from database.errors import DatabaseError, naming_errors
from database.location import locate, name_of, real_path

REVISION = "sourcebook_0009"
"""The schema that this version reads and writes: the head of migrations/versions."""

VERSION_TABLE = "alembic_version"
"""Where Alembic stores the revision."""

MIGRATION_LOCK = 5_070_061_991
"""The advisory lock that keeps two migrations of one PostgreSQL database apart."""


@contextmanager
def reading(
    database: str, timeout: float | None = None, *, stored: bool = False
) -> Iterator[Connection]:
    """Open a sourcebook of the current revision for reading, in one consistent state.

    `timeout` limits the time of all calls together, in seconds; None or 0 is no limit. `stored`
    refuses copies in DuckDB and on Spark. Raises DatabaseError where there is no sourcebook, or one
    of another revision; TimeLimitError.
    """
    url = locate(database)
    if stored:
        _require_stored(url)
    if url.get_backend_name() == "sqlite":
        sqlite.check_file(url, "read")
        sqlite.recover(url)
    with _connected(_engine(url, read_only=True, timeout=timeout), url) as connection:
        require_current(connection, url)
        yield connection


@contextmanager
def writing(database: str) -> Iterator[Connection]:
    """Open a sourcebook of the current revision in one transaction that writes.

    The transaction is committed where the block ends and rolled back where it raises; another
    writer waits. Raises DatabaseError where there is none, or one of another revision.
    """
    url = locate(database)
    _require_stored(url)
    if url.get_backend_name() == "sqlite":
        sqlite.check_file(url, "write")
    with _connected(_engine(url), url) as connection:
        require_current(connection, url)
        if connection.dialect.name == "postgresql":
            # One loader at a time, as with SQLite's BEGIN IMMEDIATE; readers do not wait.
            connection.execute(text("lock table codings in share row exclusive mode"))
        yield connection


@contextmanager
def migrating(database: str) -> Iterator[Connection]:
    """Open a new, empty or older sourcebook for migration. Foreign keys are off.

    A file that this call creates is removed again if the block raises. Raises DatabaseError for
    what is foreign, newer or cannot be written.
    """
    url = locate(database)
    _require_stored(url)
    created = url.get_backend_name() == "sqlite" and sqlite.check_file(url, "build")
    try:
        with _connected(_engine(url, foreign_keys=False), url) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"select pg_advisory_xact_lock({MIGRATION_LOCK})"))
                encoding = connection.execute(text("show server_encoding")).scalar_one()
                if encoding != "UTF8":
                    raise DatabaseError(
                        f"{name_of(url)}: its encoding is {encoding}; create one with encoding UTF8"
                    )
            current = revision(connection)
            if current is None and _tables(connection):
                raise DatabaseError(
                    f"{name_of(url)}: holds tables that are not a sourcebook's; give another --db"
                )
            if current is not None and current > REVISION:
                raise DatabaseError(newer(name_of(url), current))
            yield connection
    except BaseException:
        if created:
            real_path(url).unlink(missing_ok=True)
        raise


@contextmanager
def transaction(url: URL, *, foreign_keys: bool = True) -> Iterator[Connection]:
    """Open an existing database in one transaction that writes, whatever the database holds.

    The caller checks what it finds there, and its revision. Raises DatabaseError.
    """
    if url.get_backend_name() == "sqlite":
        sqlite.check_file(url, "build")
    with _connected(_engine(url, foreign_keys=foreign_keys), url) as connection:
        yield connection


def revision(connection: Connection, schema: str | None = None) -> str | None:
    """Return the revision of the sourcebook, or None where there is none.

    Raises DatabaseError for a database that another application's migrations made.
    """
    versions = table(VERSION_TABLE, column("version_num"), schema=schema)
    names = _columns(connection, versions)
    if not names:
        return None
    if names == ["version_num"]:
        match connection.execute(select(versions)).scalars().all():
            case []:
                return None
            case [str(current)] if current.startswith("sourcebook_"):
                return current
    raise DatabaseError(
        f"{name_of(connection.engine.url)}: was made by another application; give another --db"
    )


def _columns(connection: Connection, named: TableClause) -> list[str]:
    """Return the names of a table's columns; an empty list if it doesn't exist."""
    if connection.dialect.name == "postgresql":  # SQLAlchemy's way takes longer than connecting
        query = text(
            "select attname from pg_attribute "
            "where attrelid = to_regclass(:named) and attnum > 0 and not attisdropped"
        )
        name = connection.dialect.identifier_preparer.format_table(named)
        return list(connection.execute(query, {"named": name}).scalars())
    inspector = inspect(connection)
    if not inspector.has_table(named.name, named.schema):
        return []
    return [info["name"] for info in inspector.get_columns(named.name, named.schema)]


def require_current(connection: Connection, url: URL) -> None:
    """Raise DatabaseError unless the database is a sourcebook of the current revision."""
    current = revision(connection)
    if current == REVISION:
        return
    if current is not None:
        raise DatabaseError(outdated(url, current))
    if _tables(connection):
        raise DatabaseError(
            f"{name_of(url)}: holds no sourcebook; run `sourcebook init` on a new --db"
        )
    raise DatabaseError(f"{name_of(url)}: is empty; run `sourcebook init` first")


def outdated(url: URL, revision: str) -> str:
    """Return what to do about a sourcebook of another revision than the current one."""
    if revision > REVISION:
        return newer(name_of(url), revision)
    advice = {"duckdb": "`sourcebook feed` it again", "spark": "`sourcebook export` it again"}
    return (
        f"{name_of(url)}: has an older schema; "
        f"{advice.get(url.get_backend_name(), 'run `sourcebook migrate`')}"
    )


def newer(name: str, revision: str) -> str:
    """Return what to do about a sourcebook of a newer revision."""
    return (
        f"{name}: was made by a newer Sourcebook (schema {revision}, this one knows "
        f"{REVISION}); upgrade Sourcebook"
    )


def _require_stored(url: URL) -> None:
    """Raise DatabaseError for a copy that is only read: DuckDB or Spark."""
    if url.get_backend_name() in ("duckdb", "spark"):
        raise DatabaseError(
            f"{name_of(url)}: is a copy for reports and queries; give the sourcebook itself, in "
            "SQLite or PostgreSQL"
        )


def _tables(connection: Connection) -> list[str]:
    return [name for name in inspect(connection).get_table_names() if name != VERSION_TABLE]


# --- connections ----------------------------------------------------------------------------------


def _engine(
    url: URL, *, read_only: bool = False, foreign_keys: bool = True, timeout: float | None = None
) -> Engine:
    match url.get_backend_name():
        case "postgresql":
            return postgresql.engine(url, read_only=read_only, timeout=timeout)
        case "duckdb":
            return duckdb.engine(url, timeout)
        case "spark":
            return spark.engine(url, REVISION, timeout)
    path = real_path(url)

    def connect() -> sqlite3.Connection:
        connection = sqlite.connect(path, "mode=ro" if read_only else "mode=rw", timeout)
        connection.execute(f"pragma foreign_keys = {'on' if foreign_keys else 'off'}")
        connection.execute(f"pragma cache_size = -{sqlite.CACHE * 1024}")
        return connection

    engine = create_engine(url, creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("begin" if read_only else "begin immediate")

    return engine


@contextmanager
def _connected(engine: Engine, url: URL) -> Iterator[Connection]:
    """Yield one connection in one transaction; what the driver raises becomes a DatabaseError."""
    unreadable = [UnicodeDecodeError] if engine.dialect.name == "sqlite" else []
    try:
        with (
            naming_errors(name_of(url), SQLAlchemyError, *unreadable),
            engine.begin() as connection,
        ):
            yield connection
    finally:
        engine.dispose()
