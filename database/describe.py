"""What a database holds: its tables and columns, with counts and examples, whoever made it.

The data dictionary describes a sourcebook; any other database describes itself. Only reads, and
stops counting after some seconds.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cached_property
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
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

from database import duckdb, spark
from database.cancellation import TimeLimitError
from database.connect import REVISION, VERSION_TABLE, outdated, revision
from database.errors import DatabaseError, driver_message, naming_errors
from database.location import is_file, locate, name_of, real_path
from database.postgresql import keep_catalog, open_postgresql
from database.sqlite import open_sqlite
from schema import dictionary
from schema.dictionary import ColumnEntry, TableEntry

PATIENCE = 10.0
"""How long counting and reading examples may take altogether, in seconds."""

SAMPLED_ROWS = 200
"""How many rows of a table are read to find examples."""

EXAMPLES = 3
EXAMPLE_LENGTH = 40
"""At most this many examples of a column, each of at most this many characters."""


class DescribedTable(NamedTuple):
    """A table or view."""

    name: str
    kind: str
    rows: int | None
    """How many; None for a view, which may be expensive to count."""
    meaning: str | None


class DescribedColumn(NamedTuple):
    """A column of a table or view."""

    column: str
    type: str
    key: str | None
    null: bool | None
    meaning: str | None
    values: str | None
    examples: str | None
    """A few of its values, joined by "; "; long ones are cut."""


class DataDictionary:
    """A sourcebook as it is meant to be, without a database."""

    def __init__(self, *notes: str) -> None:
        self._notes = list(notes)

    @property
    def notes(self) -> list[str]:
        """Remarks for the reader, one line each."""
        return self._notes

    def entries(self) -> Sequence[TableEntry]:
        """List the tables and views, without rows."""
        return dictionary.tables()

    def fields(self, name: str) -> Sequence[ColumnEntry]:
        """List the columns of a table or view, without examples. Raises UnknownTableError."""
        return dictionary.columns(name)

    def mermaid(self) -> str:
        """Draw the tables and their foreign keys."""
        return dictionary.mermaid()

    def tables(self) -> Iterator[DescribedTable]:
        """List all tables and views."""
        for entry in self.entries():
            rows = self.count(entry.name) if entry.kind == "table" else None
            yield DescribedTable(entry.name, entry.kind, rows, entry.meaning)

    def columns(self, name: str) -> Iterator[DescribedColumn]:
        """List the columns of a table or view. Raises UnknownTableError."""
        fields = self.fields(name)
        examples = self.examples(name) if fields else {}
        for field in fields:
            yield DescribedColumn(*field, examples.get(field.column))

    def count(self, name: str) -> int | None:  # noqa: ARG002 - there is nothing to count
        """Count the rows of a table."""
        return None

    def examples(self, name: str) -> dict[str, str]:  # noqa: ARG002 - nor to show
        """Return a few values of each column, by its name."""
        return {}


class DescribedSourcebook(DataDictionary):
    """An existing sourcebook. On PostgreSQL only pg_catalog is on the search path."""

    def __init__(self, connection: Connection, schemas: Sequence[str | None], *notes: str) -> None:
        """Take the schemas in which unqualified names are found, in order; None is SQLite's."""
        super().__init__(*notes)
        self._connection = connection
        self._schemas = schemas
        self._until = monotonic() + PATIENCE
        self._unread: dict[str, list[str]] = {}
        if connection.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.set_progress_handler(lambda: monotonic() > self._until, 10_000)

    @property
    def notes(self) -> list[str]:
        """Remarks for the reader, one line each."""
        unread = self._unread.items()
        return self._notes + [
            f"{', '.join(names)}: not counted or shown: {reason}" for reason, names in unread
        ]

    def schema(self, name: str) -> str | None:  # noqa: ARG002 - all its tables are in one
        """Return the schema of a table or view."""
        return self._schemas[0]

    def count(self, name: str) -> int | None:
        """Count the rows of a table; None, and a note, where that fails or takes too long."""
        source = table(name, schema=self.schema(name))
        counted = self._rows(select(func.count()).select_from(source), name)
        return int(counted[0][0]) if counted else None

    def examples(self, name: str) -> dict[str, str]:
        """Return a few values of each column, from the first rows."""
        source = table(name, schema=self.schema(name))
        rows = self._rows(select(text("*")).select_from(source).limit(SAMPLED_ROWS), name)
        if not rows:
            return {}
        columns = zip(rows[0]._fields, zip(*rows, strict=True), strict=True)
        return {column: examples for column, values in columns if (examples := _examples(values))}

    def _rows(self, query: Select[Any], name: str) -> Sequence[Any]:
        """Return the rows of a query; none, and a note, where it fails or takes too long."""
        left = self._until - monotonic()
        connection = self._connection
        try:
            if left <= 0:
                raise TimeoutError
            if connection.dialect.name != "postgresql":
                return connection.execute(query).all()
            with connection.begin_nested():
                limit = select(func.set_config("statement_timeout", f"{left * 1000:.0f}", True))
                connection.execute(limit)
                return connection.execute(query).all()
        except (DBAPIError, TimeoutError, TimeLimitError, UnicodeDecodeError) as error:
            late = monotonic() > self._until or isinstance(error, TimeoutError | TimeLimitError)
            reason = f"takes more than {PATIENCE:g} s" if late else driver_message(error)
            self._unread.setdefault(reason, []).append(name)
            return ()


class OtherDatabase(DescribedSourcebook):
    """Any other database, as it describes itself."""

    @cached_property
    def _known(self) -> dict[str, tuple[str, str | None]]:
        """Kind and schema of the tables, then of the views, by name."""
        inspector = inspect(self._connection)
        known: dict[str, tuple[str, str | None]] = {}
        listings = [
            ("table", inspector.get_table_names),
            ("view", inspector.get_view_names),
        ]
        if self._connection.dialect.name == "postgresql":
            listings.append(("materialized view", inspector.get_materialized_view_names))
        for kind, listing in listings:
            for schema in self._schemas:
                for name in listing(schema):
                    known.setdefault(name, (kind, schema))
        known.pop(VERSION_TABLE, None)
        return known

    def schema(self, name: str) -> str | None:
        """Return the schema of a table or view: the first on the path that has it."""
        return self._known[name][1]

    def entries(self) -> Sequence[TableEntry]:
        """List the tables, then the views, by name."""
        known = sorted((kind != "table", name, kind) for name, (kind, _) in self._known.items())
        return [TableEntry(name, kind, self._comment(name) or "") for _, name, kind in known]

    def _comment(self, name: str) -> str | None:
        if self._connection.dialect.name == "sqlite":  # which keeps no comments
            return None
        return inspect(self._connection).get_table_comment(name, self.schema(name))["text"]

    def fields(self, name: str) -> Sequence[ColumnEntry]:
        """List the columns of a table or view with their keys. Raises UnknownTableError."""
        if name not in self._known:
            raise dictionary.unknown_table(name, self._known)
        is_table = self._known[name][0] == "table"
        keys = self._keys(name) if is_table else {}
        return [
            ColumnEntry(
                column["name"],
                self._type(column["type"]),
                "; ".join(keys.get(column["name"], ())) or None,
                bool(column["nullable"]) if is_table else None,
                column.get("comment") or "",
                None,
            )
            for column in self._columns(name)
        ]

    def _columns(self, name: str) -> Sequence[Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # about types that SQLAlchemy doesn't know
            try:
                return inspect(self._connection).get_columns(name, self.schema(name))
            # A view of what is gone, or a missing module.
            except (SQLAlchemyError, UnicodeDecodeError) as error:
                self._notes.append(f"{name}: its columns cannot be read: {driver_message(error)}")
                return ()

    def _type(self, type: Any) -> str:
        with suppress(SQLAlchemyError):
            return str(type.compile(self._connection.dialect)).lower()
        return ""

    def _keys(self, name: str) -> dict[str, list[str]]:
        """Return the keys that each column takes part in, as the dictionary writes them."""
        inspector, schema = inspect(self._connection), self.schema(name)
        keys: dict[str, list[str]] = {}
        for column in inspector.get_pk_constraint(name, schema)["constrained_columns"]:
            keys.setdefault(column, []).append("pk")
        for key in inspector.get_foreign_keys(name, schema):
            # Without columns of its own, a key in SQLite refers to the primary key.
            targets = key["referred_columns"] or [""] * len(key["constrained_columns"])
            for column, target in zip(key["constrained_columns"], targets, strict=False):
                reference = f"{key['referred_table']}.{target}".rstrip(".")
                keys.setdefault(column, []).append(f"fk {reference}")
        for unique, where in self._unique(name):
            for column in unique:
                others = ", ".join(other for other in unique if other != column)
                keys.setdefault(column, []).append(f"unique{others and f' with {others}'}{where}")
        return keys

    def _unique(self, name: str) -> Iterator[tuple[list[str], str]]:
        """Yield the unique columns besides the primary key, and under which condition they are."""
        inspector, schema = inspect(self._connection), self.schema(name)
        engine = self._connection.dialect.name
        # SQLAlchemy finds some unique columns in SQLite's DDL; SQLite has an index for all.
        more: dict[str, Any] = {"include_auto_indexes": True} if engine == "sqlite" else {}
        primary = inspector.get_pk_constraint(name, schema)["constrained_columns"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # about indexes on expressions
            indexes = inspector.get_indexes(name, schema, **more)
        for index in indexes:
            columns = [column for column in index["column_names"] if column is not None]
            whole = len(columns) == len(index["column_names"]) > 0
            if index["unique"] and whole and columns != primary:
                where = index.get("dialect_options", {}).get(f"{engine}_where")
                yield columns, f" where {where}" if where is not None else ""

    def mermaid(self) -> str:
        """Draw the tables and their foreign keys."""
        lines, edges = ["erDiagram"], []
        for entry in self.entries():
            if entry.kind != "table":
                continue
            lines.append(f"    {_identifier(entry.name)} {{")
            for field in self.fields(entry.name):
                key = field.key or ""
                keys = [short for short in ("pk", "fk") if re.search(rf"\b{short}\b", key)]
                keys += ["uk"] if re.search(r"unique(;|$)", key) else []
                kind = _identifier(field.type or "any")
                attribute = f"        {kind} {_identifier(field.column)} {', '.join(keys).upper()}"
                lines.append(attribute.rstrip())
            lines.append("    }")
            foreign_keys = inspect(self._connection).get_foreign_keys(
                entry.name, self.schema(entry.name)
            )
            for foreign_key in foreign_keys:
                target = _identifier(foreign_key["referred_table"])
                label = ", ".join(map(_identifier, foreign_key["constrained_columns"]))
                edges.append(f'    {target} ||..o{{ {_identifier(entry.name)} : "{label}"')
        return "\n".join(lines + edges) + "\n"


@contextmanager
def describing(database: str) -> Iterator[DataDictionary]:
    """Yield the description of a database; of none, the data dictionary alone.

    Raises DatabaseError for what is not a database or cannot be read.
    """
    url = locate(database)
    if _is_missing(url):
        note = f"{name_of(url)}: doesn't exist yet, so no rows are counted"
        yield DataDictionary(note)
        return
    with _opened(database, url) as (connection, schemas):
        yield _description(connection, url, schemas)


def _is_missing(url: URL) -> bool:
    if not is_file(url):
        return False
    path = real_path(url)
    return not path.exists() or (path.is_file() and path.stat().st_size == 0)


def _description(connection: Connection, url: URL, schemas: Sequence[str | None]) -> DataDictionary:
    note = f"{name_of(url)}: is not a sourcebook; its own catalogue describes it"
    with suppress(DatabaseError):  # another application's
        for schema in schemas:
            match revision(connection, schema):
                case None:
                    continue
                case current if current == REVISION:
                    return DescribedSourcebook(connection, [schema])
                case other:
                    note = outdated(url, other)
                    break
    described = OtherDatabase(connection, schemas, note)
    if described.entries():
        return described
    return DataDictionary(f"{name_of(url)}: is empty, so no rows are counted")


@contextmanager
def _opened(database: str, url: URL) -> Iterator[tuple[Connection, Sequence[str | None]]]:
    """Open any database for reading, guarded as ad hoc queries are, with the schemas to look in."""
    with ExitStack() as stack:
        schemas: Sequence[str | None] = [None]
        match url.get_backend_name():
            case "sqlite":
                sqlite: Any = stack.enter_context(open_sqlite(database))[0]
                engine = create_engine(url, creator=lambda: sqlite, poolclass=StaticPool)
            case "postgresql":
                server = stack.enter_context(closing(open_postgresql(database)))
                schemas = keep_catalog(server)
                engine = create_engine(
                    url, creator=lambda: server, poolclass=StaticPool, use_native_hstore=False
                )
            case "duckdb":
                engine = duckdb.engine(url, PATIENCE)
            case _:
                engine = spark.engine(url, REVISION, PATIENCE)
        stack.callback(engine.dispose)
        with (
            naming_errors(name_of(url), SQLAlchemyError, UnicodeDecodeError),
            engine.connect() as connection,
        ):
            yield connection, schemas


def _examples(values: Sequence[Any]) -> str | None:
    """Return the first few different values, short ones if there are any."""
    known = dict.fromkeys(_shown(value) for value in values if value is not None)
    short = [value for value in known if 0 < len(value) <= EXAMPLE_LENGTH]
    cut = [f"{value[:EXAMPLE_LENGTH]}…" for value in known if len(value) > EXAMPLE_LENGTH]
    return "; ".join((short or cut)[:EXAMPLES]) or None


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes | memoryview):
        return f"{len(value):,} bytes"
    return str(value)


def _identifier(name: str) -> str:
    """Return a name as Mermaid takes it."""
    return re.sub(r"[^A-Za-z0-9_]", "_", name) or "_"
