"""Other people's files of SQLite: schemas and states that a sourcebook never has."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

ODD = """
    create table "select" ("from" text, "it's" int, [a b] real, `c``d` blob, "" text);
    insert into "select" values ('x', 1, 1.5, x'00ff', 'none');
    create table "no rowid" (k text primary key, v) without rowid;
    insert into "no rowid" values ('a', 1), ('b', 'two'), ('c', 3.5), ('d', x'0102'), ('e', null);
    create table made (a int, b int generated always as (a * 2) virtual,
      c int generated always as (a + 1) stored);
    insert into made (a) values (1), (2);
    create view broken as select * from missing;
    create view far as select * from "select" join broken;
    create virtual table docs using fts5(title, body, tokenize = 'porter');
    insert into docs values ('one', 'running foxes'), ('two', 'sleeping bears');
    create virtual table old_docs using fts4(body);
    insert into old_docs values ('running foxes');
    create virtual table boxes using rtree(id, x0, x1);
    insert into boxes values (1, 0, 10);
    create table sqlitelike (n);
    create table "таблица 🙂" ("سطر" text);
    insert into "таблица 🙂" values ('日本');
    create table strictly (n int, t text) strict;
    create table defaulted (d text default (datetime('now')), check (length(d) > 0));
    create trigger noisy after insert on strictly begin select raise(abort, 'no'); end;
    create table parent (id integer primary key);
    create table child (p int references parent (id) deferrable initially deferred);
    insert into child values (99);
"""


def odd(path: Path, encoding: str = "UTF-8") -> str:
    """Make a file with names and tables of all kinds."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"pragma encoding = '{encoding}'")
        connection.execute("pragma application_id = 1234")
        connection.executescript(ODD)
    return str(path)


def logged(path: Path) -> str:
    """Make a file that keeps a write-ahead log, with nothing in it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.executescript("create table t (n int); insert into t values (1), (2);")
    return str(path)


LEFT = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.executescript(sys.argv[2])
os._exit(9)
"""


def left(path: Path, script: str) -> str:
    """Let a program work on a file and be killed."""
    ended = subprocess.run([sys.executable, "-c", LEFT, str(path), script], check=False)
    assert ended.returncode == 9
    return str(path)


def left_with_log(path: Path) -> str:
    """Make a file whose log holds what the file does not, with the log's index beside it."""
    logged(path)
    return left(path, "pragma wal_autocheckpoint = 0; insert into t values (3);")


def left_without_index(path: Path) -> str:
    """Make the same, as somebody copies it who forgets the index."""
    left_with_log(path)
    Path(f"{path}-shm").unlink()
    return str(path)


def half_written(path: Path) -> str:
    """Make a file that a killed program left half written, with the journal that mends it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("create table t (n int, filler text)")
        with connection:
            connection.executemany(
                "insert into t values (?, ?)", [(1, "x" * 500), (2, "y" * 500)] * 50
            )
    source = Path(f"{path}.source")
    shutil.copy(path, source)
    script = (
        "pragma cache_size = 1; pragma cache_spill = 1; begin; update t set n = 9, "
        "filler = filler || 'changed'; insert into t select n, filler from t;"
    )
    left(path, script)
    source.unlink()
    assert Path(f"{path}-journal").stat().st_size > 0
    return str(path)
