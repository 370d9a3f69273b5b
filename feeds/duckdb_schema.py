"""The schema of a sourcebook in DuckDB: tables, keys, comments and views. Touches no file.

Types are those of the other engines: integer, boolean and text. Days stay text, since DuckDB's
DATE has no year 0000. Keys of a table to itself are left out: DuckDB checks row by row, and a
heading is under itself. So is `on delete cascade`, which DuckDB lacks.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ForeignKeyConstraint, Table
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.compiler import DDLCompiler, GenericTypeCompiler

from database.connect import REVISION, VERSION_TABLE
from database.digest import quoted
from schema.models import METADATA
from schema.views import VIEWS


class _Types(GenericTypeCompiler):
    """Types by DuckDB's names."""

    def visit_INTEGER(self, type_: object, **kw: object) -> str:  # noqa: N802, ARG002 - its name
        return "integer"


class _Tables(DDLCompiler):
    """Tables as DuckDB takes them."""

    def define_constraint_cascades(self, constraint: object) -> str:  # noqa: ARG002 - its name
        return ""

    # It may return None, as its caller knows: then there is no such key.
    def visit_foreign_key_constraint(  # type: ignore[override]
        self, constraint: ForeignKeyConstraint, **kw: object
    ) -> str | None:
        if constraint.referred_table is constraint.table:
            return None
        return super().visit_foreign_key_constraint(constraint, **kw)


class Dialect(DefaultDialect):
    """DuckDB, as far as it takes to write its tables and simple queries."""

    ddl_compiler = _Tables
    type_compiler_cls = _Types


def statements() -> tuple[list[str], list[str]]:
    """Return what creates the tables, and what is created once they are filled."""
    tables = [
        str(CreateTable(table).compile(dialect=Dialect())) for table in METADATA.sorted_tables
    ]
    rest = [statement for table in METADATA.sorted_tables for statement in _additions(table)]
    rest += _views()
    rest.append(f"create table {VERSION_TABLE} (version_num text not null primary key)")
    rest.append(f"insert into {VERSION_TABLE} values ({literal(REVISION)})")
    return tables, rest


def _additions(table: Table) -> Iterator[str]:
    """Write the unique indexes of a table, and its comments; DuckDB needs no other index."""
    name = quoted(table.name)
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        if not index.unique:
            continue
        # An index for some rows only: for the others its columns are null.
        where = index.dialect_options["sqlite"]["where"]
        columns = [quoted(column.name) for column in index.columns]
        if where is not None:
            columns = [f"(case when {where} then {column} end)" for column in columns]
        yield f"create unique index {index.name} on {name} ({', '.join(columns)})"
    yield f"comment on table {name} is {literal(table.comment or '')}"
    for column in table.columns:
        yield f"comment on column {name}.{quoted(column.name)} is {literal(column.comment or '')}"


def _views() -> Iterator[str]:
    """Write the views, whose SQL DuckDB reads as it is."""
    for view in VIEWS:
        yield f"create view {view.name} as\n{view.query}"
        yield f"comment on view {view.name} is {literal(view.meaning)}"
        for column in view.columns:
            name = f"{view.name}.{quoted(column.name)}"
            yield f"comment on column {name} is {literal(column.meaning)}"


def literal(value: object) -> str:
    """Write a text as SQL does."""
    return "'" + str(value).replace("'", "''") + "'"
