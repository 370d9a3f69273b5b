"""The structure of a DuckDB file, part by part, and the one that a feed makes, to compare them.

DuckDB writes both: that of a feed is made in memory, beside the file. It does not keep the names of
CHECKs and keys, so these go by what they say. Touches the connection that it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from feeds import duckdb_schema
from feeds.rows import RECORD, TABLES
from feeds.shape import Shape, Thing

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MADE = "made"
"""What the database in memory is called."""

RELATIONS = """
    select 'table', table_name, comment, null
    from duckdb_tables()
    where database_name = $1
    union all
    select 'view', view_name, comment, sql
    from duckdb_views()
    where database_name = $1 and not internal
"""
COLUMNS = """
    select table_name, column_name, data_type, is_nullable, column_default, comment
    from duckdb_columns()
    where database_name = $1 and not internal
"""
CONSTRAINTS = """
    select table_name, constraint_text
    from duckdb_constraints()
    where database_name = $1 and constraint_type <> 'NOT NULL'
"""
INDEXES = """
    select table_name, index_name, sql
    from duckdb_indexes()
    where database_name = $1
"""

KNOWS_TRIGGERS = """
    select 1
    from duckdb_functions()
    where function_name = 'duckdb_triggers' and $1 <> ''
"""
"""Versions before 2 have none."""
TRIGGERS = """
    select table_name, trigger_name, sql
    from duckdb_triggers()
    where database_name = $1
"""


def shape(duck: DuckDBPyConnection, catalog: str) -> Shape:
    """Give the structure that a database really has."""
    return dict(_parts(duck, catalog))


def _parts(duck: DuckDBPyConnection, catalog: str) -> Iterator[tuple[Thing, Mapping[str, object]]]:
    def rows(query: str) -> list[tuple[object, ...]]:
        return duck.execute(query, [catalog]).fetchall()

    owners: dict[object, str] = {}
    for kind, name, comment, sql in rows(RELATIONS):
        owners[name] = f"{kind} {name}"
        yield Thing(str(kind), str(name)), {"definition": sql, "comment": comment}
    for of, name, type, nullable, default, comment in rows(COLUMNS):
        null = "allowed" if nullable else "refused"
        aspects = {"type": type, "null": null, "default": default, "comment": comment}
        yield Thing("column", str(name), owners[of]), aspects
    for of, text in rows(CONSTRAINTS):
        yield Thing("constraint", str(text), owners[of]), {}
    for of, name, sql in rows(INDEXES):
        yield Thing("index", str(name), owners[of]), {"definition": sql}
    if rows(KNOWS_TRIGGERS):
        for of, name, sql in rows(TRIGGERS):
            yield Thing("trigger", str(name), owners[of]), {"definition": sql}


def reference(duck: DuckDBPyConnection) -> Shape:
    """Give the structure that a feed makes."""
    duck.execute(f"attach ':memory:' as {MADE}")
    try:
        duck.execute(f"use {MADE}")
        for statement in (*tables(), *rest()):
            duck.execute(statement)
        return shape(duck, MADE)
    finally:
        duck.execute("use memory")
        duck.execute(f"detach {MADE}")


def tables() -> Iterator[str]:
    """Give the statements by which a feed makes the tables, with their keys."""
    return map(duckdb_schema.table, (*TABLES, RECORD))


def rest() -> Iterator[str]:
    """Give those by which it makes all else, once the rows are there."""
    for table in (*TABLES, RECORD):
        yield from duckdb_schema.indexes(table)
        yield from duckdb_schema.comments(table)
    yield from duckdb_schema.versions()
    yield from duckdb_schema.views()
