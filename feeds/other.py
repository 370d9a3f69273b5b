"""A target in any other database that SQLAlchemy speaks to: tables with keys and CHECKs.

It is always filled whole, in one transaction; its tables are created before that. Rows are read
back and compared. Touches the tables of a sourcebook in the database of the URL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Dialect,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    insert,
    select,
)
from sqlalchemy.dialects.mysql import MEDIUMTEXT, VARCHAR
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import AddConstraint, ColumnCollectionConstraint

from database.connect import REVISION, VERSION_TABLE, revision
from database.digest import Digest, total
from database.errors import DatabaseError, how_to_install, naming_errors
from database.snapshot import RECORD, TABLES, Snapshot, batched
from feeds.structure import plain_tables, state_of
from feeds.target import Target, TargetState
from output.progress import Progress
from schema.dictionary import type_of

KEY_LENGTH = 255
"""Characters of a text in a key or an index: many engines need a limit, and a small one."""

MYSQL = ("mysql", "mariadb")
TEXT = {"charset": "utf8mb4", "collation": "utf8mb4_bin"}
"""How MySQL and MariaDB compare text by code point, as the other engines do."""

KEY_TEXT = String(KEY_LENGTH).with_variant(VARCHAR(KEY_LENGTH, **TEXT), *MYSQL)
LONG_TEXT = Text().with_variant(MEDIUMTEXT(**TEXT), *MYSQL)


DRIVERS = {
    "MySQLdb": ("pymysql", ", and give mysql+pymysql://…"),
    "mysql": ("mysql-connector-python", ""),
}
"""What to install for a driver whose package has another name, or is hard to install; and what
else to do then."""


class Other(Target):
    """A database of an engine for which Sourcebook has no class of its own."""

    is_server = True

    def __init__(self, url: URL, progress: Progress) -> None:
        self.name = url.set(query={}).render_as_string(hide_password=True)
        self._url = url
        self._progress = progress

    @contextmanager
    def opened(self, source: Snapshot) -> Iterator[TargetState]:  # noqa: ARG002 - another engine
        """Open it in one transaction. Raises DatabaseError if its driver isn't installed."""
        try:
            engine = create_engine(self._url, poolclass=NullPool)
        except ModuleNotFoundError as error:
            package, more = DRIVERS.get(str(error.name), (str(error.name), ""))
            raise DatabaseError(
                f"{self.name}: its driver is not installed: {how_to_install(package)}{more}"
            ) from None
        self._tables, self._checks = tables_for(engine.dialect)
        try:
            with (
                naming_errors(self.name, SQLAlchemyError, ending="; nothing changed"),
                engine.connect() as self.connection,
            ):
                state = state_of(self.name, self.connection, views=False)
                self._whole = not state.missing
                self.connection.rollback()
                with self.connection.begin():
                    yield state
        finally:
            engine.dispose()

    def fill(self, source: Snapshot, progress: Progress) -> dict[str, Digest]:
        """Create the tables if need be, and replace all rows."""
        if not (self._whole and revision(self.connection) == REVISION):
            self._create()
        for table in (RECORD, *reversed(TABLES)):
            self.connection.execute(delete(self._tables.tables[table.name]))
        sent = self.copy_all(source, progress)
        self.record()
        return sent

    def _create(self) -> None:
        """Create the tables anew.

        Few engines can undo that. The version comes first and its number last, so that tables
        whose creation was interrupted are recognised and created again.
        """
        self._tables.drop_all(self.connection)
        self._tables.tables[VERSION_TABLE].create(self.connection)
        self._tables.create_all(self.connection)
        if skipped := sum(not self._adds(check) for check in self._checks):
            self._progress.say(f"{self.name}: CHECKs left out, which it refuses: {skipped}")
        versions = self._tables.tables[VERSION_TABLE]
        self.connection.execute(insert(versions), {"version_num": REVISION})

    def _adds(self, check: AddConstraint) -> bool:
        try:
            self.connection.execute(check)
        except DBAPIError:
            return False
        return True

    def write(self, into: str, table: Table, batches: Iterable[list[bytes]]) -> None:
        """Insert rows."""
        names = table.columns.keys()
        for lines in batches:
            rows = [dict(zip(names, json.loads(line), strict=True)) for line in lines]
            self.connection.execute(insert(self._tables.tables[into]), rows)

    def digest(self, table: Table) -> Digest:
        """Read the rows back and compute the digest."""
        with closing(self._lines(select(self._tables.tables[table.name]))) as lines:
            return total(lines)

    def lines(self, table: Table) -> Generator[list[bytes], None, None]:
        """Return all rows by primary key."""
        stored = self._tables.tables[table.name]
        return self._lines(select(stored).order_by(*stored.primary_key.columns))

    def _lines(self, query: Any) -> Generator[list[bytes], None, None]:
        with self.connection.execution_options(yield_per=1_000).execute(query) as rows:
            yield from batched(map(json_line, rows))


def other_url(target: str) -> URL:
    """Return the URL of a target. Raises DatabaseError; it may hold a password: don't repeat it."""
    try:
        url = make_url(target)
        url.get_dialect()
    except (ArgumentError, ValueError, ImportError):  # NoSuchModuleError is an ArgumentError
        raise DatabaseError(
            "TARGET: SQLAlchemy knows no such database; give PostgreSQL "
            "(postgresql://USER@HOST/NAME), SQLite or DuckDB (a path), or install the dialect"
        ) from None
    if "@" in f"{url.host}{url.database}":
        raise DatabaseError("TARGET: in a user's name or password, write @ as %40 and / as %2F")
    return url


def json_line(row: Sequence[Any]) -> bytes:
    """Write a row as a JSON array, as SQLite does."""
    values = [int(value) if isinstance(value, bool) else value for value in row]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def tables_for(dialect: Dialect) -> tuple[MetaData, list[AddConstraint]]:
    """Return the tables as an engine can create them, and what adds their CHECKs one by one.

    Text in keys has a length. Keys of a table to itself are left out, since rows come in any
    order, and so are unique indexes for some rows only.
    """
    metadata = plain_tables()
    checks = []
    for table in metadata.sorted_tables:
        for prefix in MYSQL:
            table.kwargs[f"{prefix}_engine"] = "InnoDB"
            table.kwargs[f"{prefix}_charset"] = "utf8mb4"
        for constraint in list(table.constraints):
            if isinstance(constraint, CheckConstraint):
                table.constraints.remove(constraint)
                rule = _quoted_columns(str(constraint.sqltext), table, dialect)
                quoted = CheckConstraint(rule, name=constraint.name, table=table)
                checks.append(AddConstraint(quoted))
        for index in list(table.indexes):
            if index.dialect_options["sqlite"]["where"] is not None:
                table.indexes.remove(index)
        for column in table.columns:
            column.autoincrement = False  # MariaDB allows no CHECK on a column that has it
            if type_of(column) == "text":
                column.type = KEY_TEXT if _in_key(column) else LONG_TEXT
    return metadata, checks


def _in_key(column: Column[Any]) -> bool:
    constraints, indexes = column.table.constraints, column.table.indexes
    keys = [key.columns for key in constraints if isinstance(key, ColumnCollectionConstraint)]
    keys += [index.columns for index in indexes]
    return any(column.name in columns for columns in keys)


def _quoted_columns(rule: str, table: Table, dialect: Dialect) -> str:
    """Quote the columns in a CHECK that are words of the engine, such as `key`."""
    names = "|".join(column.name for column in table.columns)
    quote = dialect.identifier_preparer.quote
    return re.sub(
        rf"'[^']*'|\b({names})\b", lambda m: quote(m[1]) if m[1] else m[0].replace("%", "%%"), rule
    )
