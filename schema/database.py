"""Opening a sourcebook: SQLite file or PostgreSQL, for reading or for writing.

Every way in which that can fail becomes one DatabaseError with what to do. Imports SQLAlchemy's
core only: no models, no migrations.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

REVISION = "sourcebook_0002"
"""The schema that this version reads and writes: the head of migrations/versions."""

VERSIONS = "alembic_version"
"""Where Alembic notes the revision."""

BUSY_TIMEOUT = 5_000
"""How long SQLite waits for another process's write, in milliseconds."""

SQLITE_MAGIC = b"SQLite format 3\x00"


class DatabaseError(Exception):
    """A database that cannot be used; the message is one line, says why and what to do."""


def locate(database: str) -> URL:
    """Turn what the user gave, a path or a SQLAlchemy URL, into the URL of a known engine.

    Raises DatabaseError for a URL of another engine or one that does not parse.
    """
    if "://" not in database:
        return URL.create("sqlite", database=str(Path(database).expanduser()))
    try:
        url = make_url(database)
    except (ArgumentError, ValueError):
        raise DatabaseError(
            "--db: this is no database URL; give a path, sqlite:///PATH or postgresql://HOST/NAME"
        ) from None
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        if not url.database or url.database == ":memory:":
            raise DatabaseError("--db: a sourcebook in SQLite is a file; give its path")
        return URL.create("sqlite", database=url.database)
    raise DatabaseError(f"--db: {backend} is not supported; give SQLite or PostgreSQL")


def name_of(url: URL) -> str:
    """Give the database as messages show it: a path, or a URL without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    return url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


@contextmanager
def reading(database: str) -> Iterator[Connection]:
    """Open a sourcebook of the present revision for reading only.

    Raises DatabaseError where there is none, or one of another revision.
    """
    url = locate(database)
    if url.get_backend_name() == "sqlite":
        _sqlite_file(url, needs="read")
    engine = _engine(url, read_only=True)
    with _connected(engine, url) as connection:
        require_current(connection, url)
        yield connection


@contextmanager
def writing(database: str) -> Iterator[Connection]:
    """Open a sourcebook of the present revision in one transaction that writes.

    The transaction is committed where the block ends and rolled back where it raises; another
    writer waits. Raises DatabaseError where there is none, or one of another revision.
    """
    url = locate(database)
    if url.get_backend_name() == "sqlite":
        _sqlite_file(url, needs="write")
    with _connected(_engine(url), url) as connection:
        require_current(connection, url)
        if connection.dialect.name == "postgresql":
            # One loader at a time, as with SQLite's BEGIN IMMEDIATE; readers do not wait.
            connection.execute(text("lock table codings in share row exclusive mode"))
        yield connection


@contextmanager
def building(database: str) -> Iterator[Connection]:
    """Open a database for migration: it may be new, empty or older. Foreign keys are off.

    A file that this call creates is taken away again if the block raises. Raises DatabaseError
    for what is foreign, newer or cannot be written.
    """
    url = locate(database)
    made = False
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        made = not path.exists()
        _sqlite_file(url, needs="create")
    try:
        with _connected(_engine(url, foreign_keys=False), url) as connection:
            standing = revision(connection)
            if standing is None and _tables(connection):
                raise DatabaseError(
                    f"{name_of(url)}: holds tables that are not a sourcebook's; give another --db"
                )
            if standing is not None and standing > REVISION:
                raise DatabaseError(_newer(url, standing))
            yield connection
    except BaseException:
        if made:
            Path(url.database or "").unlink(missing_ok=True)
        raise


def revision(connection: Connection) -> str | None:
    """Give the revision of the schema, None where there is none.

    Raises DatabaseError for a database that another application's migrations have made.
    """
    if not inspect(connection).has_table(VERSIONS):
        return None
    found = connection.execute(text("select version_num from alembic_version")).scalars().all()
    if not found:
        return None
    if len(found) > 1 or not str(found[0]).startswith("sourcebook_"):
        raise DatabaseError(
            f"{name_of(connection.engine.url)}: was made by another application; give another --db"
        )
    return str(found[0])


def require_current(connection: Connection, url: URL) -> None:
    """Raise DatabaseError unless the database stands at the present revision."""
    standing = revision(connection)
    if standing == REVISION:
        return
    if standing is None:
        foreign = "holds no sourcebook" if _tables(connection) else "is empty"
        raise DatabaseError(f"{name_of(url)}: {foreign}; run `sourcebook init` on a new --db")
    if standing > REVISION:
        raise DatabaseError(_newer(url, standing))
    raise DatabaseError(f"{name_of(url)}: has an older schema; run `sourcebook migrate`")


def _newer(url: URL, standing: str) -> str:
    return (
        f"{name_of(url)}: was made by a newer Sourcebook (schema {standing}, this one knows "
        f"{REVISION}); upgrade Sourcebook"
    )


def _tables(connection: Connection) -> list[str]:
    return [name for name in inspect(connection).get_table_names() if name != VERSIONS]


def _sqlite_file(url: URL, needs: str) -> None:
    """Look at the path before SQLite does: it would create, or speak of "database" only."""
    path = Path(url.database or "")
    try:
        if path.is_dir():
            raise DatabaseError(f"{path}: is a directory; give a file")
        if not path.exists():
            if needs != "create":
                raise DatabaseError(f"{path}: there is no such file; run `sourcebook init` first")
            if not path.parent.is_dir():
                raise DatabaseError(f"{path.parent}: there is no such directory; make it first")
            if not os.access(path.parent, os.W_OK):
                raise DatabaseError(f"{path.parent}: cannot be written to; give another --db")
            return
        if not path.is_file():
            raise DatabaseError(f"{path}: is no regular file; give another --db")
        with path.open("rb") as file:
            start = file.read(len(SQLITE_MAGIC))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "unusable"
        raise DatabaseError(f"{path}: {reason.lower()}; give another --db") from None
    if start not in (b"", SQLITE_MAGIC):
        raise DatabaseError(f"{path}: is not an SQLite database; give another --db")
    if start == b"" and needs != "create":
        raise DatabaseError(f"{path}: is empty; run `sourcebook init` first")
    if needs != "read" and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise DatabaseError(f"{path}: cannot be written to; copy it or change its permissions")


def _engine(url: URL, *, read_only: bool = False, foreign_keys: bool = True) -> Engine:
    if url.get_backend_name() != "sqlite":
        options = "-c default_transaction_read_only=on" if read_only else ""
        try:
            return create_engine(
                url,
                poolclass=NullPool,
                connect_args={"options": options, "connect_timeout": 10} if options else {},
            )
        except ModuleNotFoundError:
            raise DatabaseError(
                "PostgreSQL needs its driver: install Sourcebook with its extra `postgresql`"
            ) from None
    path = Path(url.database or "").absolute()
    mode = "ro" if read_only else "rwc"
    engine = create_engine(
        URL.create("sqlite", database=f"{path.as_uri()}", query={"mode": mode, "uri": "true"}),
        poolclass=NullPool,
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # The driver would open transactions late, and never for DDL: we say when.
        connection.isolation_level = None
        connection.execute(f"pragma busy_timeout = {BUSY_TIMEOUT}")
        connection.execute(f"pragma foreign_keys = {'on' if foreign_keys else 'off'}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("begin" if read_only else "begin immediate")

    return engine


@contextmanager
def _connected(engine: Engine, url: URL) -> Iterator[Connection]:
    """Hold one connection in one transaction; what the driver says becomes a DatabaseError."""
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise DatabaseError(f"{name_of(url)}: {_reason(error)}") from error
    except SQLAlchemyError as error:
        raise DatabaseError(f"{name_of(url)}: {str(error).splitlines()[0]}") from error
    finally:
        engine.dispose()


def _reason(error: DBAPIError) -> str:
    said = str(error.orig).strip().splitlines()
    reason = said[0] if said else type(error.orig).__name__
    if "locked" in reason:
        return "another process is writing to it; try again when that has ended"
    if "readonly" in reason or "read-only" in reason:
        return "cannot be written to; copy it or change its permissions"
    if "malformed" in reason or "not a database" in reason:
        return f"is damaged ({reason}); restore it or load its codings into a new one"
    return reason
