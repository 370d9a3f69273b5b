"""Opening a sourcebook: SQLite file or PostgreSQL, for reading or for writing.

Every way in which that can fail becomes one DatabaseError with what to do. Imports SQLAlchemy's
core only: no models, no migrations.
"""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from database.errors import DatabaseError

REVISION = "sourcebook_0002"
"""The schema that this version reads and writes: the head of migrations/versions."""

HOW_TO_CREATE = "run `sourcebook init` first, or `sourcebook migrate` for one without any text"
"""What to do where there is no sourcebook yet."""

VERSION_TABLE = "alembic_version"
"""Where Alembic notes the revision."""

BUSY_TIMEOUT = 5_000
"""How long SQLite waits for another process's write, in milliseconds."""

CONNECT_TIMEOUT = 10
"""How long a PostgreSQL server may take to answer, in seconds, unless the URL says otherwise."""

MIGRATING = 5_070_061_991
"""The advisory lock that keeps two migrations of one PostgreSQL database apart."""

SQLITE_MAGIC = b"SQLite format 3\x00"
SQLITE_WAL = 2
"""Byte 18 or 19 of an SQLite file that keeps a write-ahead log in a second file beside it."""
SQLITE_UTF16 = (b"\0\0\0\2", b"\0\0\0\3")
"""Bytes 56 to 59 of one whose text is UTF-16, in either order."""

NOT_A_URL = "--db: this is no database URL; give a path, sqlite:///PATH or postgresql://HOST/NAME"

NO_DRIVER = "PostgreSQL needs its driver: pip install 'psycopg[binary]', or the extra `postgresql`"

DAMAGED = "is damaged ({}); restore it or load its codings into a new one"
READ_ONLY = "cannot be written to; copy it or change its permissions"

# What the driver says, and what to tell the user; `{}` stands for its own words.
SQLITE_SAYS = {
    "BUSY": "another process is using it; try again when that has ended",
    "LOCKED": "another process is using it; try again when that has ended",
    "READONLY": READ_ONLY,
    "PERM": READ_ONLY,
    "CORRUPT": DAMAGED,
    "NOTADB": DAMAGED,
    "CANTOPEN": "{}; give another --db",
    "FULL": "{}; make room, or give another --db",
    "IOERR": "{}; check the disk, or give another --db",
}
POSTGRESQL_SAYS = {
    "25006": "cannot be written to: it was opened for reading, or the server may only be read",
    "42501": "{}; ask its owner, or connect as another user",
    "53100": "{}; make room on the server",
}
KEYS = ("23503", "23505")
"""The codes of PostgreSQL for a row that breaks a key; it then says which key in detail."""
DETAIL = "message_detail"
LONGEST = 200
"""Characters of that detail which a message shows."""
# On the way to a server there is no code, only words. The first that fits counts.
CONNECTING = (
    ("password", "{}; check user and password"),
    ("authentication", "{}; check user and password"),
    ("database ", "{}; create it first, or check its name"),
    ("role ", "{}; check the user"),
    ("connection option", "{}; take it out of the URL"),
    ("", "{}; check that the server runs, and its host and port"),
)


def locate(database: str) -> URL:
    """Turn what the user gave, a path or a SQLAlchemy URL, into the URL of a known engine.

    Raises DatabaseError for a URL of another engine or one that does not parse; the message does
    not repeat it, for it may hold a password.
    """
    if not database or "\0" in database:
        raise DatabaseError("--db: this is no path; give the path of a file")
    if "://" not in database:
        if re.match(r"postgres\w*(\+\w+)?:|.*\bpassword\s*=", database):
            raise DatabaseError(NOT_A_URL)
        try:
            return URL.create("sqlite", database=str(Path(database).expanduser()))
        except RuntimeError:
            raise DatabaseError(f"{database}: there is no such home; give the whole path") from None
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
            raise DatabaseError("--db: sqlite:/// takes no options; give the path, as it is")
        return URL.create("sqlite", database=url.database)
    raise DatabaseError(f"--db: {backend} is not supported; give SQLite or PostgreSQL")


def name_of(url: URL) -> str:
    """Give the database as messages show it: a path, or a URL without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    return url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


@contextmanager
def reading(database: str) -> Iterator[Connection]:
    """Open a sourcebook of the present revision for reading only, in one state throughout.

    Raises DatabaseError where there is none, or one of another revision.
    """
    url = locate(database)
    if url.get_backend_name() == "sqlite":
        check_file(url, "read")
        _recover(url)
    with _connected(_engine(url, read_only=True), url) as connection:
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
        check_file(url, "write")
    with _connected(_engine(url), url) as connection:
        require_current(connection, url)
        if connection.dialect.name == "postgresql":
            # One loader at a time, as with SQLite's BEGIN IMMEDIATE; readers do not wait.
            connection.execute(text("lock table codings in share row exclusive mode"))
        yield connection


@contextmanager
def migrating(database: str) -> Iterator[Connection]:
    """Open a database for migration: it may be new, empty or older. Foreign keys are off.

    A file that this call creates is taken away again if the block raises. Raises DatabaseError
    for what is foreign, newer or cannot be written.
    """
    url = locate(database)
    made = url.get_backend_name() == "sqlite" and check_file(url, "build")
    try:
        with _connected(_engine(url, foreign_keys=False), url) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"select pg_advisory_xact_lock({MIGRATING})"))
                encoding = connection.execute(text("show server_encoding")).scalar_one()
                if encoding != "UTF8":
                    raise DatabaseError(
                        f"{name_of(url)}: its encoding is {encoding}; create one with encoding UTF8"
                    )
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
            real_path(url).unlink(missing_ok=True)
        raise


@contextmanager
def transaction(url: URL, *, foreign_keys: bool = True) -> Iterator[Connection]:
    """Open a database that is there, whatever it holds, in one transaction that writes.

    For what looks by itself at what it finds there, and at its revision. Raises DatabaseError.
    """
    if url.get_backend_name() == "sqlite":
        check_file(url, "build")
    with _connected(_engine(url, foreign_keys=foreign_keys), url) as connection:
        yield connection


def revision(connection: Connection) -> str | None:
    """Give the revision of the schema, None where there is none.

    Raises DatabaseError for a database that another application's migrations have made.
    """
    inspector = inspect(connection)
    if not inspector.has_table(VERSION_TABLE):
        return None
    if [column["name"] for column in inspector.get_columns(VERSION_TABLE)] == ["version_num"]:
        found = connection.execute(text("select version_num from alembic_version")).scalars().all()
        if not found:
            return None
        if len(found) == 1 and str(found[0]).startswith("sourcebook_"):
            return str(found[0])
    raise DatabaseError(
        f"{name_of(connection.engine.url)}: was made by another application; give another --db"
    )


def require_current(connection: Connection, url: URL) -> None:
    """Raise DatabaseError unless the database stands at the present revision."""
    standing = revision(connection)
    if standing == REVISION:
        return
    if standing is None:
        foreign = "holds no sourcebook" if _tables(connection) else "is empty"
        advice = "on a new --db" if _tables(connection) else "first"
        raise DatabaseError(f"{name_of(url)}: {foreign}; run `sourcebook init` {advice}")
    if standing > REVISION:
        raise DatabaseError(_newer(url, standing))
    raise DatabaseError(f"{name_of(url)}: has an older schema; run `sourcebook migrate`")


def _newer(url: URL, standing: str) -> str:
    return (
        f"{name_of(url)}: was made by a newer Sourcebook (schema {standing}, this one knows "
        f"{REVISION}); upgrade Sourcebook"
    )


def _tables(connection: Connection) -> list[str]:
    return [name for name in inspect(connection).get_table_names() if name != VERSION_TABLE]


# --- files ----------------------------------------------------------------------------------------


def real_path(url: URL) -> Path:
    """Give the file itself, where the path is a link to it: SQLite's journal lies beside it."""
    return Path(os.path.realpath(url.database or ""))


def check_file(url: URL, to: Literal["ask", "read", "write", "build"]) -> bool:
    """Look at the file before SQLite does, which would make it, wait at a pipe, or say little.

    If it is to be built and is not there, make it; say whether it was made. Who only asks takes a
    file of anybody's, with a write-ahead log or without.
    """
    path, real = Path(url.database or ""), real_path(url)
    try:
        try:
            kind = real.stat().st_mode
        except FileNotFoundError:
            return _make(path, real, to)
        if stat.S_ISDIR(kind):
            raise DatabaseError(f"{path}: is a directory; give a file")
        if not stat.S_ISREG(kind):
            raise DatabaseError(f"{path}: is no regular file; give another --db")
        with real.open("rb") as file:
            start = file.read(60)
    except OSError as error:
        reason = (error.strerror or "unusable").lower()
        raise DatabaseError(f"{path}: {reason}; give another --db") from None
    if start == b"" and to != "build":
        raise DatabaseError(f"{path}: is empty; {HOW_TO_CREATE}")
    if not start.startswith(SQLITE_MAGIC) and start != b"":
        raise DatabaseError(f"{path}: is not an SQLite database; give another --db")
    if SQLITE_WAL in start[18:20] and to != "ask":
        raise DatabaseError(
            f"{path}: keeps a write-ahead log, and a sourcebook is one file; set its "
            "`pragma journal_mode = delete`, or give another --db"
        )
    if start[56:60] in SQLITE_UTF16 and to != "ask":
        raise DatabaseError(
            f"{path}: keeps its text as UTF-16, and a sourcebook as UTF-8; give another --db"
        )
    if to in ("write", "build") and not (
        os.access(real, os.W_OK) and os.access(real.parent, os.W_OK)
    ):
        raise DatabaseError(f"{path}: {READ_ONLY}")
    return False


def _make(path: Path, real: Path, to: str) -> bool:
    if to != "build":
        raise DatabaseError(f"{path}: there is no such file; {HOW_TO_CREATE}")
    if not real.parent.is_dir():
        raise DatabaseError(f"{real.parent}: there is no such directory; make it first")
    try:
        real.touch(exist_ok=False)
    except FileExistsError:  # another process was faster, and is building it
        return False
    return True


def _recover(url: URL) -> None:
    """Let SQLite take back what a killed writer left half done: who may only read, cannot."""
    path = real_path(url)
    if os.path.lexists(f"{path}-journal"):
        with suppress(sqlite3.Error), closing(_sqlite(path, "rw")) as connection:
            connection.execute("select count(*) from sqlite_schema").fetchall()


# --- connections ----------------------------------------------------------------------------------


def _sqlite(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT / 1000,
        isolation_level=None,  # the driver would open transactions late, and none for DDL
    )


def _engine(url: URL, *, read_only: bool = False, foreign_keys: bool = True) -> Engine:
    if url.get_backend_name() != "sqlite":
        return _postgresql(url, read_only=read_only)
    path = real_path(url)

    def connect() -> sqlite3.Connection:
        connection = _sqlite(path, "ro" if read_only else "rw")
        connection.execute(f"pragma foreign_keys = {'on' if foreign_keys else 'off'}")
        return connection

    engine = create_engine(url, creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("begin" if read_only else "begin immediate")

    return engine


def _postgresql(url: URL, *, read_only: bool) -> Engine:
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": str(CONNECT_TIMEOUT)})
    # The driver takes a server without an encoding for one of bytes.
    url = url.update_query_dict({"client_encoding": "utf8"})
    # A report asks more than once; what it reads must not change in between.
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    # What the driver warns of on the way is told by the error that follows.
    logging.getLogger("psycopg").addHandler(logging.NullHandler())
    try:
        return create_engine(
            url, poolclass=NullPool, execution_options=options if read_only else {}
        )
    except ModuleNotFoundError:
        raise DatabaseError(NO_DRIVER) from None


@contextmanager
def _connected(engine: Engine, url: URL) -> Iterator[Connection]:
    """Hold one connection in one transaction; what the driver says becomes a DatabaseError."""
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise DatabaseError(f"{name_of(url)}: {driver_message(error)}") from error
    except SQLAlchemyError as error:
        raise DatabaseError(f"{name_of(url)}: {str(error).splitlines()[0]}") from error
    finally:
        engine.dispose()


def driver_message(error: DBAPIError) -> str:
    """Say in one line what the driver means, and what to do where that can be known.

    An error without a statement is one of connecting.
    """
    lines = str(error.orig).strip().splitlines()
    said = lines[0] if lines else type(error.orig).__name__
    if name := getattr(error.orig, "sqlite_errorname", None):
        return SQLITE_SAYS.get(name.split("_")[1], "{}").replace("{}", said)
    code = getattr(error.orig, "sqlstate", None)
    if code is None and error.statement is None:
        advice = next(advice for words, advice in CONNECTING if words in said)
    else:
        advice = POSTGRESQL_SAYS.get(str(code), "{}")
        if code in KEYS and (detail := getattr(getattr(error.orig, "diag", None), DETAIL, None)):
            said = f"{said}: {detail[:LONGEST].rstrip('.')}"
    return advice.replace("{}", said)
