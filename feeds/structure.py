"""The structure of a target: what it has too much, too little, or other than expected.

Touches nothing: it reads the catalogue, through SQLAlchemy's inspector and Alembic's comparison.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, MetaData, func, inspect, select

from database.connect import REVISION, VERSION_TABLE, newer, revision
from database.errors import DatabaseError
from database.snapshot import RECORD, TABLES
from feeds.target import TargetState, listed, read_inventory
from migrations.creation import version_table
from schema.models import METADATA
from schema.views import RENAMED, VIEWS

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

IN_DUCKDB = " union all ".join(
    f"""
    select '{kind} ' || concat_ws('.', nullif(schema_name, 'main'), {kind}_name)
    from duckdb_{kind}s()
    where database_name = current_database() and {condition}
    """
    for kind, condition in {
        "table": "not internal and schema_name <> 'main'",
        "view": "not internal and schema_name <> 'main'",
        "function": "not internal",
        "type": "not internal",
        "sequence": "true",
    }.items()
)
"""What else a DuckDB file holds: a new file would replace it."""


# --- what is there --------------------------------------------------------------------------------


def state_of(name: str, connection: Connection, *, views: bool = True) -> TargetState:
    """Describe what a target holds. Raises DatabaseError for what isn't ours or is newer.

    An engine that cannot undo `create table` gets no `views`, and its tables may lack the number of
    their version: then nobody has finished to create them.
    """
    at = revision(connection)
    begun = at is not None or (not views and inspect(connection).has_table(VERSION_TABLE))
    if foreign := foreign_objects(connection, ours=begun):
        raise DatabaseError(
            f"{name}: {'also holds' if at else 'holds'} what does not belong to a sourcebook "
            f"({listed(foreign)}); give another TARGET"
        )
    if at and at > REVISION:
        raise DatabaseError(newer(name, at))
    if at is None:
        return TargetState(exists=begun)
    older = at != REVISION
    if missing := "" if older else missing_objects(connection, views=views):
        return TargetState(exists=True, missing=missing)
    fed = (
        inspect(connection).has_table(RECORD.name)
        and connection.execute(select(RECORD.c.fed_at).limit(1)).first() is not None
    )
    inventory = read_inventory(connection, older=older)
    return TargetState(exists=True, older=older, fed=fed, inventory=inventory)


def foreign_objects(connection: Connection, *, ours: bool) -> list[str]:
    """List what doesn't belong to a sourcebook; `ours`: the target claims to be one."""
    inspector, engine = inspect(connection), connection.dialect.name
    views = [*inspector.get_view_names()]
    if engine == "postgresql":
        views += inspector.get_materialized_view_names()
    known_tables = {*METADATA.tables, VERSION_TABLE} if ours else {VERSION_TABLE}
    known_views = {*(view.name for view in VIEWS), *RENAMED} if ours else set()
    foreign = [f"table {name}" for name in sorted({*inspector.get_table_names()} - known_tables)]
    foreign += [f"view {name}" for name in sorted({*views} - known_views)]
    if engine == "postgresql":
        rows = connection.exec_driver_sql(DEPENDENTS).scalars()
        foreign += [f"table {table} elsewhere, whose rows would go with ours" for table in rows]
    elif engine == "duckdb":
        foreign += connection.exec_driver_sql(IN_DUCKDB).scalars()
    return foreign


def missing_objects(connection: Connection, *, views: bool = True) -> str:
    """Name the tables, columns and views that a sourcebook must have and this one lacks."""
    inspector = inspect(connection)
    there = {
        name: {column["name"] for column in columns}
        for (_, name), columns in inspector.get_multi_columns().items()
    }
    missing = []
    for table in METADATA.sorted_tables:
        if table.name not in there:
            missing.append(f"table {table.name} is missing")
            continue
        lost = [column for column in table.columns if column.name not in there[table.name]]
        missing += [f"column {column} is missing" for column in lost]
    if views:
        lost_views = {view.name for view in VIEWS} - {*inspector.get_view_names()}
        missing += [f"view {view} is missing" for view in sorted(lost_views)]
    return listed(missing)


def row_counts(connection: Connection) -> dict[str, int]:
    """Count the rows of every table that exists."""
    there = inspect(connection).get_table_names()
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in TABLES
        if table.name in there
    }


def schema_drift(connection: Connection) -> str:
    """Say how tables differ from the models, as Alembic sees it; empty: they don't."""
    # Slow to import, and only needed by feeds that change or verify something.
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from migrations.upgrade import COMPARISON

    context = MigrationContext.configure(connection, opts=COMPARISON)
    drift = []
    for entry in compare_metadata(context, METADATA):
        differences: Any = entry if isinstance(entry, list) else [entry]
        drift += [_described(*difference) for difference in differences]
    return listed(drift)


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


# --- what is to be there --------------------------------------------------------------------------


def plain_tables() -> MetaData:
    """Return the tables for an engine in which rows must come after those that they refer to.

    Keys of a table to itself are left out: a heading, for example, is under itself.
    """
    metadata = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.sorted_tables:
        copy = table.to_metadata(metadata)
        for key in copy.foreign_key_constraints:
            if key.referred_table is copy:
                copy.constraints.remove(key)
    version_table(metadata)
    return metadata
