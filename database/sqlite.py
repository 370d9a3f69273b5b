"""Opening SQLite files: our own with a lock, anybody's without touching a byte.

`open_sqlite` reads any file and leaves nothing beside it, whatever state it was left in:

- A file with a write-ahead log and the log's index is read through both; the index is opened
  read-only.
- A file whose log is empty or missing is complete, and is read as immutable. If somebody changes it
  meanwhile, that is an error when the reading ends.
- SQLite can read a log without its index, or the journal of a killed writer, only by writing. So
  the files are copied to a temporary folder, and the copy is read.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Literal

from sqlalchemy.engine import URL

from database.cancellation import SqliteConnection
from database.errors import NOT_WRITABLE, DatabaseError, naming_errors
from database.location import locate, name_of, real_path
from database.sqlite_guard import Authorizer

HOW_TO_CREATE = (
    "name another with --db, or create it with `sourcebook init` (`sourcebook migrate`: without "
    "the article)"
)
"""What to do where there is no sourcebook yet."""

BUSY_TIMEOUT = 5.0
"""How long SQLite waits for another process's write, in seconds."""

CACHE = 24
"""Megabytes of a sourcebook that SQLite may keep in memory; its own default is 2."""

_MAGIC = b"SQLite format 3\x00"
_WAL = 2
"""Byte 18 or 19 of a file that keeps a write-ahead log in a second file beside it."""
_UTF16 = (b"\0\0\0\2", b"\0\0\0\3")
"""Bytes 56 to 59 of a file whose text is UTF-16, in either order."""

Purpose = Literal["ask", "read", "write", "build"]
"""`ask` takes anybody's file; the others expect a sourcebook, and `build` may create it."""


def check_file(url: URL, purpose: Purpose) -> bool:
    """Check a file before SQLite opens it; return whether it was created, for `build`.

    SQLite itself would create a missing file, block on a FIFO, or give a vague error. Raises
    DatabaseError.
    """
    path, real = Path(url.database or ""), real_path(url)
    try:
        try:
            kind = real.stat().st_mode
        except FileNotFoundError:
            return _create(path, real, purpose)
        if stat.S_ISDIR(kind):
            raise DatabaseError(f"{path}: is a folder; name a file in it")
        if not stat.S_ISREG(kind):
            raise DatabaseError(f"{path}: is not a regular file; give another --db")
        with real.open("rb") as file:
            start = file.read(60)
    except OSError as error:
        reason = (error.strerror or "unusable").lower()
        raise DatabaseError(f"{path}: {reason}; give another --db") from None
    if start == b"" and purpose != "build":
        raise DatabaseError(f"{path}: is empty; {HOW_TO_CREATE}")
    if not start.startswith(_MAGIC) and start != b"":
        raise DatabaseError(f"{path}: is not an SQLite database; give another --db")
    if _WAL in start[18:20] and purpose != "ask":
        raise DatabaseError(
            f"{path}: keeps a write-ahead log, and a sourcebook is one file; set its "
            "`pragma journal_mode = delete`, or give another --db"
        )
    if start[56:60] in _UTF16 and purpose != "ask":
        raise DatabaseError(
            f"{path}: keeps its text as UTF-16, and a sourcebook as UTF-8; give another --db"
        )
    if purpose in ("write", "build") and not (
        os.access(real, os.W_OK) and os.access(real.parent, os.W_OK)
    ):
        raise DatabaseError(f"{path}: {NOT_WRITABLE}")
    return False


def _create(path: Path, real: Path, purpose: Purpose) -> bool:
    if purpose != "build":
        here = "" if path.is_absolute() else f" in {Path.cwd()}"
        raise DatabaseError(f"{path}: there is no such file{here}; {HOW_TO_CREATE}")
    if not real.parent.is_dir():
        raise DatabaseError(f"{path}: there is no folder {real.parent}; create it")
    try:
        real.touch(exist_ok=False)
    except FileExistsError:  # another process was faster, and is building it
        return False
    return True


def connect(path: Path, options: str, timeout: float | None = None) -> SqliteConnection:
    """Open a file with the options of an SQLite URI, for use by any one thread at a time.

    Ctrl-C cancels its calls; so does `timeout`, in seconds for all of them together.
    """
    return SqliteConnection(
        f"{path.as_uri()}?{options}",
        uri=True,
        timeout=BUSY_TIMEOUT,
        isolation_level=None,  # the driver would open transactions late, and none for DDL
        seconds=timeout,
    )


def recover(url: URL) -> None:
    """Let SQLite roll back what a killed writer left half done: a reader may not."""
    path = real_path(url)
    if os.path.lexists(f"{path}-journal"):
        with suppress(sqlite3.Error), closing(connect(path, "mode=rw")) as connection:
            _read_schema(connection)


# --- anybody's file -------------------------------------------------------------------------------


@contextmanager
def open_sqlite(
    database: str, timeout: float | None = None
) -> Iterator[tuple[SqliteConnection, Authorizer]]:
    """Open any SQLite file for reading; yield the connection and the authorizer that guards it.

    `timeout` limits the time of all calls together, in seconds. Raises DatabaseError where the file
    cannot be read, and at the end if it was changed meanwhile; TimeLimitError.
    """
    url = locate(database)
    check_file(url, "ask")
    path = real_path(url)
    log, index, journal = (Path(f"{path}{ending}") for ending in ("-wal", "-shm", "-journal"))
    if log.exists() and index.exists():
        with _guarded(url, path, "mode=ro&readonly_shm=1", timeout) as opened:
            yield opened
    elif _size(log) or (_size(journal) and _is_hot(path)):
        with (
            _copied(url, path, (log, journal)) as copy,
            _guarded(url, copy, "mode=ro", timeout) as opened,
        ):
            yield opened
    elif _keeps_log(path):
        before = _state(path)
        with _guarded(url, path, "mode=ro&immutable=1", timeout) as opened:
            yield opened
        if _state(path) != before or _size(log):
            raise DatabaseError(f"{name_of(url)}: was changed while it was read; ask again")
    else:
        with _guarded(url, path, "mode=ro", timeout) as opened:
            yield opened


@contextmanager
def _guarded(
    url: URL, path: Path, options: str, timeout: float | None
) -> Iterator[tuple[SqliteConnection, Authorizer]]:
    with driver_errors(url):
        connection = connect(path, options, timeout)
    with closing(connection):
        # Bytes that are not UTF-8 become surrogates, from which they can be recovered.
        connection.text_factory = lambda stored: stored.decode("utf-8", "surrogateescape")
        with driver_errors(url):
            authorizer = Authorizer(connection)
        yield connection, authorizer


def driver_errors(url: URL) -> AbstractContextManager[None]:
    """Turn what the driver raises into a DatabaseError that names the file."""
    return naming_errors(name_of(url), sqlite3.Error, UnicodeDecodeError)


def _read_schema(connection: sqlite3.Connection) -> None:
    connection.execute("select count(*) from sqlite_schema").fetchall()


def _keeps_log(path: Path) -> bool:
    with path.open("rb") as file:
        return _WAL in file.read(20)[18:]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_hot(path: Path) -> bool:
    """Return whether a killed writer left the journal: then SQLite refuses to read the file."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            _read_schema(connection)
    except sqlite3.Error as error:
        return error.sqlite_errorname == "SQLITE_READONLY_ROLLBACK"
    except UnicodeDecodeError:
        return False
    return False


def _state(*paths: Path) -> list[tuple[int, int, int] | None]:
    states: list[tuple[int, int, int] | None] = []
    for path in paths:
        try:
            now = path.stat()
        except OSError:
            states.append(None)
        else:
            states.append((now.st_ino, now.st_size, now.st_mtime_ns))
    return states


@contextmanager
def _copied(url: URL, path: Path, companions: tuple[Path, ...]) -> Iterator[Path]:
    """Copy a file with its log or journal, and let SQLite put the copy in order."""
    files = [path, *(file for file in companions if file.exists())]
    with tempfile.TemporaryDirectory(prefix="sourcebook-") as folder:
        before = _state(*files)
        try:
            for file in files:
                shutil.copyfile(file, Path(folder) / file.name)
        except OSError as error:
            raise DatabaseError(
                f"{name_of(url)}: a killed program left it half written, and it cannot be copied "
                f"to be read: {error.strerror}"
            ) from None
        if _state(*files) != before:
            raise DatabaseError(
                f"{name_of(url)}: another process is using it; try again when that has ended"
            )
        copy = Path(folder) / path.name
        with closing(sqlite3.connect(copy)) as connection, driver_errors(url):
            _read_schema(connection)
            connection.execute("pragma journal_mode = delete")
        yield copy
