"""What a target in SQLite or PostgreSQL has too much, too little, or other than expected.

Touches nothing: it reads the catalogue, through SQLAlchemy's inspector and Alembic's comparison.
"""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from database.connect import VERSION_TABLE
from migrations.upgrade import COMPARISON
from schema.models import METADATA
from schema.views import RENAMED, VIEWS

SHOWN = 5
"""Differences that a message names."""

DEPENDENTS = """
    select cast(conrelid::regclass as text)
    from pg_constraint
    join pg_class as ours on ours.oid = confrelid
    join pg_class as theirs on theirs.oid = conrelid
    where contype = 'f'
      and confdeltype in ('c', 'n', 'd')
      and ours.relnamespace = current_schema::regnamespace
      and theirs.relnamespace <> ours.relnamespace
    union
    select cast(inhrelid::regclass as text)
    from pg_inherits
    join pg_class as ours on ours.oid = inhparent
    join pg_class as theirs on theirs.oid = inhrelid
    where ours.relnamespace = current_schema::regnamespace
      and theirs.relnamespace <> ours.relnamespace
    order by 1
"""
"""Tables in other schemas whose rows would be changed or deleted with ours."""


def foreign_objects(connection: Connection, *, ours: bool) -> list[str]:
    """List tables and views that don't belong to a sourcebook; `ours`: it claims to be one."""
    inspector = inspect(connection)
    views = [*inspector.get_view_names()]
    if connection.dialect.name == "postgresql":
        views += inspector.get_materialized_view_names()
    known_tables = {*METADATA.tables, VERSION_TABLE} if ours else {VERSION_TABLE}
    known_views = {*(view.name for view in VIEWS), *RENAMED} if ours else set()
    foreign = [f"table {name}" for name in sorted({*inspector.get_table_names()} - known_tables)]
    foreign += [f"view {name}" for name in sorted({*views} - known_views)]
    if connection.dialect.name == "postgresql":
        rows = connection.exec_driver_sql(DEPENDENTS).scalars()
        foreign += [f"table {name} elsewhere, whose rows would go with ours" for name in rows]
    return foreign


def missing_columns(connection: Connection) -> str:
    """Name the tables, columns and views that a sourcebook must have and this one lacks."""
    inspector = inspect(connection)
    columns = {
        name: {column["name"] for column in columns}
        for (_, name), columns in inspector.get_multi_columns().items()
    }
    missing = []
    for table in METADATA.sorted_tables:
        if table.name not in columns:
            missing.append(f"table {table.name} is missing")
            continue
        lost = [name for name in table.columns.keys() if name not in columns[table.name]]  # noqa: SIM118 - the names
        missing += [f"column {table.name}.{name} is missing" for name in lost]
    views = inspector.get_view_names()
    missing += [f"view {view.name} is missing" for view in VIEWS if view.name not in views]
    return _listed(missing)


def schema_drift(connection: Connection) -> str:
    """Say how tables differ from the models, as Alembic sees it; empty: they don't."""
    context = MigrationContext.configure(connection, opts=COMPARISON)
    differences: list[Any] = compare_metadata(context, METADATA)
    flat = [one for entry in differences for one in (entry if isinstance(entry, list) else [entry])]
    return _listed([_described(*difference) for difference in flat])


def _described(operation: str, *details: Any) -> str:
    """Describe one difference: the operation that would undo it, and on what."""
    what = operation.replace("_", " ")
    if operation.startswith("modify"):
        _, table, column = details[:3]
        return f"{what} {table}.{column}"
    item = details[-1]
    table = getattr(item, "table", None)
    name = getattr(item, "name", None) or item
    return f"{what} {name}" if table is None else f"{what} {name} of {table.name}"


def _listed(items: list[str]) -> str:
    return ", ".join(items[:SHOWN]) + (", …" if len(items) > SHOWN else "")
