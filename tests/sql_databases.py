"""Databases for the statements of tests/sql_statements.py, and everything that one is made of."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import sourcebook
from tests.postgres import GUEST

SQLITE = """
    create table people (id integer primary key, name text);
    insert into people values (1, 'ann'), (2, 'bob'), (3, 'cyd');
    create index people_by_name on people (name);
    create view grown as select * from people where id > 1;
    create view described as select name from pragma_table_info('people');
    create view loaded as select load_extension('x') as l;
    create table "order" ("select" int, "group" int);
    create table counted (id integer primary key autoincrement);
    insert into counted values (1);
    create virtual table notes using fts5(body);
    insert into notes values ('the quick fox'), ('a slow bear');
"""

POSTGRESQL = """
    create table people (id int primary key, name text);
    insert into people values (1, 'ann'), (2, 'bob'), (3, 'cyd');
    create view grown as select * from people where id > 1;
    create table "order" ("select" int, "group" int);
    create table nothing_in_it ();
    create materialized view kept as select * from people;
    create sequence counter;
    create function bump() returns int language plpgsql volatile
      as $$ begin insert into people values (9, 'bumped'); return 1; end $$;
    create function touch(people) returns int language sql volatile as 'select bump()';
    create function steady(n int) returns int language sql stable as 'select n + 1';
    create function louder(int, int) returns int language sql volatile as 'select bump()';
    create operator !! (function = louder, leftarg = int, rightarg = int);
    create type loud as (word text);
    create function loudly(text) returns loud language sql volatile
      as 'select row(bump())::loud';
    create cast (text as loud) with function loudly(text);
    create procedure change() language sql as 'delete from people';
    create function crosstab(text) returns setof record language sql stable as 'select 1';
    select lo_create(1);
"""


def make_sqlite(path: Path) -> str:
    """Make a file, alone in its folder."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SQLITE)
    return str(path)


def folder_of(path: str | Path) -> dict[str, str]:
    """Give what lies in the folder of a file: names, and digests of the bytes."""
    folder = Path(path).parent
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "folder"
        for file in sorted(folder.iterdir())
    }


def make_postgresql(url: str) -> str:
    """Fill an empty database."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(POSTGRESQL)
    return url


STATE = f"""
    select 'people', string_agg(people::text, ' ' order by id) from people
    union all select 'kept', string_agg(kept::text, ' ' order by id) from kept
    union all select 'relations', string_agg(relname::text || relkind::text, ' ' order by oid)
      from pg_class
    union all select 'functions', count(*)::text from pg_proc
    union all select 'types', count(*)::text from pg_type
    union all select 'roles', string_agg(rolname, ' ' order by rolname) from pg_roles
      where not starts_with(rolname, '{GUEST}')
    union all select 'comments', count(*)::text from pg_description
    union all select 'grants', string_agg(relname::text || relacl::text, ' ' order by oid)
      from pg_class where relnamespace = 'public'::regnamespace
    union all select 'counter', last_value::text || is_called::text from counter
    union all select 'large objects', string_agg(oid::text, ' ') from pg_largeobject_metadata
    union all select 'large data', count(*)::text from pg_largeobject
    union all select 'locks', count(*)::text from pg_locks
      where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())
    union all select 'settings', string_agg(name || setting, ' ' order by name)
      from pg_settings where source <> 'client' and name !~ 'xact|transaction|application_name'
    union all select 'prepared', count(*)::text from pg_prepared_xacts
    union all select 'namespaces', count(*)::text from pg_namespace
"""


def state_of(connection: sa.Connection) -> dict[str, str]:
    """Give all that a statement could change in a database of PostgreSQL, or leave there."""
    return {str(name): str(actual) for name, actual in connection.exec_driver_sql(STATE)}


def ask(database: str, sql: str, arguments: Mapping[str, Any] | None = None) -> list[Any]:
    """Return the rows of one query, as programs get them."""
    with sourcebook.open(database) as book:
        return [*book.sql(sql, arguments)]
