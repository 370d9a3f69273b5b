"""A target in any other database that SQLAlchemy speaks to: tables with keys and CHECKs.

It is always filled whole, in one transaction; its tables are created before that. Rows are read
back and compared. Touches the tables of a sourcebook in the database of the URL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Dialect,
    ForeignKeyConstraint,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.mysql import MEDIUMTEXT, VARCHAR
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import AddConstraint, ColumnCollectionConstraint

from database.connect import REVISION, VERSION_TABLE
from database.digest import Digest, hashed, total
from database.errors import DatabaseError
from database.faults import shown
from database.snapshot import RECORD, TABLES, Snapshot, batched
from feeds.book import read_book
from feeds.target import Target, TargetState, require_ours
from output.progress import Progress
from schema.dictionary import type_of
from schema.models import METADATA

KEY_LENGTH = 255
"""Characters of a text in a key or an index: many engines need a limit, and a small one."""

MYSQL = ("mysql", "mariadb")
COLLATION = "utf8mb4_bin"
"""How MySQL and MariaDB compare text by code point, as the other engines do."""


class Other(Target):
    """A database of an engine that Sourcebook doesn't know in particular."""

    is_server = True

    def __init__(self, url: URL, progress: Progress) -> None:
        self.name = url.set(query={}).render_as_string(hide_password=True)
        self._url = url
        self._progress = progress

    @contextmanager
    def opened(self, source: Snapshot) -> Iterator[TargetState]:  # noqa: ARG002 - another engine
        """Open it in one transaction. Raises DatabaseError if its driver isn't installed."""
        try:
            self._engine = create_engine(self._url, poolclass=NullPool)
        except (NoSuchModuleError, ArgumentError):
            scheme = self._url.drivername
            raise DatabaseError(
                f"{self.name}: SQLAlchemy knows no {scheme}://; install its dialect, or feed "
                "PostgreSQL, SQLite or DuckDB"
            ) from None
        except ModuleNotFoundError as error:
            raise DatabaseError(
                f"{self.name}: its driver is not installed: pip install {error.name}"
            ) from None
        self._tables, self._checks = tables_for(self._engine.dialect)
        try:
            with self._engine.connect() as self._connection:
                state = self._state()
                self._connection.rollback()
                with self._connection.begin():
                    yield state
        except DBAPIError as error:
            message = (str(error.orig).splitlines() or [type(error.orig).__name__])[0]
            raise DatabaseError(f"{self.name}: {message}; nothing changed") from error
        except SQLAlchemyError as error:
            raise DatabaseError(f"{self.name}: {str(error).splitlines()[0]}") from error
        finally:
            self._engine.dispose()

    def _state(self) -> TargetState:
        inspector = inspect(self._connection)
        there = {*inspector.get_table_names()}
        versions = self._tables.tables[VERSION_TABLE]
        revision = None
        if VERSION_TABLE in there:
            revision = self._connection.execute(select(versions.c.version_num)).scalar()
        ours = {*self._tables.tables} if VERSION_TABLE in there else set()
        foreign = [f"table {name}" for name in sorted(there - ours)]
        foreign += [f"view {name}" for name in sorted(inspector.get_view_names())]
        require_ours(self.name, revision, foreign)
        if VERSION_TABLE not in there:
            return TargetState()
        if revision is None or not ours <= there:  # creating them was interrupted
            return TargetState(exists=True)
        if revision != REVISION:
            return TargetState(exists=True, missing=f"it has schema {revision}, not {REVISION}")
        fed = self._connection.execute(select(RECORD.c.fed_at)).first() is not None
        return TargetState(exists=True, fed=fed, book=read_book(self._connection.execute))

    def counts(self) -> dict[str, int]:
        """Count the rows of every table that exists."""
        there = inspect(self._connection).get_table_names()
        return {
            table.name: self._connection.execute(
                select(func.count()).select_from(table)
            ).scalar_one()
            for table in TABLES
            if table.name in there
        }

    def fill(self, source: Snapshot, progress: Progress) -> dict[str, Digest]:
        """Create the tables if need be, and replace all rows."""
        self._create()
        for table in (RECORD, *reversed(TABLES)):
            self._connection.execute(delete(self._tables.tables[table.name]))
        with progress.stage("copying", sum(source.count(table) for table in TABLES)):
            return {table.name: self._copy(source, table, progress) for table in TABLES}

    def _create(self) -> None:
        """Create the tables, unless they are there and of this version.

        Few engines can undo that. The version comes first and its number last, so that tables
        whose creation was interrupted are recognised and created again.
        """
        versions = self._tables.tables[VERSION_TABLE]
        if inspect(self._connection).has_table(VERSION_TABLE):
            if self._connection.execute(select(versions.c.version_num)).scalar() == REVISION:
                return
            self._tables.drop_all(self._connection)
        versions.create(self._connection)
        self._tables.create_all(self._connection)
        if skipped := sum(not self._adds(check) for check in self._checks):
            self._progress.say(f"{self.name}: CHECKs left out, which it refuses: {skipped}")
        self._connection.execute(insert(versions), {"version_num": REVISION})

    def _adds(self, check: AddConstraint) -> bool:
        try:
            self._connection.execute(check)
        except DBAPIError:
            return False
        return True

    def _copy(self, source: Snapshot, table: Table, progress: Progress) -> Digest:
        sent, into = Digest(), self._tables.tables[table.name]
        names = [column.name for column in table.columns]
        with closing(source.lines(table)) as batches:
            for lines in batches:
                rows = [dict(zip(names, row, strict=True)) for row in map(json.loads, lines)]
                self._require_short(source, into, rows)
                self._connection.execute(insert(into), rows)
                sent = sent.plus(hashed(lines))
                progress.advance(len(lines))
        return sent

    def _require_short(
        self, source: Snapshot, table: Table, rows: Sequence[dict[str, Any]]
    ) -> None:
        """Raise DatabaseError for a text that is too long for a key here."""
        texts = (column for column in table.columns if type_of(column) == "text")
        limited = [column.name for column in texts if _in_key(column)]
        for row in rows:
            for name in limited:
                if len(row[name] or "") > KEY_LENGTH:
                    key = ", ".join(f"{k.name} {shown(row[k.name])}" for k in table.primary_key)
                    raise DatabaseError(
                        f"{source.name}: {table.name}, {key}: {name} is longer than {KEY_LENGTH} "
                        "characters, the most that a key can have in this TARGET; shorten it there"
                    )

    def digest(self, table: Table, where: str = "true") -> Digest:
        """Read the rows back and compute the digest."""
        query = select(self._tables.tables[table.name])
        with closing(self._lines(query.where(text(where)) if where != "true" else query)) as lines:
            return total(lines)

    def lines(self, table: Table) -> Generator[list[bytes], None, None]:
        """Return all rows by primary key."""
        stored = self._tables.tables[table.name]
        return self._lines(select(stored).order_by(*stored.primary_key.columns))

    def _lines(self, query: Any) -> Generator[list[bytes], None, None]:
        with self._connection.execution_options(yield_per=1_000).execute(query) as rows:
            yield from batched(map(json_line, rows))

    def record(self, fed_at: str) -> None:
        """Record that a feed filled it."""
        self._connection.execute(insert(RECORD), {"fed_at": fed_at})


def json_line(row: Sequence[Any]) -> bytes:
    """Write a row as a JSON array, as SQLite does."""
    values = [int(value) if isinstance(value, bool) else value for value in row]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def tables_for(dialect: Dialect) -> tuple[MetaData, list[AddConstraint]]:
    """Return the tables as an engine can create them, and what adds their CHECKs one by one.

    Text in keys has a length. Keys of a table to itself are left out, since rows come in any
    order, and so are unique indexes for some rows only.
    """
    metadata = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.sorted_tables:
        table.to_metadata(metadata)
    checks = []
    for table in metadata.sorted_tables:
        for prefix in MYSQL:
            table.kwargs[f"{prefix}_engine"] = "InnoDB"
            table.kwargs[f"{prefix}_charset"] = "utf8mb4"
        for column in table.columns:
            column.autoincrement = False  # MariaDB allows no CHECK on a column that has it
            if type_of(column) == "text":
                column.type = _key_text() if _in_key(column) else _long_text()
        for constraint in list(table.constraints):
            if isinstance(constraint, CheckConstraint):
                table.constraints.remove(constraint)
                rule = _quoted_columns(str(constraint.sqltext), table, dialect)
                quoted = CheckConstraint(rule, name=constraint.name, table=table)
                checks.append(AddConstraint(quoted))
            elif isinstance(constraint, ForeignKeyConstraint) and (
                constraint.referred_table is table
            ):
                table.constraints.remove(constraint)
        for index in list(table.indexes):
            if index.dialect_options["sqlite"]["where"] is not None:
                table.indexes.remove(index)
    Table(VERSION_TABLE, metadata, Column("version_num", String(32), primary_key=True))
    return metadata, checks


def _in_key(column: Column[Any]) -> bool:
    table = column.table
    keys = [
        key.columns
        for key in table.constraints
        if isinstance(key, ColumnCollectionConstraint) and not isinstance(key, CheckConstraint)
    ]
    return any(column.name in columns for columns in (*keys, *(i.columns for i in table.indexes)))


def _key_text() -> String:
    text = String(KEY_LENGTH)
    return text.with_variant(VARCHAR(KEY_LENGTH, charset="utf8mb4", collation=COLLATION), *MYSQL)


def _long_text() -> Text:
    return Text().with_variant(MEDIUMTEXT(charset="utf8mb4", collation=COLLATION), *MYSQL)


def _quoted_columns(rule: str, table: Table, dialect: Dialect) -> str:
    """Quote the columns in a CHECK that are words of the engine, such as `key`."""
    names = "|".join(column.name for column in table.columns)
    quote = dialect.identifier_preparer.quote
    return re.sub(
        rf"'[^']*'|\b({names})\b", lambda m: quote(m[1]) if m[1] else m[0].replace("%", "%%"), rule
    )
