"""Opening DuckDB files so that a query reads the file and does nothing else.

DuckDB itself refuses to write to a file that is open for reading, to reach other files or the
network, to load extensions, and to change these settings. The types of statements exclude the rest:
temporary tables, for example.
"""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL

from database.errors import DatabaseError, how_to_install, naming_errors
from database.location import is_duckdb, name_of, real_path
from database.readonly import (
    DriverResult,
    NamedType,
    ReadOnlyConnection,
    ReadOnlyDialect,
    read_only_engine,
)
from database.statement import StatementError

NO_DRIVER = f"DuckDB is not installed: {how_to_install('duckdb', 'pyarrow')}"

SETTINGS: dict[str, Any] = {
    "access_mode": "read_only",
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,  # or a name could mean a variable of ours
    "integer_division": True,  # 7 / 2 is 3, as on the other engines
    "lock_configuration": True,
}

READING = ("SELECT", "EXPLAIN")
"""DuckDB's names for the types of statements that only read."""


class DuckdbDialect(ReadOnlyDialect):
    """What SQLAlchemy needs to query DuckDB and to describe what a file holds."""

    name = "duckdb"
    default_paramstyle = "numeric_dollar"
    supports_statement_cache = True

    def has_table(self, connection: Connection, table_name: str, *_: Any, **__: Any) -> bool:
        """Return whether there is a table or view of this name."""
        return bool(self.get_columns(connection, table_name))

    def get_table_names(self, connection: Connection, *_: Any, **__: Any) -> list[str]:
        """Return the tables."""
        return [row.table_name for row in _catalog(connection, "tables")]

    def get_view_names(self, connection: Connection, *_: Any, **__: Any) -> list[str]:
        """Return the views."""
        return [row.view_name for row in _catalog(connection, "views")]

    def get_table_comment(self, connection: Connection, table_name: str, *_: Any, **__: Any) -> Any:
        """Return the comment on a table or view."""
        rows = _catalog(connection, "tables", table_name) + [
            row for row in _catalog(connection, "views") if row.view_name == table_name
        ]
        return {"text": rows[0].comment if rows else None}

    def get_columns(self, connection: Connection, table_name: str, *_: Any, **__: Any) -> Any:
        """Return the columns of a table or view."""
        return [
            {
                "name": row.column_name,
                "type": NamedType(row.data_type),
                "nullable": row.is_nullable,
                "default": row.column_default,
                "comment": row.comment,
            }
            for row in _catalog(connection, "columns", table_name)
        ]

    def get_pk_constraint(self, connection: Connection, table_name: str, *_: Any, **__: Any) -> Any:
        """Return the primary key."""
        keys = _constraints(connection, table_name, "PRIMARY KEY")
        return {
            "name": None,
            "constrained_columns": keys[0].constraint_column_names if keys else [],
        }

    def get_foreign_keys(self, connection: Connection, table_name: str, *_: Any, **__: Any) -> Any:
        """Return the foreign keys."""
        return [
            {
                "name": None,
                "constrained_columns": key.constraint_column_names,
                "referred_schema": None,
                "referred_table": key.referenced_table,
                "referred_columns": key.referenced_column_names,
            }
            for key in _constraints(connection, table_name, "FOREIGN KEY")
        ]

    def get_indexes(self, connection: Connection, table_name: str, *_: Any, **__: Any) -> Any:
        """Return the unique columns."""
        return [
            {"name": None, "unique": True, "column_names": key.constraint_column_names}
            for key in _constraints(connection, table_name, "UNIQUE")
        ]


def _catalog(connection: Connection, of: str, table: str | None = None) -> list[Any]:
    """Return what one of DuckDB's catalogue functions lists of the main schema, or of a table."""
    query = (
        f"select * from duckdb_{of}() "  # noqa: S608 - one of our own literals
        "where database_name = current_database() and schema_name = 'main' and not internal"
    )
    if table is None:
        return list(connection.exec_driver_sql(query))
    return list(connection.exec_driver_sql(f"{query} and table_name = $1", (table,)))


def _constraints(connection: Connection, table: str, type: str) -> list[Any]:
    query = (
        "select * from duckdb_constraints() where database_name = current_database() "
        "and schema_name = 'main' and table_name = $1 and constraint_type = $2"
    )
    return list(connection.exec_driver_sql(query, (table, type)))


# --- opening --------------------------------------------------------------------------------------


def engine(url: URL, timeout: float | None = None) -> Engine:
    """Open a file for SQLAlchemy; `timeout` limits the time of all calls, in seconds."""
    return read_only_engine(url, DuckdbDialect, open_duckdb(url).limit(timeout))


def open_duckdb(url: URL) -> ReadOnlyConnection:
    """Open a file for reading. Raises DatabaseError."""
    driver, path = _driver(), real_path(url)
    if not path.exists():
        raise DatabaseError(
            f"{name_of(url)}: there is no such file; name another with --db, or make it from a "
            "sourcebook with `sourcebook feed`"
        )
    if not is_duckdb(path):
        raise DatabaseError(f"{name_of(url)}: is not a DuckDB database; give another --db")
    # Where DuckDB spills what does not fit into memory. It creates the folder, and removes it.
    spill = Path(tempfile.gettempdir(), f"sourcebook-{uuid.uuid4().hex}")
    with naming_errors(name_of(url), driver.Error):
        duck = driver.connect(str(path), config={**SETTINGS, "temp_directory": str(spill)})
    cursors: list[Any] = []

    def ask(sql: str, parameters: Any) -> DriverResult:
        cursor = duck.cursor()  # several results can be read at a time
        cursors.append(cursor)
        cursor.execute(sql, parameters)
        columns = [(name, str(type)) for name, type, *_ in cursor.description or ()]
        return DriverResult(columns, cursor.fetchmany)

    def interrupt() -> None:
        for cursor in cursors:
            cursor.interrupt()

    return ReadOnlyConnection(ask, require_query, interrupt, duck.close, driver.Error)


def _driver() -> Any:
    try:
        import duckdb
    except ModuleNotFoundError:
        raise DatabaseError(NO_DRIVER) from None
    return duckdb


def require_query(sql: str, parameters: Any = ()) -> None:
    """Raise StatementError for a statement that does more than read."""
    del parameters
    driver = _driver()
    try:
        types = [statement.type.name for statement in driver.extract_statements(sql)]
    except driver.Error:
        return  # DuckDB says what is wrong when it runs the query
    for type in types:
        if type not in READING:
            keyword = type.lower().replace("_", " ")
            raise StatementError(f"`{keyword}` is not allowed: a query here only reads")
