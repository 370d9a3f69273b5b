"""The SQL that creates an empty sourcebook of this version, for SQLite and PostgreSQL.

Rows are best inserted after the tables are created, and before what is checked or built faster
when all rows are there. The statements never change their order: exports have the same bytes.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    create_engine,
)
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.schema import (
    AddConstraint,
    CreateIndex,
    CreateTable,
    ExecutableDDLElement,
    SetColumnComment,
    SetTableComment,
)

from database.connect import REVISION, VERSION_TABLE
from migrations.views import view_statements
from schema.models import METADATA

SQLITE = "select type, sql from sqlite_schema where sql is not null order by rowid"


class Creation(NamedTuple):
    """Statements in the order in which they run; rows are inserted before the keys."""

    tables: list[str]
    views: list[str]
    """Views, all comments, and the record of the revision."""
    keys: list[str]
    """Indexes, and the primary and unique keys that are not in the tables."""
    foreign_keys: list[str]
    """Foreign keys that are not in the tables."""


@cache
def creation(engine: str) -> Creation:
    """Return the statements for `sqlite` or `postgresql`."""
    created = _as_migrated() if engine == "sqlite" else _as_modelled()
    created.views.append(f"insert into {VERSION_TABLE} values ('{REVISION}')")  # noqa: S608 - ours
    return created


def _as_migrated() -> Creation:
    """Return what the migrations leave in SQLite: a later one may edit the text of a table."""
    from migrations.upgrade import upgrade  # slow to import

    created = Creation([], [], [], [])
    where = {"table": created.tables, "view": created.views, "index": created.keys}
    with create_engine("sqlite://").begin() as connection:
        upgrade(connection)
        for kind, sql in connection.exec_driver_sql(SQLITE):
            where[kind].append(sql)
    return created


def _as_modelled() -> Creation:
    """Return what the models say, each constraint by itself."""
    created = Creation([], [], [], [])
    where = {CheckConstraint: created.tables, ForeignKeyConstraint: created.foreign_keys}
    # With named parameters, a percent sign is written once.
    dialect = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy's own

    def write(statements: list[str], *ddl: ExecutableDDLElement) -> None:
        statements += (str(each.compile(dialect=dialect)).strip() for each in ddl)

    metadata = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.sorted_tables:
        table.to_metadata(metadata)
    version_table(metadata)
    for table in metadata.sorted_tables:
        # `create table` leaves out what AddConstraint is to add.
        additions = [AddConstraint(each) for each in sorted(table.constraints, key=_name)]
        write(created.tables, CreateTable(table))
        if table.comment:
            write(created.views, SetTableComment(table), *map(SetColumnComment, table.columns))
        for addition in additions:
            write(where.get(type(addition.element), created.keys), addition)
        write(created.keys, *map(CreateIndex, sorted(table.indexes, key=_name)))
    created.views.extend(view_statements("postgresql"))
    return created


def _name(item: Constraint | Index) -> str:
    return str(item.name)


def version_table(metadata: MetaData) -> Table:
    """Add the table in which Alembic stores the revision."""
    key = PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc")
    return Table(VERSION_TABLE, metadata, Column("version_num", String(32), nullable=False), key)
