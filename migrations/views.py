"""Views after an upgrade: created anew from schema/views.py, with the rights that others had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, inspect, text

from database.statement import escape_colons
from schema.filter_views import FILTER_VIEWS
from schema.models import DERIVED
from schema.views import RENAMED, RENAMED_COLUMNS, VIEWS


class Right(NamedTuple):
    """What somebody else may do with a table or view, or with a column of it."""

    relation: str
    column: str | None
    privilege: str
    role: str
    """Quoted, or `public`."""
    grantable: bool


def view_statements(engine: str) -> Iterator[str]:
    """Return the SQL that creates the views, with comments where an engine stores them."""
    for view in VIEWS:
        yield f"create view {view.name} as\n{view.query.rstrip()}"
        if engine == "postgresql":
            yield f"comment on view {view.name} is {_literal(view.meaning)}"
            for column in view.columns:
                meaning = _literal(column.meaning)
                yield f"comment on column {view.name}.{column.name} is {meaning}"


def create_views(connection: Connection) -> None:
    """Create all views; those that are there are dropped before."""
    for name in inspect(connection).get_view_names():
        connection.exec_driver_sql(f"drop view {name}")
    for statement in view_statements(connection.dialect.name):
        connection.execute(text(escape_colons(statement)))


ADDED = {
    "facts": ("control", "event_names", "identifiers", "source_credits", "territorial_control"),
    "loads": ("changed_fields",),
}
"""What later versions added to a table: who may read the one may read the other."""


def rights(connection: Connection) -> list[Right]:
    """Return the rights of others on tables and views, before an upgrade drops some of them."""
    if connection.dialect.name != "postgresql":
        return []
    query = """
        select relname, attname, privilege_type,
          case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
          is_grantable
        from (
          select oid as relation, cast(null as text) as attname, relacl as acl
          from pg_class
          union all
          select attrelid, attname, attacl
          from pg_attribute
          where not attisdropped
        ) as allowed
        join pg_class on pg_class.oid = allowed.relation
        cross join aclexplode(acl)
        where relnamespace = current_schema::regnamespace
          and relkind in ('r', 'v')
          and grantee <> relowner
    """
    return [Right(*row) for row in connection.execute(text(query))]


def grant(connection: Connection, former: list[Right], *, derived_too: bool = True) -> None:
    """Give others their rights again.

    With `derived_too`, whoever may read a table may read what later versions added to it: of facts
    what is made of them, too.
    """
    inspector = inspect(connection)
    there = {*inspector.get_table_names(), *inspector.get_view_names()}
    for right in former:
        if right.column is not None:
            _grant_column(connection, right)
            continue
        relations = [*RENAMED.get(right.relation, (right.relation,))]
        if derived_too and right.relation == "facts":
            relations += [table.name for table in DERIVED]
            relations += [view.name for view in FILTER_VIEWS]
        if derived_too:
            relations += ADDED.get(right.relation, ())
        option = " with grant option" if right.grantable else ""
        for relation in sorted(there & {*relations}):
            connection.exec_driver_sql(
                f"grant {right.privilege} on {relation} to {right.role}{option}"
            )


def _grant_column(connection: Connection, right: Right) -> None:
    """Give others their right on a column again, under the name that it has now."""
    column = RENAMED_COLUMNS.get((right.relation, right.column or ""), right.column)
    option = " with grant option" if right.grantable else ""
    inspector = inspect(connection)
    for relation in RENAMED.get(right.relation, (right.relation,)):
        if not inspector.has_table(relation):  # or a view
            continue
        if column in [each["name"] for each in inspector.get_columns(relation)]:
            connection.exec_driver_sql(
                f"grant {right.privilege} ({column}) on {relation} to {right.role}{option}"
            )


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
