"""Opening any database to read from, a sourcebook or somebody else's: as its driver gives it.

Touches no byte of a file of SQLite and leaves nothing beside it, whatever state it was left in:

- A file that keeps a write-ahead log, with both of its files there, is read by way of these; the
  index of the log is opened for reading alone.
- One whose log is empty or gone holds all that there is, and is read as one that nobody changes. If
  somebody did meanwhile, that is an error when the reading ends.
- A log without its index, or the journal of a writer that was killed, SQLite can only read by
  writing. So all is copied to a temporary folder, and the copy is read.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from database.connect import (
    BUSY_TIMEOUT,
    CONNECT_TIMEOUT,
    NO_DRIVER,
    SQLITE_SAYS,
    check_file,
    driver_message,
    locate,
    name_of,
    real_path,
)
from database.errors import DatabaseError
from database.guard import Authorizer

if TYPE_CHECKING:
    import psycopg

SQLITE_WAL = 2
"""Byte 18 or 19 of an SQLite file that keeps a write-ahead log in a second file beside it."""

SETTINGS = {
    "standard_conforming_strings": "on",  # a backslash in a string is one, as our parser has it
    "client_encoding": "UTF8",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
}
"""How every session of PostgreSQL is set, whatever its server or user has for it."""

# --- SQLite ---------------------------------------------------------------------------------------


@contextmanager
def open_sqlite(database: str) -> Iterator[tuple[sqlite3.Connection, Authorizer]]:
    """Open a file of SQLite for reading, with the authorizer that holds it to that.

    Any thread may use the connection, one at a time. Raises DatabaseError where the file is none
    or cannot be read, and at the end if it was changed while it was read.
    """
    url = locate(database)
    check_file(url, "ask")
    path = real_path(url)
    log, index, journal = (Path(f"{path}{ending}") for ending in ("-wal", "-shm", "-journal"))
    if log.exists() and index.exists():
        with _opened(url, path, "mode=ro&readonly_shm=1") as opened:
            yield opened
    elif _size(log) or (_size(journal) and _is_hot(path)):
        with _copy(url, path, (log, journal)) as copy, _opened(url, copy, "mode=ro") as opened:
            yield opened
    elif _keeps_log(path):
        before = _state(path)
        with _opened(url, path, "mode=ro&immutable=1") as opened:
            yield opened
        if _state(path) != before or _size(log):
            raise DatabaseError(f"{name_of(url)}: was changed while it was read; ask again")
    else:
        with _opened(url, path, "mode=ro") as opened:
            yield opened


@contextmanager
def _opened(url: URL, path: Path, how: str) -> Iterator[tuple[sqlite3.Connection, Authorizer]]:
    try:
        connection = sqlite3.connect(
            f"{path.as_uri()}?{how}",
            uri=True,
            timeout=BUSY_TIMEOUT / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise DatabaseError(f"{name_of(url)}: {sqlite_message(error)}") from error
    with closing(connection):
        # What is no UTF-8 becomes halves of surrogate pairs, from which the bytes can be had again.
        connection.text_factory = _text
        try:
            authorizer = Authorizer(connection)
        except sqlite3.Error as error:
            raise DatabaseError(f"{name_of(url)}: {sqlite_message(error)}") from error
        yield connection, authorizer


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")


def sqlite_message(error: sqlite3.Error) -> str:
    """Say in one line what SQLite means, and what to do where that can be known."""
    return driver_message(DBAPIError(None, None, error))


def _keeps_log(path: Path) -> bool:
    with path.open("rb") as file:
        return SQLITE_WAL in file.read(20)[18:]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_hot(path: Path) -> bool:
    """Say whether a journal is what a killed writer left: then SQLite will not read the file."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("select count(*) from sqlite_schema").fetchall()
    except sqlite3.Error as error:
        return error.sqlite_errorname == "SQLITE_READONLY_ROLLBACK"
    return False


def _state(*paths: Path) -> list[tuple[int, int, int] | None]:
    found: list[tuple[int, int, int] | None] = []
    for path in paths:
        try:
            now = path.stat()
        except OSError:
            found.append(None)
        else:
            found.append((now.st_ino, now.st_size, now.st_mtime_ns))
    return found


@contextmanager
def _copy(url: URL, path: Path, beside: tuple[Path, ...]) -> Iterator[Path]:
    """Copy a file with what lies beside it, and let SQLite put the copy in order."""
    files = [path, *(one for one in beside if one.exists())]
    with tempfile.TemporaryDirectory(prefix="sourcebook-") as folder:
        before = _state(*files)
        try:
            for file in files:
                shutil.copyfile(file, Path(folder) / file.name)
        except OSError as error:
            raise DatabaseError(
                f"{name_of(url)}: a program that was killed left it half written, and no copy can "
                f"be made of it to read: {error.strerror}"
            ) from None
        if _state(*files) != before:
            raise DatabaseError(f"{name_of(url)}: {SQLITE_SAYS['BUSY']}")
        copy = Path(folder) / path.name
        with closing(sqlite3.connect(copy)) as connection:
            try:
                connection.execute("select count(*) from sqlite_schema").fetchall()
                connection.execute("pragma journal_mode = delete")
            except sqlite3.Error as error:
                raise DatabaseError(f"{name_of(url)}: {sqlite_message(error)}") from error
        yield copy


# --- PostgreSQL -----------------------------------------------------------------------------------


def open_postgresql(database: str) -> psycopg.Connection[Any]:
    """Connect to any database of PostgreSQL; every transaction sees one state and only reads.

    Raises DatabaseError where that fails.
    """
    url = locate(database)
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": str(CONNECT_TIMEOUT)})
    try:
        import psycopg
    except ModuleNotFoundError:
        raise DatabaseError(NO_DRIVER) from None
    arguments, options = url.get_dialect()().create_connect_args(url)
    try:
        connection = psycopg.connect(*arguments, **options, autocommit=True, prepare_threshold=None)
        try:
            settings = dict(SETTINGS)
            if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
                settings["client_encoding"] = "SQL_ASCII"  # which no byte offends
            for name, value in settings.items():
                connection.execute("select set_config(%s, %s, false)", (name, value))
            _notice_who_leaves(connection)
            connection.autocommit = False
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        except BaseException:
            connection.close()
            raise
    except psycopg.Error as error:
        raise DatabaseError(
            f"{name_of(url)}: {driver_message(DBAPIError(None, None, error))}"
        ) from error
    return connection


def _notice_who_leaves(connection: psycopg.Connection[Any]) -> None:
    """Let the server end a query whose asker was killed; not every server can."""
    import psycopg

    with suppress(psycopg.Error):
        connection.execute("set client_connection_check_interval = '2s'")
