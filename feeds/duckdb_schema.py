"""The schema of a sourcebook in DuckDB: tables, keys, comments and views. Touches no file.

Types are those of the other engines: integer, boolean and text. Days stay text, since DuckDB's
DATE has no year 0000. Keys of a table to itself are left out: DuckDB checks row by row, and a
heading is under itself. So is `on delete cascade`, which DuckDB lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import ForeignKeyConstraint, Table, create_engine, text
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.compiler import DDLCompiler, GenericTypeCompiler

from database.connect import REVISION, VERSION_TABLE
from database.digest import quoted
from migrations.upgrade import upgrade
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
    """Write the views as the migrations create them in SQLite, whose SQL is the closest."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        upgrade(connection)
        rows = connection.execute(text("select name, sql from sqlite_schema where type = 'view'"))
        definitions = {str(name): str(sql) for name, sql in rows}
    engine.dispose()
    for view in VIEWS:
        yield translated(definitions[view.name])
        name = quoted(view.name)
        yield f"comment on view {name} is {literal(view.meaning)}"
        for column in view.columns:
            yield f"comment on column {name}.{quoted(column.name)} is {literal(column.meaning)}"


def literal(value: object) -> str:
    """Write a text as SQL does."""
    return "'" + str(value).replace("'", "''") + "'"


# A list in one cell: the distinct values of a query, joined in its order.
_LIST = re.compile(
    r"\(select group_concat\(value, '(?P<separator>[^']*)'\) "
    r"from \(select (?P<value>.*?) as value\b(?P<rest>.*?)\border by(?P<order>(?:(?!order by).)*?)"
    r"(?:, value\s*)?\) as listed\)",
    re.DOTALL,
)


def translated(view: str) -> str:
    """Turn the definition of a view in SQLite into DuckDB's.

    DuckDB doesn't join the values of a query in its order, so the order goes into the aggregate.
    SQLite orders equal ones as they were grouped: by themselves.
    """
    return _LIST.sub(
        r"(select string_agg(value, '\g<separator>' order by place) from (select \g<value> as "
        r"value, row_number() over (order by\g<order>, \g<value>) as place\g<rest>) as listed)",
        view,
    )
