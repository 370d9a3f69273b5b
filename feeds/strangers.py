"""What stands in a target and is no sourcebook's: tables, views, functions and whatever else.

Touches nothing: it reads the catalogue. What hangs on a table of ours, such as a trigger or an
index, is a matter of its structure (feeds/shape.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from database.connect import VERSION_TABLE
from schema.models import METADATA
from schema.views import VIEWS

SHOWN = 5
"""Strangers that a message names."""

OURS = {("table", name) for name in (*METADATA.tables, VERSION_TABLE)} | {
    ("view", view.name) for view in VIEWS
}

SQLITE = r"""
    select type, name
    from sqlite_schema
    where type in ('table', 'view') and name not like 'sqlite\_%' escape '\'
    order by type, name
"""

# Whatever lies in a schema depends on it; what an extension has brought belongs to that. Tables
# elsewhere of which rows would go or change with ours are others' too.
POSTGRESQL = """
    with things as (
      select classid, objid, type,
        case when starts_with(identity, quote_ident(current_schema) || '.')
          then substr(identity, length(quote_ident(current_schema)) + 2) else identity
        end as name
      from pg_depend
      cross join pg_identify_object(classid, objid, 0)
      where refclassid = 'pg_namespace'::regclass
        and refobjid = current_schema::regnamespace
        and (schema = quote_ident(current_schema) or type = 'extension')
    ),
    owned as (
      select classid, objid
      from pg_depend
      where refclassid = 'pg_class'::regclass and deptype in ('a', 'i')
    ),
    brought as (
      select classid, objid, extname
      from pg_depend
      join pg_extension on pg_extension.oid = refobjid
      where refclassid = 'pg_extension'::regclass and deptype = 'e'
    ),
    hanging as (
      select conrelid as outside
      from pg_constraint
      join pg_class as ours on ours.oid = confrelid
      where contype = 'f'
        and confdeltype in ('c', 'n', 'd')
        and ours.relnamespace = current_schema::regnamespace
      union
      select inhrelid
      from pg_inherits
      join pg_class as ours on ours.oid = inhparent
      where ours.relnamespace = current_schema::regnamespace and ours.relkind = 'r'
    )
    select distinct
      case when extname is null then type else 'extension' end, coalesce(extname, name)
    from things
    left join brought using (classid, objid)
    where type <> 'sequence' or (classid, objid) not in (select classid, objid from owned)
    union
    select 'table', cast(outside as regclass) || ' elsewhere, of which rows would go with ours'
    from hanging
    join pg_class as others on others.oid = outside
    where others.relnamespace <> current_schema::regnamespace
    order by 1, 2
"""


def strangers(connection: Connection, *, migrated: bool) -> Sequence[str]:
    """Name what is not a sourcebook's, with its kind; of what is not `migrated`, all that is there.

    In PostgreSQL, in the schema that the connection looks at.
    """
    query = SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL
    ours = OURS if migrated else {("table", VERSION_TABLE)}
    there = connection.exec_driver_sql(query, execution_options={"no_parameters": True})
    return [f"{kind} {name}" for kind, name in there if (kind, name) not in ours]


def named(found: Sequence[str]) -> str:
    """List strangers for a message, the first few."""
    return ", ".join(found[:SHOWN]) + (", …" if len(found) > SHOWN else "")
