"""A feed makes a DuckDB file an exact copy: rows, keys, comments, views, and every report."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds import duckdb_schema
from feeds.duckdb import Duckdb, path_of
from feeds.feeding import Fed, feed
from feeds.progress import Progress
from feeds.rows import TABLES
from feeds.source import Source
from feeds.target import Options, Part, Target, Untold
from intake.load import SHIPPED, load, read
from schema.database import DatabaseError, reading, writing
from schema.dictionary import type_of
from schema.models import METADATA
from schema.views import VIEWS
from tests.databases import Files, Server, on_sqlite

HOSTILE = (
    *("", "null", r"\N", r"\.", "0042", "1.20", "-0", "true", '"', "'", "a,b", "[1]", '{"a": 1}'),
    *("\t", "\r\n", "\x00", "a\x00b", "\x01\x1b\x1f\x7f", "\ufeff", "\uffff", "9999-12-31"),
    *(
        "\u202eright to left",
        "שלום",
        "😀",
        "é",
        "e\u0301",
        "\u2028",
        " ",
        "0000-01-01",
        "x" * 10**6,
    ),
)


def fed(source: str, path: Path, **options: bool) -> Fed:
    """Feed as the command does."""
    asked = Options(**options)
    with reading(source) as connection:
        opened = Source(connection, keep_text=asked.keep_text)
        return feed(opened, Duckdb(path, Progress()), asked, Progress())


def refused(source: str, path: Path, **options: bool) -> str:
    """Feed, which must fail and leave the file and its folder as they were; give the message."""
    before = state(path)
    with pytest.raises(DatabaseError) as raised:
        fed(source, path, **options)
    assert state(path) == before
    said = str(raised.value)
    assert said.isprintable()
    return said.removeprefix(f"{path}: ")


def state(path: Path) -> tuple[list[str], str]:
    """Give what lies in a file's folder, and its bytes."""
    names = sorted(one.name for one in path.parent.iterdir())
    return names, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def change(path: Path, *statements: str) -> None:
    """Change a file as somebody else would."""
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()


def asked(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def content(connection: sa.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Give all rows of a source, as a target without its text holds them."""
    found = {}
    for table in TABLES:
        chosen = [sa.null() if one.name == "text" and table.name == "passages" else one
                  for one in table.columns]  # fmt: skip
        query = sa.select(*chosen).order_by(*table.primary_key.columns)
        found[table.name] = [tuple(row) for row in connection.execute(query)]
    return found


def held(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give all rows of a target."""
    found = {}
    with duckdb.connect(str(path), read_only=True) as connection:
        for table in TABLES:
            columns, key = (
                ", ".join(one.keys()) for one in (table.columns, table.primary_key.columns)
            )
            query = f"select {columns} from {table.name} order by {key}"
            found[table.name] = connection.execute(query).fetchall()
    return found


@pytest.fixture(scope="module")
def article(sourcebooks: Files | Server) -> Iterator[str]:
    """A sourcebook with the article that ships; nobody changes it."""
    database = sourcebooks.migrated()
    for coding in SHIPPED.glob("*.yaml"):
        proven = read(coding)
        with writing(database) as connection:
            load(connection, proven)
    yield database
    sourcebooks.remove(database)


@pytest.fixture(scope="module")
def first(article: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target that was fed from it; nobody changes it."""
    path = tmp_path_factory.mktemp("duckdb") / "copy.duckdb"
    assert fed(article, path).how == "first feed"
    return path


@pytest.fixture
def copy(first: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return shutil.copyfile(first, tmp_path / "copy.duckdb")


@pytest.fixture
def source(article: str, tmp_path: Path) -> str:
    """A copy of the source, to be changed; in SQLite."""
    folder = tmp_path / "source"
    folder.mkdir()
    return str(shutil.copyfile(article, folder / "source.db"))


# --- what it makes --------------------------------------------------------------------------------


def test_every_row_is_there(article: str, first: Path) -> None:
    with reading(article) as connection:
        expected = content(connection)
    assert held(first) == expected
    assert sum(map(len, expected.values())) > 1000


def test_every_view_gives_the_same_rows(article: str, first: Path) -> None:
    with reading(article) as source, duckdb.connect(str(first), read_only=True) as target:
        for view in VIEWS:
            query = f"select * from {view.name}"
            ours = sorted(map(tuple, source.execute(sa.text(query))), key=repr)
            assert ours == sorted(target.execute(query).fetchall(), key=repr), view.name
            assert ours or view.name == "words"


@on_sqlite
def test_every_report_answers_the_same(
    article: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fed(article, copy, verify=True)
    assert "not compared" not in capsys.readouterr().err


@on_sqlite
def test_tables_are_typed_and_commented(first: Path) -> None:
    query = """
        select table_name, column_name, data_type, is_nullable, comment
        from duckdb_columns()
        where not internal and table_name <> 'alembic_version'
    """
    types = {"text": "VARCHAR", "integer": "INTEGER", "boolean": "BOOLEAN"}
    expected = {
        (table.name, one.name, types[type_of(one)], one.nullable, one.comment)
        for table in METADATA.tables.values()
        for one in table.columns
    }
    found = {*asked(first, query)}
    names = {view.name for view in VIEWS}
    assert {one for one in found if one[0] not in names} == expected
    assert {(one[0], one[1], one[4]) for one in found if one[0] in names} == {
        (view.name, one.name, one.meaning) for view in VIEWS for one in view.columns
    }
    query = "select table_name, comment from duckdb_tables() where table_name <> 'alembic_version'"
    assert {*asked(first, query)} == {(one.name, one.comment) for one in METADATA.tables.values()}
    query = "select view_name, comment from duckdb_views() where not internal"
    assert {*asked(first, query)} == {(view.name, view.meaning) for view in VIEWS}


@on_sqlite
def test_keys_are_those_of_the_models(first: Path) -> None:
    query = """
        select table_name, constraint_type, constraint_column_names, referenced_table,
          referenced_column_names
        from duckdb_constraints()
        where constraint_type not in ('NOT NULL', 'CHECK') and table_name <> 'alembic_version'
    """
    found = {
        (table, kind, *map(tuple, (columns, others)), other)
        for table, kind, columns, other, others in asked(first, query)
    }
    expected: set[Any] = set()
    for table in METADATA.tables.values():
        primary = tuple(table.primary_key.columns.keys())
        expected.add((table.name, "PRIMARY KEY", primary, (), None))
        for one in table.constraints:
            columns = tuple(getattr(one, "columns", {}).keys())
            if isinstance(one, sa.UniqueConstraint):
                expected.add((table.name, "UNIQUE", columns, (), None))
            if isinstance(one, sa.ForeignKeyConstraint) and one.referred_table is not table:
                others = tuple(element.column.name for element in one.elements)
                to = one.referred_table.name
                expected.add((table.name, "FOREIGN KEY", columns, others, to))
    assert found == expected
    checks = asked(
        first, "select count(*) from duckdb_constraints() where constraint_type = 'CHECK'"
    )
    assert checks == [
        (
            sum(
                isinstance(one, sa.CheckConstraint)
                for table in METADATA.tables.values()
                for one in table.constraints
            ),
        )
    ]
    indexes = {name for (name,) in asked(first, "select index_name from duckdb_indexes()")}
    assert indexes == {index.name for table in TABLES for index in table.indexes if index.unique}


@on_sqlite
@pytest.mark.parametrize(
    "statement",
    [
        "update events set modality = 'certain'",
        "update actors set key = 'iran' where key = 'russia'",
        "insert into sources select 9999, * exclude (id) from sources where id = 1",
        "delete from actors where key = 'iran'",
        "update evidence set fact_id = 99999",
        "insert into topics values (999, null, 'x')",
    ],
)
def test_keys_and_checks_hold(copy: Path, statement: str) -> None:
    with pytest.raises(duckdb.ConstraintException):
        change(copy, statement)


def test_a_list_in_a_view_keeps_its_order() -> None:
    """DuckDB joins what comes from a subquery in any order, unless the aggregate has its own."""
    statements = "".join(duckdb_schema.views())
    assert "group_concat" not in statements
    lists = statements.count("string_agg(")
    assert lists == statements.count("' order by place)") > 15


@on_sqlite
def test_the_text_is_left_out_unless_it_is_asked_for(source: str, copy: Path) -> None:
    with sa.create_engine(f"sqlite:///{source}").begin() as connection:
        connection.exec_driver_sql("update passages set text = 'Words.' where n = 2")
    texts = "select count(text) from passages"
    assert fed(source, copy).how == "nothing to bring"
    assert asked(copy, texts) == [(0,)]
    fed(source, copy, keep_text=True)
    assert asked(copy, texts) == [(1,)]
    assert fed(source, copy, keep_text=True).how == "nothing to bring"


# --- what changed ---------------------------------------------------------------------------------


def target(path: Path) -> Target:
    return Duckdb(path, Progress())


@on_sqlite
def test_where_nothing_was_loaded_nothing_is_touched(article: str, first: Path) -> None:
    before = first.stat()
    done = fed(article, first)
    assert done.how == "nothing to bring"
    after = first.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@on_sqlite
def test_what_differs_is_counted_by_table(source: str, copy: Path) -> None:
    with sa.create_engine(f"sqlite:///{source}").begin() as connection:
        for statement in (
            "update actors set background = 'new' where key = 'iran'",
            "update topics set label = label || '!'",
            "insert into actors values (999, '0042', '1.20', 'state', null)",
            "delete from citations where n = 1",
            "delete from spans where evidence_id < 3",
        ):
            connection.exec_driver_sql(statement)
    with reading(source) as connection:
        opened = Source(connection)
        count = {table.name: opened.count(table) for table in TABLES}
        for dry in (True, False):
            before = state(copy)
            it = target(copy)
            with it.opened(opened):
                part = Part(frozenset(), 0, TABLES)
                brought = it.bring(opened, part, Progress(), dry=dry)
                if not dry:
                    assert it.digests(Progress()) == brought.expected
                    it.note(brought.expected, keep_text=False)
            changes = {name: one for name, one in brought.changes.items() if any(one)}
            assert {name: (one.added, one.changed) for name, one in changes.items()} == {
                "actors": (1, 1),
                "topics": (0, count["topics"]),
                "citations": (0, 0),
                "spans": (0, 0),
            }
            assert changes["citations"].removed > 0 < changes["spans"].removed
            assert (state(copy) == before) is dry
        assert held(copy) == content(connection)


@on_sqlite
def test_rows_that_somebody_changed_are_not_brought_over(article: str, copy: Path) -> None:
    change(copy, "update actors set background = 'x' where key = 'iran'")
    before = state(copy)
    with reading(article) as connection:
        opened, it = Source(connection), target(copy)
        with pytest.raises(Untold), it.opened(opened):
            it.bring(opened, Part(frozenset(), 0, TABLES), Progress(), dry=False)
    assert state(copy) == before


@on_sqlite
def test_who_has_the_old_file_open_keeps_its_state(source: str, copy: Path) -> None:
    count = "select count(*) from actors"
    with duckdb.connect(str(copy), read_only=True) as reader:
        before = reader.execute(count).fetchall()
        with sa.create_engine(f"sqlite:///{source}").begin() as connection:
            connection.exec_driver_sql(
                "insert into actors values (999, 'new', 'New', 'state', null)"
            )
        fed(source, copy, replace=True)
        assert reader.execute(count).fetchall() == before
    assert asked(copy, count) == [(before[0][0] + 1,)]


@on_sqlite
def test_permissions_and_links_stay(article: str, copy: Path) -> None:
    copy.chmod(0o640)
    link = copy.with_name("link.duckdb")
    link.symlink_to(copy)
    fed(article, link, replace=True)
    assert link.is_symlink()
    assert copy.stat().st_mode & 0o777 == 0o640


# --- what is refused ------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("create table mine (a integer)", "mine"),
        ("create view mine as select 1 as a", "mine"),
        ("create macro mine(a) as a + 1", "mine"),
        ("create sequence mine", "mine"),
        ("create schema other; create table other.actors (a integer)", "actors"),
    ],
)
def test_what_is_not_ours_is_refused(article: str, copy: Path, statement: str, named: str) -> None:
    change(copy, *statement.split("; "))
    said = f"holds what is not a sourcebook's ({named}); give another TARGET"
    assert refused(article, copy) == said
    assert refused(article, copy, replace=True) == said


@on_sqlite
def test_a_file_of_somebody_elses_is_refused(article: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.duckdb"
    change(path, "create table actors (a integer)")
    assert refused(article, path).startswith("holds what is not a sourcebook's (actors)")


@on_sqlite
def test_an_empty_database_is_filled(article: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.ddb"
    change(path, "select 1")
    assert fed(article, path).how == "first feed"


@on_sqlite
@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (
            ["update alembic_version set version_num = 'sourcebook_9999'"],
            "was made by a newer Sourcebook (schema sourcebook_9999",
        ),
        (["drop view words"], "its words is gone; give another TARGET"),
        (
            ["update actors set background = 'x' where key = 'iran'"],
            "somebody changed rows of actors since the last feed; --verify says which; --replace",
        ),
        (["delete from spans where n = 1", "delete from feeds"], "holds a sourcebook that no feed"),
    ],
)
def test_what_somebody_changed_is_found(
    source: str, copy: Path, statements: list[str], said: str
) -> None:
    change(copy, *statements)
    with sa.create_engine(f"sqlite:///{source}").begin() as connection:
        connection.exec_driver_sql(f"update loads set content_hash = '{'0' * 64}'")
    assert refused(source, copy).startswith(said)


@on_sqlite
def test_verify_names_table_key_and_column(article: str, copy: Path) -> None:
    change(copy, "update actors set background = 'x' where key = 'iran'")
    assert fed(article, copy).how == "nothing to bring"  # hashes alone are compared
    said = refused(article, copy, verify=True)
    assert 'actors, id 1: background is "x" there, null in the source' in said
    assert fed(article, copy, replace=True).how == "replaced"
    with reading(article) as connection:
        assert held(copy) == content(connection)


@on_sqlite
@pytest.mark.parametrize("name", ["copy.duckdb", "copy.ddb"])
@pytest.mark.parametrize("data", [b"", b"no database", b"SQLite format 3\0" + bytes(100)])
def test_a_file_that_is_no_database_is_refused(
    article: str, tmp_path: Path, name: str, data: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert refused(article, path, replace=True) == "is not a DuckDB database; give another TARGET"


@on_sqlite
def test_what_cannot_be_a_file_is_refused(article: str, tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    path.mkdir()
    assert refused(article, path) == "is not a DuckDB database; give another TARGET"
    with pytest.raises(DatabaseError, match="there is no folder"):
        fed(article, tmp_path / "none" / "b.duckdb")


@on_sqlite
def test_a_damaged_file_is_refused(article: str, copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:9000])
    assert refused(article, copy).endswith("nothing changed")


@on_sqlite
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("cast(x'c328' as text)", "background holds bytes that are not UTF-8"),
        ("x'00'", "background holds bytes, not text"),
    ],
)
def test_what_cannot_be_held_is_named(source: str, copy: Path, value: str, said: str) -> None:
    with sa.create_engine(f"sqlite:///{source}").begin() as connection:
        connection.exec_driver_sql(f"update actors set background = {value} where id = 2")
    before = state(copy)
    with pytest.raises(DatabaseError) as raised:
        fed(source, copy, replace=True)
    assert f"actors, id 2: {said}" in str(raised.value)
    assert state(copy) == before


# --- values ---------------------------------------------------------------------------------------


@on_sqlite
@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    values=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
            st.none() | st.text(st.characters(exclude_categories=["Cs"])),
        ),
        unique_by=lambda pair: pair[0],
        max_size=30,
    )
)
def test_what_goes_in_comes_out(
    sourcebooks: Files, tmp_path: Path, values: list[tuple[str, str | None]]
) -> None:
    comes_out(sourcebooks, tmp_path, values)


@on_sqlite
def test_hostile_values_come_out(sourcebooks: Files, tmp_path: Path) -> None:
    comes_out(sourcebooks, tmp_path, [(f"k{one}", one) for one in HOSTILE])


def comes_out(files: Files, folder: Path, values: list[tuple[str, str | None]]) -> None:
    """Feed actors of these keys and backgrounds, twice, and read them back."""
    database = files.migrated()
    table = METADATA.tables["actors"]
    with writing(database) as connection:
        for key, value in values:
            row = {"key": key, "name": key, "kind": "state", "background": value}
            connection.execute(sa.insert(table).values(row))
    path = folder / "values.duckdb"
    path.unlink(missing_ok=True)
    fed(database, path)
    query = "select key, name, background from actors order by id"
    assert asked(path, query) == [(key, key, value) for key, value in values]
    files.remove(database)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("a.duckdb", "a.duckdb"),
        ("/b/a.ddb", "/b/a.ddb"),
        ("duckdb:///a.db", "a.db"),
        ("duckdb:////b/a", "/b/a"),
        ("a.db", None),
        ("sqlite:///a.duckdb", None),
        ("postgresql://host/a.duckdb", None),
    ],
)
def test_a_target_is_known_by_url_or_name(given: str, path: str | None) -> None:
    assert path_of(given) == (Path(path) if path else None)


@on_sqlite
def test_a_file_is_known_by_its_first_bytes(copy: Path) -> None:
    other = copy.rename(copy.with_name("other.db"))
    assert path_of(str(other)) == other
