"""Sourcebooks for tests, on SQLite and PostgreSQL, and what a database consists of.

The migrations run once per run and engine; every test gets a copy.
"""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from coding.load import SHIPPED, load
from coding.validation import read
from database.connect import REVISION, migrating, reading, writing
from database.errors import DatabaseError
from database.sqlite import HOW_TO_CREATE
from migrations.upgrade import upgrade
from tests.postgres import creation
from tests.shared import shared

ENGINES = ("sqlite", "postgresql")

on_sqlite = pytest.mark.parametrize("sourcebooks", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("sourcebooks", ["postgresql"], indirect=True)


@cache
def sqlite_template() -> bytes:
    """Return an empty sourcebook in SQLite, as bytes."""
    return shared("empty.db", lambda path: migrate(str(path))).read_bytes()


@cache
def shipped_template() -> bytes:
    """Return a sourcebook in SQLite with the articles that ship, as bytes."""
    return shared("shipped.db", lambda path: load_shipped(create(path))).read_bytes()


def load_shipped(database: str) -> str:
    """Load the articles that ship into a sourcebook; return its path or URL."""
    for coding in sorted(SHIPPED.glob("*.yaml")):
        validated = read(coding)
        with writing(database) as connection:
            load(connection, validated)
    return database


def create(path: str | Path) -> str:
    """Copy a migrated sourcebook without documents to a path, in SQLite; return the path."""
    Path(path).write_bytes(sqlite_template())
    return str(path)


def create_shipped(path: str | Path) -> str:
    """Copy a sourcebook with the articles that ship to a path, in SQLite; return the path."""
    Path(path).write_bytes(shipped_template())
    return str(path)


class Files:
    """Makes sourcebooks in SQLite."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def empty(self) -> str:
        """Return the path of a file that does not exist yet, in a folder of its own."""
        folder = self._folder / uuid.uuid4().hex
        folder.mkdir()
        return str(folder / "sourcebook.db")

    def migrated(self) -> str:
        """Return the path of a new sourcebook without documents."""
        return create(self.empty())

    def shipped(self) -> str:
        """Return the path of a new sourcebook with the articles that ship."""
        return create_shipped(self.empty())

    def copy(self, database: str) -> str:
        """Return the path of a copy of a database, in a folder of its own."""
        return shutil.copyfile(database, self.empty())

    def remove(self, database: str) -> None:
        """Remove it and its folder."""
        shutil.rmtree(Path(database).parent)


class Server:
    """Makes sourcebooks in PostgreSQL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._made: set[str] = set()

    def empty(self, options: str = "") -> str:
        """Return the URL of a new, empty database."""
        return self._create("template0", options)

    def copy(self, database: str) -> str:
        """Return the URL of a copy of a database, to which nobody may be connected."""
        return self._create(str(make_url(database).database))

    def _create(self, template: str, options: str = "") -> str:
        name = f"sourcebook_test_{uuid.uuid4().hex}"
        self._run(f"{creation(name, template)} {options}")
        url = make_url(self._url).set(database=name).render_as_string(hide_password=False)
        self._made.add(url)
        return url

    def migrated(self) -> str:
        """Return the URL of a new sourcebook without documents."""
        return self.copy(self._template("empty", lambda: migrate(self.empty())))

    def shipped(self) -> str:
        """Return the URL of a new sourcebook with the articles that ship."""
        return self.copy(self._template("shipped", lambda: load_shipped(self.migrated())))

    def _template(self, name: str, make: Callable[[], str]) -> str:
        """Return the URL of a database that lasts as long as the run; the first worker makes it."""

        def record(path: Path) -> None:
            url = make()
            self._made.remove(url)
            path.write_text(url)

        return shared(f"{name}.url", record).read_text()

    def remove(self, database: str) -> None:
        """Drop it, even if somebody is connected."""
        self._run(f'drop database "{make_url(database).database}" with (force)')
        self._made.remove(database)

    def end(self) -> None:
        """Drop what tests have left."""
        for database in list(self._made):
            self.remove(database)

    def _run(self, statement: str) -> None:
        engine = sa.create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


def migrate(database: str) -> str:
    """Create a sourcebook by running the migrations."""
    with migrating(database) as connection:
        upgrade(connection)
    return database


@pytest.fixture(scope="session")
def sqlite_sourcebooks(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Makes sourcebooks in SQLite."""
    return Files(tmp_path_factory.mktemp("sourcebooks"))


@pytest.fixture(scope="session")
def postgresql_sourcebooks(postgres_server: str) -> Iterator[Server]:
    """Makes sourcebooks in PostgreSQL."""
    server = Server(postgres_server)
    yield server
    server.end()


@pytest.fixture(scope="session", params=ENGINES)
def sourcebooks(request: pytest.FixtureRequest) -> Files | Server:
    """Makes sourcebooks: in SQLite, then the same test again in PostgreSQL.

    `@on_sqlite` and `@on_postgresql` choose one engine for a test, for this fixture and those
    below. SQLite alone starts no server.
    """
    made: Files | Server = request.getfixturevalue(f"{request.param}_sourcebooks")
    return made


@pytest.fixture
def database(sourcebooks: Files | Server) -> Iterator[str]:
    """The `--db` of a freshly migrated sourcebook."""
    made = sourcebooks.migrated()
    yield made
    sourcebooks.remove(made)


@pytest.fixture
def empty_database(sourcebooks: Files | Server) -> Iterator[str]:
    """The `--db` of a sourcebook that does not exist yet."""
    made = sourcebooks.empty()
    yield made
    sourcebooks.remove(made)


# --- what a database consists of ------------------------------------------------------------------

POSTGRESQL_PARTS = {
    "constraint": """
        select conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
        from pg_constraint where connamespace = current_schema::regnamespace
    """,
    "column": """
        select attrelid::regclass || '.' || attname, concat_ws(' ',
          row_number() over (partition by attrelid order by attnum),
          format_type(atttypid, atttypmod), 'collate ' || collname, 'not null ' || attnotnull,
          'default ' || pg_get_expr(adbin, adrelid),
          'comment ' || col_description(attrelid, attnum))
        from pg_attribute
        join pg_class on pg_class.oid = attrelid and relkind in ('r', 'v')
        left join pg_attrdef on adrelid = attrelid and adnum = attnum
        left join pg_collation on pg_collation.oid = attcollation
        where relnamespace = current_schema::regnamespace and attnum > 0 and not attisdropped
    """,
    "index": "select indexname, indexdef from pg_indexes where schemaname = current_schema",
    "comment": """
        select relname, obj_description(oid, 'pg_class')
        from pg_class where relnamespace = current_schema::regnamespace and relkind = 'r'
    """,
    "view": "select viewname, definition from pg_views where schemaname = current_schema",
    "sequence": """
        select sequencename, data_type from pg_sequences where schemaname = current_schema
    """,
}


def parts(connection: sa.Connection) -> dict[str, str]:
    """Return the parts of a database as its catalogue describes them, without Alembic's table."""
    actual = {}
    if connection.dialect.name == "sqlite":
        for kind, name, sql in connection.exec_driver_sql(
            "select type, name, sql from sqlite_schema where sql is not null"
        ):
            actual[f"{kind} {name}"] = normalised(sql)
    else:
        for kind, query in POSTGRESQL_PARTS.items():
            for name, definition in connection.exec_driver_sql(query):
                actual[f"{kind} {name}"] = str(definition)
    return {name: part for name, part in actual.items() if "alembic_version" not in name}


def normalised(sql: str) -> str:
    """Return a CREATE statement in one form; the parts of a table are sorted."""
    sql = re.sub(r"\s+", " ", sql).strip()
    if not sql.lower().startswith("create table"):
        return sql
    start, depth, items = sql.index("(") + 1, 0, [""]
    for sign in sql[start : sql.rindex(")")]:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            items.append("")
        else:
            items[-1] += sign
    listed = " | ".join(sorted(item.strip() for item in items))
    return f"{sql[: start - 1].strip()} ({listed})"


# --- how opening one fails ------------------------------------------------------------------------

Way = Callable[[str], AbstractContextManager[sa.Connection]]
WAYS: dict[str, Way] = {"read": reading, "write": writing, "build": migrating}
ALL = tuple(WAYS)
OPEN = ("read", "write")

INIT = HOW_TO_CREATE
OTHER = "give another --db"
NEWER = (
    f"was made by a newer Sourcebook (schema sourcebook_9999, this one knows {REVISION}); "
    "upgrade Sourcebook"
)


def refusal(way: str, database: str) -> str:
    """Open a database, which must fail; return the message, which must be one line."""
    with pytest.raises(DatabaseError) as raised, WAYS[way](database):
        pass
    message = str(raised.value)
    assert message.isprintable()
    return message


def names(folder: str | Path) -> list[str]:
    """Return the sorted names of the files in a folder."""
    return sorted(path.name for path in Path(folder).iterdir())


def abandoned_staging(work: Path, suffix: str) -> Path:
    """Copy the staging folder of `work`, as a killed run would leave it."""
    staging = work.parent
    left = staging.with_name(f"{staging.name.rpartition('-')[0]}-{suffix}.staging")
    return Path(shutil.copytree(staging, left))
