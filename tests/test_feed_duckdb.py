"""A feed makes a DuckDB file an exact copy: rows, keys, comments and views."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from database.connect import reading, writing
from database.snapshot import TABLES
from schema.dictionary import type_of
from schema.models import METADATA
from schema.views import VIEWS
from tests.databases import Files, on_sqlite
from tests.duckdb_files import asked, change, content, fed, rows_of, state

HOSTILE = (
    *("", "null", r"\N", r"\.", "0042", "1.20", "-0", "true", '"', "'", "a,b", "[1]", '{"a": 1}'),
    *("\t", "\r\n", "\x01\x1b\x1f\x7f", "\ufeff", "\uffff", "9999-12-31"),
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


OLDEST_STORAGE = 65
"""What DuckDB 1.2 and later read."""

# --- what it makes --------------------------------------------------------------------------------


def test_every_row_is_there(shipped: str, fed_file: Path) -> None:
    with reading(shipped) as connection:
        expected = content(connection)
    assert rows_of(fed_file) == expected
    assert sum(map(len, expected.values())) > 1000


def test_every_view_gives_the_same_rows(shipped: str, fed_file: Path) -> None:
    with reading(shipped) as source, duckdb.connect(str(fed_file), read_only=True) as target:
        for view in VIEWS:
            query = f"select * from {view.name}"
            ours = sorted(map(tuple, source.execute(sa.text(query))), key=repr)
            assert ours == sorted(target.execute(query).fetchall(), key=repr), view.name
            assert ours or view.name == "words"


@on_sqlite
def test_tables_are_typed_and_commented(fed_file: Path) -> None:
    query = """
        select table_name, column_name, data_type, is_nullable, comment
        from duckdb_columns()
        where not internal and table_name <> 'alembic_version'
    """
    types = {"text": "VARCHAR", "integer": "INTEGER", "boolean": "BOOLEAN"}
    expected = {
        (
            table.name,
            column.name,
            "BIGINT" if isinstance(column.type, sa.BigInteger) else types[type_of(column)],
            column.nullable,
            column.comment,
        )
        for table in METADATA.tables.values()
        for column in table.columns
    }
    actual = {*asked(fed_file, query)}
    names = {view.name for view in VIEWS}
    assert {column for column in actual if column[0] not in names} == expected
    assert {(column[0], column[1], column[4]) for column in actual if column[0] in names} == {
        (view.name, column.name, column.meaning) for view in VIEWS for column in view.columns
    }
    query = "select table_name, comment from duckdb_tables() where table_name <> 'alembic_version'"
    assert {*asked(fed_file, query)} == {
        (column.name, column.comment) for column in METADATA.tables.values()
    }
    query = "select view_name, comment from duckdb_views() where not internal"
    assert {*asked(fed_file, query)} == {(view.name, view.meaning) for view in VIEWS}


@on_sqlite
def test_keys_are_those_of_the_models(fed_file: Path) -> None:
    query = """
        select table_name, constraint_type, constraint_column_names, referenced_table,
          referenced_column_names
        from duckdb_constraints()
        where constraint_type not in ('NOT NULL', 'CHECK') and table_name <> 'alembic_version'
    """
    actual = {
        (table, kind, *map(tuple, (columns, others)), other)
        for table, kind, columns, other, others in asked(fed_file, query)
    }
    expected: set[Any] = set()
    for table in METADATA.tables.values():
        primary = tuple(table.primary_key.columns.keys())
        expected.add((table.name, "PRIMARY KEY", primary, (), None))
        for constraint in table.constraints:
            columns = tuple(getattr(constraint, "columns", {}).keys())
            if isinstance(constraint, sa.UniqueConstraint):
                expected.add((table.name, "UNIQUE", columns, (), None))
            if (
                isinstance(constraint, sa.ForeignKeyConstraint)
                and constraint.referred_table is not table
            ):
                others = tuple(element.column.name for element in constraint.elements)
                to = constraint.referred_table.name
                expected.add((table.name, "FOREIGN KEY", columns, others, to))
    assert actual == expected
    checks = asked(
        fed_file, "select count(*) from duckdb_constraints() where constraint_type = 'CHECK'"
    )
    assert checks == [
        (
            sum(
                isinstance(constraint, sa.CheckConstraint)
                for table in METADATA.tables.values()
                for constraint in table.constraints
            ),
        )
    ]
    indexes = {name for (name,) in asked(fed_file, "select index_name from duckdb_indexes()")}
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
def test_keys_and_checks_hold(fed_copy: Path, statement: str) -> None:
    with pytest.raises(duckdb.ConstraintException):
        change(fed_copy, statement)


@on_sqlite
def test_the_text_is_left_out_unless_it_is_asked_for(shipped_copy: str, fed_copy: Path) -> None:
    with sa.create_engine(f"sqlite:///{shipped_copy}").begin() as connection:
        connection.exec_driver_sql("update passages set text = 'Words.' where n = 2")
    texts = "select count(text) from passages"
    assert fed(shipped_copy, fed_copy).summary == "nothing to copy"
    assert asked(fed_copy, texts) == [(0,)]
    fed(shipped_copy, fed_copy, keep_text=True)
    assert asked(fed_copy, texts) == [(1,)]
    assert fed(shipped_copy, fed_copy, keep_text=True).summary == "nothing to copy"


# --- what changed ---------------------------------------------------------------------------------


@on_sqlite
def test_where_nothing_was_loaded_nothing_is_touched(shipped: str, fed_file: Path) -> None:
    before = fed_file.stat()
    done = fed(shipped, fed_file)
    assert done.summary == "nothing to copy"
    after = fed_file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@on_sqlite
def test_what_changed_is_there_after_the_next_feed(shipped_copy: str, fed_copy: Path) -> None:
    """Permissions and links stay, and whoever has the old file open keeps its state."""
    with sa.create_engine(f"sqlite:///{shipped_copy}").begin() as connection:
        for statement in (
            "update actors set background = 'new' where key = 'iran'",
            "insert into actors values (999, 'new', 'New', 'state', null)",
            "delete from citations where n = 1",
            f"update codings set hash = '{'0' * 64}'",
        ):
            connection.exec_driver_sql(statement)
    fed_copy.chmod(0o640)
    link = fed_copy.with_name("link.duckdb")
    link.symlink_to(fed_copy)
    before = state(fed_copy)
    assert fed(shipped_copy, link, dry_run=True).summary == "refilled"
    assert state(fed_copy) == before
    count = "select count(*) from actors"
    with duckdb.connect() as reader:
        reader.execute(f"attach '{fed_copy}' as book (read_only); use book")
        [[actors]] = reader.execute(count).fetchall()
        assert fed(shipped_copy, link).summary == "refilled"
        assert reader.execute(count).fetchall() == [(actors,)]
    assert asked(fed_copy, count) == [(actors + 1,)]
    with reading(shipped_copy) as connection:
        assert rows_of(fed_copy) == content(connection)
    assert link.is_symlink()
    assert fed_copy.stat().st_mode & 0o777 == 0o640


@on_sqlite
def test_the_storage_version_is_that_of_the_oldest_supported_release(fed_file: Path) -> None:
    """Every release reads the files of older ones; the header says which one's this is."""
    version = int.from_bytes(fed_file.read_bytes()[12:20], "little")
    assert version == OLDEST_STORAGE


# --- values ---------------------------------------------------------------------------------------


@on_sqlite
@settings(
    max_examples=1, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(values=[(f"k{hostile}", hostile) for hostile in HOSTILE])
@given(
    values=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
            st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        ),
        unique_by=lambda pair: pair[0],
        max_size=30,
    )
)
def test_what_goes_in_comes_out(
    sourcebooks: Files, tmp_path: Path, values: list[tuple[str, str | None]]
) -> None:
    """Feed actors of these keys and backgrounds, and read them back."""
    database = sourcebooks.migrated()
    table = METADATA.tables["actors"]
    with writing(database) as connection:
        for key, value in values:
            row = {"key": key, "name": key, "kind": "state", "background": value}
            connection.execute(sa.insert(table).values(row))
    path = tmp_path / "values.duckdb"
    path.unlink(missing_ok=True)
    fed(database, path)
    query = "select key, name, background from actors order by id"
    assert asked(path, query) == [(key, key, value) for key, value in values]
    sourcebooks.remove(database)
