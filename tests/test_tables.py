"""`sourcebook tables`: of a sourcebook, of none, and of whatever else somebody has."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from cli import sourcebook
from database import describe
from database.connect import reading, writing
from schema import dictionary
from schema.models import METADATA
from tests.databases import Files, Server
from tests.sample_rows import ROWS, fill
from tests.test_dictionary import drawn

ODD = 'o"d %s :x\n\x1b[31m.d'


@pytest.fixture(scope="module")
def filled(sourcebooks: Files | Server) -> Iterator[str]:
    """The `--db` of a sourcebook with rows in every table; nobody writes to it."""
    made = sourcebooks.migrated()
    with writing(made) as connection:
        fill(connection)
    yield made
    sourcebooks.remove(made)


def asked(database: str, *arguments: str) -> Result:
    return CliRunner().invoke(sourcebook, ["--db", database, "tables", *arguments])


def rows(database: str, *arguments: str, message: str = "") -> dict[str, dict[str, Any]]:
    """Give the rows by their first cell; nothing but `said` may be said beside them."""
    done = asked(database, *arguments, "--format", "json")
    assert (done.exit_code, done.stderr) == (0, message)
    listed = json.loads(done.stdout)
    by_name = {next(iter(row.values())): row for row in listed}
    assert len(by_name) == len(listed)
    return by_name


def test_tables_have_counts_and_views_none(filled: str) -> None:
    listed = rows(filled)
    with reading(filled) as connection:
        for name, row in listed.items():
            count = connection.exec_driver_sql(f"select count(*) from {name}").scalar()
            assert row["rows"] == (count if row["kind"] == "table" else None), name
    assert [(row["name"], row["kind"], row["meaning"]) for row in listed.values()] == [
        *dictionary.tables()
    ]
    assert listed["facts"]["rows"] == len(ROWS["facts"])


def test_columns_have_examples(filled: str) -> None:
    listed = rows(filled, "actors")
    assert [tuple(row.values())[:-1] for row in listed.values()] == dictionary.columns("actors")
    assert {name: row["examples"] for name, row in listed.items()} == {
        "id": "1; 2; 3",
        "key": "writer; state; weekly",
        "name": "A. Writer; A State; A Weekly",
        "kind": "person; state; outlet",
        "background": "has a coast",
    }
    assert rows(filled, "loads")["content_hash"]["examples"] == "0" * describe.EXAMPLE_LENGTH + "…"
    stored = "true; false" if "://" in filled else "1; 0"  # as a query would have to say it
    assert rows(filled, "relation_types")["is_symmetric"]["examples"] == stored
    assert rows(filled, "timeline")["title"]["examples"] == "A visit"


def test_what_has_no_rows_has_no_examples(database: str) -> None:
    assert {row["rows"] for row in rows(database).values()} == {0, 29, None}
    assert {row["examples"] for row in rows(database, "events").values()} == {None}


def test_what_takes_too_long_is_left_out_and_said(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(describe, "PATIENCE", 0)
    listing = ", ".join(sorted(METADATA.tables))
    listed = rows(
        filled,
        message=f"{listing}: not counted or shown: takes more than 0 s\n",
    )
    assert {row["rows"] for row in listed.values()} == {None}
    assert len(listed) == len(dictionary.tables())


def test_an_endless_view_ends(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(describe, "PATIENCE", 0.2)
    endless = "with recursive n (n) as (select 1 union all select n + 1 from n where n > 0)"
    with describe.describing(filled) as there:
        assert isinstance(there, describe.DescribedSourcebook)
        query: Any = sa.text(f"{endless} select count(*) from n")
        assert there._rows(query, "endless") == ()
        assert there.notes == ["endless: not counted or shown: takes more than 0.2 s"]


def test_ctrl_c_ends_a_count(filled: str) -> None:
    endless = "with recursive n (n) as (select 1 union all select n + 1 from n where n > 0)"
    query: Any = sa.text(f"{endless} select count(*) from n")
    stop = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    began = time.monotonic()
    with describe.describing(filled) as there:
        assert isinstance(there, describe.DescribedSourcebook)
        stop.start()
        with pytest.raises(KeyboardInterrupt):
            there._rows(query, "endless")
    assert time.monotonic() - began < describe.PATIENCE


@pytest.mark.parametrize("there", [False, True])
def test_without_a_database_the_dictionary_stands_alone(tmp_path: Path, there: bool) -> None:
    file = tmp_path / "none.db"
    if there:
        file.touch()
    message = f"{file}: doesn't exist yet, so no rows are counted\n"
    assert {row["rows"] for row in rows(str(file), message=message).values()} == {None}
    assert list(rows(str(file), "events", message=message)) == [
        column.column for column in dictionary.columns("events")
    ]
    assert asked(str(file), "--format", "mermaid").stdout == dictionary.mermaid()
    assert [path.name for path in tmp_path.iterdir()] == ["none.db"] * there


def test_an_empty_database_is_nothing_yet(empty_database: str) -> None:
    if "://" not in empty_database:
        with closing(sqlite3.connect(empty_database)) as connection:
            connection.execute("vacuum")
    done = asked(empty_database, "--format", "csv")
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == len(dictionary.tables()) + 1
    assert done.stderr.endswith(": is empty, so no rows are counted\n")


def test_another_version_is_taken_as_it_is(database: str) -> None:
    with writing(database) as connection:
        connection.exec_driver_sql("update alembic_version set version_num = 'sourcebook_0001'")
    done = asked(database, "--format", "csv")
    assert done.exit_code == 0
    assert "\nevents,table,0," in done.stdout
    assert "alembic" not in done.stdout
    assert done.stderr.endswith(": has an older schema; run `sourcebook migrate`\n")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["quots"], 2, "there is no table or view 'quots'; did you mean `quotes`?"),
        (["quotes", "--format", "mermaid"], 2, "draws all tables; leave NAME out"),
        (["--raw"], 2, "--raw is for --format csv"),
    ],
)
def test_what_is_wrong_is_said(
    filled: str, arguments: list[str], status: int, message: str
) -> None:
    done = asked(filled, *arguments)
    assert (done.exit_code, done.stdout) == (status, "")
    assert message in done.stderr


def test_what_is_no_database_is_said_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "text.db"
    file.write_text("no database, but a text that is long enough", encoding="utf-8")
    done = asked(str(file))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"Error: {file}: is not an SQLite database; give another --db\n"


# --- somebody else's ------------------------------------------------------------------------------

SQLITE = f"""
create table owner (id integer primary key, name varchar(20) unique, photo blob, since money);
create table pet (
  owner_id integer not null references owner, gone int references no_such_table (id),
  "{ODD.replace('"', '""')}" text, twice as (owner_id * 2),
  unique (owner_id, gone)
) ;
create unique index once on pet (twice) where gone is null;
create unique index lower_once on owner (lower(name));
create table kv (k text primary key, v any) without rowid;
create virtual table notes using fts5 (body);
create view pets as select name, count(*) as n from owner join pet on owner_id = id group by name;
create view broken as select * from no_such_table;
create view "{ODD.replace('"', '""')}" as select 1 as "a.b", 'x' as "a:b";
insert into owner values (1, 'Ann', x'00ff', 3.5), (2, char(27) || '[31mBen', null, null);
insert into owner (name) values ('{"long " * 20}');
insert into pet values (1, null, 'a' || char(10) || 'b'), (2, 7, ''), (3, 8, null);
insert into notes values ('some words');
"""

POSTGRESQL = """
create table owner (id int primary key, name varchar(20) unique, tags text[], since date);
comment on table owner is 'who has pets';
comment on column owner.since is 'for how long';
create table pet (owner_id int not null references owner, "100%% :x" numeric(9, 2), p point);
create unique index once on pet (owner_id) where p is null;
create materialized view pets as select name, count(*) as n from owner join pet on owner_id = id
group by name;
create view "o""d" as select 1 as "a.b", 2 as "a:b";
insert into owner values (1, 'Ann', '{a,b}', '2020-02-03');
insert into pet values (1, 1.20, '(1,2)');
"""


@pytest.fixture
def zoo(tmp_path: Path) -> str:
    """A file of somebody's, with whatever SQLite allows."""
    file = tmp_path / "zoo.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(SQLITE)
    return str(file)


def test_any_file_says_itself_what_it_holds(zoo: str) -> None:
    before = Path(zoo).read_bytes()
    message = f"{zoo}: is not a sourcebook; its own catalogue describes it\n"
    listed = rows(zoo, message=message)
    assert {
        name: (row["kind"], row["rows"]) for name, row in listed.items() if "_" not in name
    } == {
        "kv": ("table", 0),
        "notes": ("table", 1),
        "owner": ("table", 3),
        "pet": ("table", 3),
        "broken": ("view", None),
        ODD: ("view", None),
        "pets": ("view", None),
    }
    owner = rows(zoo, "owner", message=message)
    assert {name: list(row.values())[1:4] for name, row in owner.items()} == {
        "id": ["integer", "pk", True],
        "name": ["varchar(20)", "unique", True],
        "photo": ["blob", None, True],
        "since": ["numeric", None, True],
    }
    assert [row["examples"] for row in owner.values()] == [
        "1; 2; 3",
        "Ann; \x1b[31mBen",
        "2 bytes",
        "3.5",
    ]
    pet = rows(zoo, "pet", message=message)
    assert {name: (row["key"], row["examples"]) for name, row in pet.items()} == {
        "owner_id": ("fk owner.id; unique with gone", "1; 2; 3"),
        "gone": ("fk no_such_table.id; unique with owner_id", "7; 8"),
        ODD: (None, "a\nb"),
        "twice": ("unique where gone is null", "2; 4; 6"),
    }
    assert rows(zoo, "kv", message=message)["k"]["key"] == "pk"
    assert rows(zoo, ODD, message=message)["a.b"]["examples"] == "1"
    assert rows(zoo, "pets", message=message)["n"]["examples"] == "1"
    assert Path(zoo).read_bytes() == before


def test_what_cannot_be_read_is_said(zoo: str) -> None:
    done = asked(zoo, "broken", "--format", "csv")
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 1)
    assert done.stderr == (
        f"{zoo}: is not a sourcebook; its own catalogue describes it\n"
        "broken: its columns cannot be read: no such table: main.no_such_table\n"
    )


def test_no_name_or_value_steers_the_terminal(zoo: str) -> None:
    for arguments in ([], ["owner"], ["pet"], [ODD], ["--format", "mermaid"], ["ow\x1b[31mer"]):
        done = asked(zoo, *arguments)
        assert "\x1b" not in done.output
        assert done.stderr.count("\n") in (1, 4)


def test_the_diagram_of_any_file(zoo: str) -> None:
    diagram = asked(zoo, "--format", "mermaid").stdout
    lines = diagram.splitlines()
    assert lines[0] == "erDiagram"
    assert "        integer id PK" in lines
    assert "        varchar_20_ name UK" in lines
    assert "        integer owner_id FK" in lines
    assert '    owner ||..o{ pet : "owner_id"' in lines
    assert '    no_such_table ||..o{ pet : "gone"' in lines
    assert drawn(
        dictionary.mermaid()
    )  # the reader of diagrams knows ours; this one has other types


def test_any_database_of_a_server_says_itself_what_it_holds(
    postgres_database: Callable[..., str],
) -> None:
    url = postgres_database()
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(POSTGRESQL)
    done = asked(url, "--format", "json")
    assert done.exit_code == 0
    assert done.stderr.endswith("is not a sourcebook; its own catalogue describes it\n")
    listed = [tuple(row.values()) for row in json.loads(done.stdout)]
    assert listed == [
        ("owner", "table", 1, "who has pets"),
        ("pet", "table", 1, ""),
        ('o"d', "view", None, ""),
        ("pets", "materialized view", None, ""),
    ]
    message = done.stderr
    owner = rows(url, "owner", message=message)
    assert owner["since"] == {
        "column": "since",
        "type": "date",
        "key": None,
        "null": True,
        "meaning": "for how long",
        "values": None,
        "examples": "2020-02-03",
    }
    assert owner["id"]["key"] == "pk"
    pet = rows(url, "pet", message=message)
    assert pet["owner_id"]["key"] == "fk owner.id; unique where (p IS NULL)"
    assert owner["name"]["key"] == "unique"
    assert pet["100% :x"]["examples"] == "1.20"
    assert pet["p"]["examples"] == "(1,2)"
    assert [row["examples"] for row in rows(url, 'o"d', message=message).values()] == ["1", "2"]
    assert rows(url, "pets", message=message)["n"]["examples"] is None
