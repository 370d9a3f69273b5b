"""Lets a SQLite connection read and do nothing else.

SQLite asks an authorizer whenever it prepares a statement, also where a view or a virtual table
prepares one of its own. The authorizer allows only what reads; the file is opened with `mode=ro`
besides. Extensions cannot be loaded, as the library leaves it; from Python 3.12 on the connection
is also in defensive mode. Python 3.11 cannot set that; the authorizer refuses all that it forbids
(writable_schema, journal_mode = off, writing to shadow tables).
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Mapping
from typing import Any

from database.statement import SqlStatement, word_set

ONLY_READS = "a query here only reads"

LARGEST = 256 * 1024 * 1024
"""The largest value that SQLite may make, in bytes: its own limit would be four times that."""

_READS = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
)
_BARE_PRAGMAS = word_set(
    """
    application_id auto_vacuum automatic_index busy_timeout cache_size cache_spill cell_size_check
    checkpoint_fullfsync collation_list compile_options data_version database_list
    defer_foreign_keys encoding foreign_key_check foreign_key_list foreign_keys freelist_count
    fullfsync function_list hard_heap_limit ignore_check_constraints index_info index_list
    index_xinfo integrity_check journal_mode journal_size_limit legacy_alter_table locking_mode
    max_page_count mmap_size module_list page_count page_size pragma_list query_only quick_check
    read_uncommitted recursive_triggers reverse_unordered_selects schema_version secure_delete
    soft_heap_limit synchronous table_info table_list table_xinfo temp_store threads trusted_schema
    user_version wal_autocheckpoint writable_schema
    """
)
"""Pragmas that only read when they have no argument."""

_ARGUMENT_PRAGMAS = word_set(
    """
    foreign_key_check foreign_key_list index_info index_list index_xinfo integrity_check
    quick_check table_info table_list table_xinfo
    """
)
"""Pragmas whose argument only says what to read about."""

_DANGEROUS_FUNCTIONS = word_set(
    "edit eval fsdir fts3_tokenizer load_extension readfile sqlar_uncompress writefile"
)
"""Functions, built in or not, that reach files, programs or memory, or run text as SQL."""

_DECLARED_COLUMNS = word_set("type name tbl_name rootpage sql")
"""Columns that SQLite updates when it registers a table-valued function such as json_each. SQLite
itself refuses a query that would modify that table."""

_ACTION_NAMES = {
    sqlite3.SQLITE_ALTER_TABLE: "alter table",
    sqlite3.SQLITE_ANALYZE: "analyze",
    sqlite3.SQLITE_ATTACH: "attach",
    sqlite3.SQLITE_DELETE: "delete",
    sqlite3.SQLITE_DETACH: "detach",
    sqlite3.SQLITE_INSERT: "insert",
    sqlite3.SQLITE_PRAGMA: "pragma",
    sqlite3.SQLITE_REINDEX: "reindex",
    sqlite3.SQLITE_SAVEPOINT: "savepoint",
    sqlite3.SQLITE_TRANSACTION: "transaction",
    sqlite3.SQLITE_UPDATE: "update",
}


class Authorizer:
    """Lets a connection read and do nothing else; `refused` is why it first refused something."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.refused: str | None = None
        self._prepared = _prepared_by_rtrees(connection)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        if sys.version_info >= (3, 12):
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        connection.set_authorizer(self._authorize)

    def _authorize(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        reason = _refusal(action, first, second)
        if reason is None or (action in _WRITES and first in self._prepared):
            return sqlite3.SQLITE_OK
        self.refused = self.refused or reason
        return sqlite3.SQLITE_DENY


def require_names(
    connection: sqlite3.Connection, statement: SqlStatement, arguments: Mapping[str, Any]
) -> None:
    """Raise the driver's "no such column" for a double-quoted word that names nothing.

    SQLite would take it for text, and answer a misspelt column without an error. Words in backticks
    it takes for names alone, so it is asked to explain the statement with those.
    """
    first = statement.words[0].text.lower() if statement.words else ""
    if not statement.double_quoted or first == "pragma":
        return
    explain = "" if first == "explain" else "explain "
    try:
        connection.execute(explain + statement.backticked(), arguments)
    except sqlite3.Error:
        connection.execute(explain + statement.text, arguments)  # errors in the user's own words
        raise


_WRITES = (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE)


def _prepared_by_rtrees(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the tables for which an R*Tree prepares writing statements, even for a query.

    It never runs them, and they would fail: the file is opened with `mode=ro`.
    """
    rtrees = connection.execute(
        "select name from sqlite_schema where type = 'table' and rootpage = 0 "
        "and (sql like '%using%rtree%' or sql like '%using%geopoly%')"
    ).fetchall()
    parts = ("node", "rowid", "parent")
    return frozenset(f"{name}_{part}" for (name,) in rtrees for part in parts)


def _refusal(action: int, first: str | None, second: str | None) -> str | None:
    """Return why SQLite must not do this, or None if it may."""
    if action == sqlite3.SQLITE_PRAGMA:
        name = (first or "").lower()
        if second is None and name not in _BARE_PRAGMAS:
            return f"`pragma {name}` is not allowed: {ONLY_READS}"
        if second is not None and name not in _ARGUMENT_PRAGMAS:
            return f"`pragma {name}` with a value is not allowed: {ONLY_READS}"
        return None
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _DANGEROUS_FUNCTIONS:
        return f"the function `{second}` is not allowed: it reaches beyond the database"
    if action in _READS:
        return None
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master" and second in _DECLARED_COLUMNS:
        return None
    return f"{_ACTION_NAMES.get(action, 'this')} is not allowed: {ONLY_READS}"
