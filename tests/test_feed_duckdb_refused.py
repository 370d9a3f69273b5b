"""A feed knows a DuckDB file for what it is, and leaves alone what is not its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from database.connect import reading
from database.errors import DatabaseError, SourcebookError
from database.location import locate
from tests.databases import on_sqlite
from tests.duckdb_files import change, content, fed, refused, rows_of, state

FOREIGN = {
    "table mine": "create table mine (a integer)",
    "view seen": "create view seen as select 1 as a",
    "function added": "create macro added(a) as a + 1",
    "table other.actors": "create schema other; create table other.actors (a integer)",
}
ALSO_FOREIGN = {
    "type kind": "create type kind as enum ('a')",
    "sequence numbers": "create sequence numbers",
}


@on_sqlite
@pytest.mark.parametrize("foreign", [FOREIGN, ALSO_FOREIGN])  # a message names five at most
def test_what_is_not_ours_is_refused(shipped: str, fed_copy: Path, foreign: dict[str, str]) -> None:
    change(fed_copy, *"; ".join(foreign.values()).split("; "))
    message = refused(shipped, fed_copy)
    start, _, named = message.partition("(")
    assert start == "also holds what does not belong to a sourcebook "
    named, _, advice = named.partition(")")
    assert sorted(named.split(", ")) == sorted(foreign)
    assert advice == "; give another TARGET"
    assert refused(shipped, fed_copy, replace=True) == message


@on_sqlite
def test_a_file_of_somebody_elses_is_refused(shipped: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.duckdb"
    change(path, "create table actors (a integer)")
    assert refused(shipped, path).startswith(
        "holds what does not belong to a sourcebook (table actors)"
    )


@on_sqlite
def test_an_empty_database_is_filled(shipped: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.ddb"
    change(path, "select 1")
    assert fed(shipped, path, dry_run=True).summary == "first feed"


@on_sqlite
@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (
            ["update alembic_version set version_num = 'sourcebook_9999'"],
            "was made by a newer Sourcebook (schema sourcebook_9999",
        ),
        (
            ["drop view words", "drop table citations"],
            "its structure was changed: table citations is missing, view words is missing; ",
        ),
        (["delete from spans where n = 1", "delete from feeds"], "holds a sourcebook that no feed"),
    ],
)
def test_what_somebody_changed_is_found(
    shipped_copy: str, fed_copy: Path, statements: list[str], message: str
) -> None:
    change(fed_copy, *statements)
    with sa.create_engine(f"sqlite:///{shipped_copy}").begin() as connection:
        connection.exec_driver_sql(f"update codings set hash = '{'0' * 64}'")
    assert refused(shipped_copy, fed_copy).startswith(message)


@on_sqlite
def test_verify_names_table_key_and_column_and_replace_puts_it_right(
    shipped: str, fed_copy: Path
) -> None:
    change(fed_copy, "update evidence set hedge = 'x' where id = 1")
    assert fed(shipped, fed_copy).summary == "nothing to copy"  # codings alone are compared
    message = refused(shipped, fed_copy, verify=True)
    assert 'evidence, id 1: hedge is "x" there, null in the source' in message
    assert fed(shipped, fed_copy, replace=True).summary == "replaced"
    with reading(shipped) as connection:
        assert rows_of(fed_copy) == content(connection)


@on_sqlite
@pytest.mark.parametrize("name", ["copy.duckdb", "copy.ddb"])
@pytest.mark.parametrize("data", [b"", b"no database", b"SQLite format 3\0" + bytes(100)])
def test_a_file_that_is_no_database_is_refused(
    shipped: str, tmp_path: Path, name: str, data: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert refused(shipped, path, replace=True) == "is not a DuckDB database; give another TARGET"


@on_sqlite
def test_what_cannot_be_a_file_is_refused(shipped: str, tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    path.mkdir()
    assert refused(shipped, path) == "is not a DuckDB database; give another TARGET"
    with pytest.raises(SourcebookError, match="there is no folder"):
        fed(shipped, tmp_path / "none" / "b.duckdb")


@on_sqlite
def test_a_damaged_file_is_refused(shipped: str, fed_copy: Path) -> None:
    fed_copy.write_bytes(fed_copy.read_bytes()[:9000])
    assert refused(shipped, fed_copy)


@on_sqlite
@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("cast(x'c328' as text)", "background holds bytes that are not UTF-8"),
        ("x'00'", "background holds bytes, not text"),
    ],
)
def test_what_cannot_be_held_is_named(
    shipped_copy: str, fed_copy: Path, value: str, message: str
) -> None:
    with sa.create_engine(f"sqlite:///{shipped_copy}").begin() as connection:
        connection.exec_driver_sql(f"update actors set background = {value} where id = 2")
    before = state(fed_copy)
    with pytest.raises(DatabaseError) as raised:
        fed(shipped_copy, fed_copy, replace=True)
    assert f"actors, id 2: {message}" in str(raised.value)
    assert state(fed_copy) == before


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
    url = locate(given)
    assert (url.database if url.get_backend_name() == "duckdb" else None) == path


@on_sqlite
def test_a_file_is_known_by_its_first_bytes(fed_copy: Path) -> None:
    other = fed_copy.rename(fed_copy.with_name("other.db"))
    assert locate(str(other)).get_backend_name() == "duckdb"


@on_sqlite
def test_quite_another_sourcebook_is_not_written_over(shipped_copy: str, fed_copy: Path) -> None:
    with sa.create_engine(f"sqlite:///{shipped_copy}").begin() as connection:
        connection.exec_driver_sql(
            "update sources set key = 'other-' || key where id in (select document_id from codings)"
        )
        connection.exec_driver_sql("update loads set loaded_at = '2011-01-01T00:00:00Z'")
    message = refused(shipped_copy, fed_copy)
    assert message.startswith("holds another sourcebook (documents ")
