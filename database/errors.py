"""The errors that users can do something about, and what drivers' errors mean for them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from schema.escape import visible


class SourcebookError(Exception):
    """Stops a command; the message is one line, says why and what to do."""


class DatabaseError(SourcebookError):
    """A database that cannot be used; the message is one line, says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(visible(message))  # a path may hold line breaks or undecodable bytes


def how_to_install(*packages: str) -> str:
    """Return the command that installs these packages for the Python that is running."""
    command = [sys.executable or "python", "-m", "pip", "install", *packages]
    return subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)


_DAMAGED = "is damaged ({}); restore it or load its codings into a new one"
_BUSY = "another process is using it; try again when that has ended"
NOT_WRITABLE = "cannot be written to; copy it or change its permissions"

# By SQLite's name for the error; `{}` is replaced with the driver's own message.
_SQLITE_ADVICE = {
    "BUSY": _BUSY,
    "LOCKED": _BUSY,
    "READONLY": NOT_WRITABLE,
    "PERM": NOT_WRITABLE,
    "CORRUPT": _DAMAGED,
    "NOTADB": _DAMAGED,
    "CANTOPEN": "{}; give another --db",
    "FULL": "{}; make room, or give another --db",
    "IOERR": "{}; check the disk, or give another --db",
}
_POSTGRESQL_ADVICE = {
    "25006": "cannot be written to: it was opened for reading, or the server is read-only",
    "42501": "{}; ask its owner, or connect as another user",
    "53100": "{}; make room on the server",
}
_MYSQL_ADVICE = {
    1044: "{}; ask its owner for rights, or check its name",
    1142: "{}; ask its owner, or connect as another user",
    1205: f"{_BUSY} ({{}})",
    1213: f"{_BUSY} ({{}})",
}
_KEY_VIOLATIONS = ("23503", "23505")
"""PostgreSQL's codes for a row that violates a key; a second message then names the key."""

_LONGEST_DETAIL = 200
"""Characters of that message which are shown."""

# An error of connecting has no code, only words; the first that occur in the message count.
_CONNECTION_ADVICE = (
    ("password", "{}; check user and password"),
    ("authentication", "{}; check user and password"),
    ("database ", "{}; create it first, or check its name"),
    ("role ", "{}; check the user"),
    ("connection option", "{}; take it out of the URL"),
    ("", "{}; check that the server runs, and its host and port"),
)


_QUERY_ERRORS = ("AUTH", "ERROR", "MISMATCH", "NOMEM", "RANGE", "READONLY", "TOOBIG")
"""SQLite's names for errors of a query; all others are the file's."""

_NOT_OF_A_QUERY = {"OperationalError", "UnicodeDecodeError"}
"""Names of errors without a code that are not about a query, or of their bases."""

_SERVER_ERRORS = ("08", "53", "57", "58", "XX")
"""The beginnings of PostgreSQL's codes for errors of the server or the connection."""


def is_query_error(error: BaseException) -> bool:
    """Return whether a driver's error is about the query; otherwise it is about the database.

    Takes the driver's error, or SQLAlchemy's around it.
    """
    error = getattr(error, "orig", None) or error
    if name := getattr(error, "sqlite_errorname", None):
        return name.split("_")[1] in _QUERY_ERRORS
    if code := getattr(error, "sqlstate", None):
        return not code.startswith(_SERVER_ERRORS)
    # Without a code: a text that is not UTF-8, a connection that was lost, a file of DuckDB's.
    if type(error).__name__ == "SparkConnectGrpcException":  # itself a base of Spark's others
        return False
    return _NOT_OF_A_QUERY.isdisjoint(base.__name__ for base in type(error).__mro__)


@contextmanager
def naming_errors(
    name: str, *errors: type[Exception], connecting: bool = False, ending: str = ""
) -> Iterator[None]:
    """Turn these errors into a DatabaseError that names the database and says what they mean.

    `errors` are a driver's, SQLAlchemy's around them, or UnicodeDecodeError, which Python raises in
    place of an SQLite error whose message quotes damaged SQL. `ending` follows the message.
    """
    try:
        yield
    except errors as error:
        message = driver_message(error, connecting=connecting)
        raise DatabaseError(f"{name}: {message}{ending}") from error


def driver_message(error: BaseException, *, connecting: bool = False) -> str:
    """Return one line that says what a driver's error means, and what to do if that is known.

    Takes the driver's error, or SQLAlchemy's around it. `connecting`: the driver was connecting,
    as it also was if SQLAlchemy knows no statement.
    """
    connecting = connecting or getattr(error, "statement", "") is None
    error = getattr(error, "orig", None) or error
    if isinstance(error, UnicodeDecodeError):
        message = error.object.decode("utf-8", "backslashreplace")
        return _DAMAGED.replace("{}", message.partition("\n")[0])
    message = (str(error).strip() or type(error).__name__).splitlines()[0]
    if name := getattr(error, "sqlite_errorname", None):
        return _SQLITE_ADVICE.get(name.split("_")[1], "{}").replace("{}", message)
    if "Could not set lock on file" in message:  # DuckDB
        return _BUSY
    code = getattr(error, "sqlstate", None)
    if len(error.args) == 2 and isinstance(error.args[0], int):  # the drivers of MySQL
        code, message = error.args[0], str(error.args[1]).partition("\n")[0] or message
        if code in _MYSQL_ADVICE:
            return _MYSQL_ADVICE[code].replace("{}", message)
    if connecting and not isinstance(code, str):
        advice = next(advice for words, advice in _CONNECTION_ADVICE if words in message)
        return advice.replace("{}", message)
    detail = getattr(getattr(error, "diag", None), "message_detail", None)
    if code in _KEY_VIOLATIONS and detail:
        message += f": {detail[:_LONGEST_DETAIL].rstrip('.')}"
    return _POSTGRESQL_ADVICE.get(str(code), "{}").replace("{}", message)
