"""The schema of a sourcebook in DuckDB: tables, keys, comments and views. Touches nothing.

Types are those of the other engines: integer, boolean and text. Days stay text there too, for that
is what they are: DuckDB's DATE has no year 0000, and text lets queries and reports run unchanged;
`earliest::date` makes one. Keys are declared, and DuckDB holds to them, but for the keys of a
table to itself: DuckDB checks row by row, and a heading stands under itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import ForeignKeyConstraint, Index, Table, create_engine, text
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.compiler import DDLCompiler, GenericTypeCompiler

from database.connect import REVISION, VERSION_TABLE
from feeds.digest import quoted
from schema.views import VIEWS


class _Types(GenericTypeCompiler):
    """Types by the names that DuckDB gives them."""

    def visit_INTEGER(self, type_: object, **kw: object) -> str:  # noqa: N802, ARG002 - its name
        return "integer"


class _Tables(DDLCompiler):
    """Tables as DuckDB knows them: without cascades, and without keys to themselves."""

    def define_constraint_cascades(self, constraint: object) -> str:  # noqa: ARG002 - its name
        return ""

    # It may give None, as its caller knows: then there is no such key.
    def visit_foreign_key_constraint(  # type: ignore[override]
        self, constraint: ForeignKeyConstraint, **kw: object
    ) -> str | None:
        if constraint.referred_table is constraint.table:
            return None
        return super().visit_foreign_key_constraint(constraint, **kw)


class Dialect(DefaultDialect):
    """DuckDB, as far as it takes to write its tables and to bind values as $1, $2 and so on."""

    ddl_compiler = _Tables
    type_compiler_cls = _Types

    def __init__(self) -> None:
        super().__init__(paramstyle="numeric_dollar")


def table(made: Table) -> str:
    """Give the statement that makes a table, with its keys and CHECKs."""
    return str(CreateTable(made).compile(dialect=Dialect()))


def indexes(made: Table) -> Iterator[str]:
    """Give the statements for what else is unique in a table; the others DuckDB does without."""
    for index in sorted(made.indexes, key=lambda index: str(index.name)):
        if index.unique:
            listed = ", ".join(_indexed(index))
            yield f"create unique index {index.name} on {quoted(made.name)} ({listed})"


def _indexed(index: Index) -> Iterator[str]:
    """Name the columns of an index; one that holds for some rows only is null for the others."""
    where = index.dialect_options["sqlite"]["where"]
    for column in index.columns:
        name = quoted(column.name)
        yield name if where is None else f"(case when {where} then {name} end)"


def comments(made: Table) -> Iterator[str]:
    """Give the statements that say what a table and its columns hold."""
    name = quoted(made.name)
    yield f"comment on table {name} is {_literal(made.comment or '')}"
    for column in made.columns:
        yield _comment_on_column(name, column.name, column.comment or "")


def views() -> Iterator[str]:
    """Give the statements that make the views and say what they and their columns hold."""
    known = _views_of_sqlite()
    for view in VIEWS:
        yield translated(known[view.name])
        name = quoted(view.name)
        yield f"comment on view {name} is {_literal(view.meaning)}"
        for column in view.columns:
            yield _comment_on_column(name, column.name, column.meaning)


def versions() -> Iterator[str]:
    """Give the statements that note the revision where the other engines have it."""
    yield f"create table {VERSION_TABLE} (version_num text not null primary key)"
    yield f"insert into {VERSION_TABLE} values ({_literal(REVISION)})"


def _comment_on_column(name: str, column: str, meaning: str) -> str:
    return f"comment on column {name}.{quoted(column)} is {_literal(meaning)}"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _views_of_sqlite() -> dict[str, str]:
    """Give the views as the migrations write them for SQLite, which stands nearest."""
    from migrations.upgrade import upgrade

    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        upgrade(connection)
        rows = connection.execute(text("select name, sql from sqlite_schema where type = 'view'"))
        found = {str(name): str(sql) for name, sql in rows}
    engine.dispose()
    return found


# A list in one cell: the distinct values of a query, joined in its order.
_LISTED = re.compile(
    r"\(select group_concat\(value, '(?P<separator>[^']*)'\) "
    r"from \(select (?P<value>.*?) as value\b(?P<rest>.*?)\border by(?P<order>(?:(?!order by).)*?)"
    r"(?:, value\s*)?\) as listed\)",
    re.DOTALL,
)


def translated(view: str) -> str:
    """Turn the statement of a view in SQLite into DuckDB's.

    DuckDB does not join the values of a query in its order: the order goes into the aggregate.
    Among equals SQLite takes the values as they were grouped: in their own order.
    """
    return _LISTED.sub(
        r"(select string_agg(value, '\g<separator>' order by place) from (select \g<value> as "
        r"value, row_number() over (order by\g<order>, \g<value>) as place\g<rest>) as listed)",
        view,
    )
