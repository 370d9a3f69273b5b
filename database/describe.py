"""What a database holds: its tables and columns, with counts and examples, whoever made it.

Of a sourcebook the data dictionary says what is what; of any other database the database itself.
Reads only, and no longer than it may.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Inspector,
    Select,
    StaticPool,
    create_engine,
    func,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SAWarning, SQLAlchemyError

from database.connect import (
    REVISION,
    VERSION_TABLE,
    locate,
    name_of,
    real_path,
    require_current,
    revision,
)
from database.errors import DatabaseError
from database.readonly import open_postgresql, open_sqlite
from schema import dictionary
from schema.dictionary import Entry, Field

PATIENCE = 10.0
"""How long all that is counted and read for examples may take, in seconds."""

ROWS = 200
"""So many rows of a table are looked at for examples."""

EXAMPLES = 3
SHORT = 40
"""So many examples of a column are given, and of so many characters at most."""


class Table(NamedTuple):
    """A table or view."""

    name: str
    kind: str
    rows: int | None
    """How many; None of a view, whose rows are only made when they are asked for."""
    meaning: str | None


class Column(NamedTuple):
    """A column of a table or view."""

    column: str
    type: str
    key: str | None
    null: bool | None
    meaning: str | None
    values: str | None
    examples: str | None
    """A few values that stand there, joined by "; "; long ones are cut."""


class DataDictionary:
    """A sourcebook as it is meant to be, without anybody's database."""

    note: str | None = None
    """What should be said beside it, in one line."""

    def entries(self) -> Sequence[Entry]:
        """List the tables and views, as yet without rows."""
        return dictionary.tables()

    def fields(self, name: str) -> Sequence[Field]:
        """List the columns of one, as yet without examples. Raises UnknownTableError."""
        return dictionary.columns(name)

    def mermaid(self) -> str:
        """Draw the tables and what they point to."""
        return dictionary.mermaid()

    def tables(self) -> Iterator[Table]:
        """List all tables and views."""
        for one in self.entries():
            rows = self.count(one.name) if one.kind == "table" else None
            yield Table(one.name, one.kind, rows, one.meaning)

    def columns(self, name: str) -> Iterator[Column]:
        """List the columns of a table or view. Raises UnknownTableError."""
        fields = self.fields(name)
        examples = self.examples(name)
        for one in fields:
            yield Column(*one, examples.get(one.column))

    def count(self, name: str) -> int | None:  # noqa: ARG002 - there is nothing to count
        """Count the rows of a table."""
        return None

    def examples(self, name: str) -> dict[str, str]:  # noqa: ARG002 - nor to show
        """Give a few values of each column."""
        return {}


class DescribedSourcebook(DataDictionary):
    """A sourcebook that is there."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._until = monotonic() + PATIENCE
        if connection.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.set_progress_handler(lambda: monotonic() > self._until, 10_000)

    def count(self, name: str) -> int | None:
        """Count the rows of a table; None where that takes too long, which is noted."""
        counted = self._ask(select(func.count()).select_from(table(name)), name)
        return int(counted[0][0]) if counted else None

    def examples(self, name: str) -> dict[str, str]:
        """Give a few values of each column, from the first rows."""
        found = self._ask(select(text("*")).select_from(table(name)).limit(ROWS), name)
        if not found:
            return {}
        columns = zip(*found, strict=True)
        return {
            column: examples
            for column, values in zip(found[0]._fields, columns, strict=True)
            if (examples := _some(values))
        }

    def _ask(self, query: Select[Any], name: str) -> Sequence[Any] | None:
        """Ask for rows; None where they cannot be read, or not in time."""
        left = self._until - monotonic()
        connection = self._connection
        try:
            if left <= 0:
                raise TimeoutError
            if connection.dialect.name == "sqlite":
                return connection.execute(query).all()
            with connection.begin_nested():
                limit = select(func.set_config("statement_timeout", f"{left * 1000:.0f}", True))
                connection.execute(limit)
                return connection.execute(query).all()
        except (DBAPIError, TimeoutError) as error:
            late = monotonic() > self._until or isinstance(error, TimeoutError)
            if not late and _first_line(error) == "interrupted":  # by Ctrl-C, as SQLite says it
                raise KeyboardInterrupt from None
            reason = f"takes more than {PATIENCE:g} s" if late else _first_line(error)
            self.note = self.note or f"{name}: not counted or shown: {reason}"
            return None


class OtherDatabase(DescribedSourcebook):
    """Any other database, as it describes itself."""

    def __init__(self, connection: Connection, note: str) -> None:
        super().__init__(connection)
        self.note = note
        self._inspector: Inspector = inspect(connection)

    def entries(self) -> Sequence[Entry]:
        """List the tables, then the views, by name."""
        found = self._inspector
        views = [(name, "view") for name in found.get_view_names()]
        if self._connection.dialect.name == "postgresql":
            views += [(name, "materialized view") for name in found.get_materialized_view_names()]
        tables = [(name, "table") for name in found.get_table_names() if name != VERSION_TABLE]
        return [
            Entry(name, kind, self._comment(name) or "") for name, kind in tables + sorted(views)
        ]

    def _comment(self, name: str) -> str | None:
        if self._connection.dialect.name == "sqlite":  # which keeps none
            return None
        return self._inspector.get_table_comment(name)["text"]

    def fields(self, name: str) -> Sequence[Field]:
        """List the columns of one with their keys. Raises UnknownTableError."""
        known = {one.name: one.kind for one in self.entries()}
        if name not in known:
            raise dictionary.unknown_table(name, known)
        keys = self._keys(name) if known[name] == "table" else {}
        return [
            Field(
                one["name"],
                self._type(one["type"]),
                "; ".join(keys.get(one["name"], ())) or None,
                bool(one["nullable"]) if known[name] == "table" else None,
                one.get("comment") or "",
                None,
            )
            for one in self._columns(name)
        ]

    def _columns(self, name: str) -> Sequence[Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of types that SQLAlchemy does not know
            try:
                return self._inspector.get_columns(name)
            except SQLAlchemyError as error:  # a view of what is gone, a module that is not there
                self.note = f"{name}: its columns cannot be read: {_first_line(error)}"
                return ()

    def _type(self, type: Any) -> str:
        try:
            return str(type.compile(self._connection.dialect)).lower()
        except SQLAlchemyError:
            return ""

    def _keys(self, name: str) -> dict[str, list[str]]:
        """Say in which keys each column takes part, as the dictionary does."""
        found: dict[str, list[str]] = {}
        for column in self._inspector.get_pk_constraint(name)["constrained_columns"]:
            found.setdefault(column, []).append("pk")
        for key in self._inspector.get_foreign_keys(name):
            # Without columns of its own, a key in SQLite points at the primary key.
            targets = key["referred_columns"] or [""] * len(key["constrained_columns"])
            for column, target in zip(key["constrained_columns"], targets, strict=False):
                pointed = f"{key['referred_table']}.{target}".rstrip(".")
                found.setdefault(column, []).append(f"fk {pointed}")
        for unique, where in self._unique(name):
            for column in unique:
                others = ", ".join(one for one in unique if one != column)
                said = f"unique{others and f' with {others}'}{where}"
                found.setdefault(column, []).append(said)
        return found

    def _unique(self, name: str) -> Iterator[tuple[list[str], str]]:
        """Give what is unique besides the primary key, and under which condition."""
        sqlite = self._connection.dialect.name == "sqlite"
        # SQLAlchemy finds some unique columns in SQLite's DDL; SQLite has an index for all.
        more: dict[str, Any] = {"include_auto_indexes": True} if sqlite else {}
        primary = self._inspector.get_pk_constraint(name)["constrained_columns"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of indexes on expressions
            indexes = self._inspector.get_indexes(name, **more)
        for index in indexes:
            columns = [one for one in index["column_names"] if one is not None]
            whole = len(columns) == len(index["column_names"]) > 0
            if index["unique"] and whole and columns != primary:
                where = index.get("dialect_options", {}).get(
                    f"{self._connection.dialect.name}_where"
                )
                yield columns, f" where {where}" if where is not None else ""

    def mermaid(self) -> str:
        """Draw the tables and what they point to."""
        lines, edges = ["erDiagram"], []
        for one in self.entries():
            if one.kind != "table":
                continue
            lines.append(f"    {_drawn(one.name)} {{")
            for field in self.fields(one.name):
                said = field.key or ""
                keys = [short for short in ("pk", "fk") if re.search(rf"\b{short}\b", said)]
                keys += ["uk"] if re.search(r"unique(;|$)", said) else []
                kind = _drawn(field.type or "any")
                lines.append(
                    f"        {kind} {_drawn(field.column)} {', '.join(keys).upper()}".rstrip()
                )
            lines.append("    }")
            for key in self._inspector.get_foreign_keys(one.name):
                label = ", ".join(map(_drawn, key["constrained_columns"]))
                edges.append(
                    f'    {_drawn(key["referred_table"])} ||..o{{ {_drawn(one.name)} : "{label}"'
                )
        return "\n".join(lines + edges) + "\n"


@contextmanager
def describing(database: str) -> Iterator[DataDictionary]:
    """Look at a database: what is there is described while the block lasts.

    Where nothing is yet, the dictionary stands alone. Raises DatabaseError for what is no database
    or cannot be read.
    """
    url = locate(database)
    if _nothing(url):
        there = DataDictionary()
        there.note = f"{name_of(url)}: nothing is there yet, and so no rows are counted"
        yield there
        return
    with _opened(database, url) as connection:
        yield _described(connection, url)


def _nothing(url: URL) -> bool:
    if url.get_backend_name() != "sqlite":
        return False
    path = real_path(url)
    return not path.exists() or (path.is_file() and path.stat().st_size == 0)


def _described(connection: Connection, url: URL) -> DataDictionary:
    try:
        standing = revision(connection)
    except DatabaseError:  # of another application
        standing = None
    if standing == REVISION:
        return DescribedSourcebook(connection)
    found = inspect(connection)
    if standing is None and not found.get_table_names() and not found.get_view_names():
        there = DataDictionary()
        there.note = f"{name_of(url)}: is empty, and so no rows are counted"
        return there
    note = f"{name_of(url)}: is no sourcebook; this is what it says of itself"
    if standing is not None:
        try:
            require_current(connection, url)
        except DatabaseError as error:
            note = str(error)
    return OtherDatabase(connection, note)


@contextmanager
def _opened(database: str, url: URL) -> Iterator[Connection]:
    """Open any database for reading, guarded as ad hoc queries are."""
    with ExitStack() as stack:
        if url.get_backend_name() == "sqlite":
            driver: Any = stack.enter_context(open_sqlite(database))[0]
        else:
            driver = stack.enter_context(closing(open_postgresql(database)))
        engine = create_engine(url, creator=lambda: driver, poolclass=StaticPool)
        stack.callback(engine.dispose)
        try:
            with engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise DatabaseError(f"{name_of(url)}: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    said = getattr(error, "orig", None) or error
    return (str(said).strip() or type(said).__name__).splitlines()[0]


def _some(values: Sequence[Any]) -> str | None:
    """Choose the first few different values, short ones if there are any."""
    known = dict.fromkeys(_shown(value) for value in values if value is not None)
    short = [one for one in known if 0 < len(one) <= SHORT]
    cut = [f"{one[:SHORT]}…" for one in known if len(one) > SHORT]
    return "; ".join((short or cut)[:EXAMPLES]) or None


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes | memoryview):
        return f"{len(value):,} bytes"
    return str(value)


def _drawn(name: str) -> str:
    """Give a name as Mermaid takes it."""
    return re.sub(r"[^A-Za-z0-9_]", "_", name) or "_"
