"""Files that need no joins: the views that most readers want, and the keys in them as lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text

from database.digest import Engine, Form, json_row, quoted
from exports.datapackage import BETWEEN
from schema.dictionary import ColumnEntry, columns, tables
from schema.models import METADATA
from schema.vocabulary import Role

NAMES = ("timeline", "quotations", "ties", "stances")

ROLES: dict[str, Sequence[Role]] = {
    "who": tuple(Role),
    "speaker": (Role.SPEAKER,),
    "about": (Role.SUBJECT,),
    "addressee": (Role.ADDRESSEE,),
    "holder": (Role.HOLDER,),
    "object": (Role.OBJECT,),
}
"""Columns of views with the headings of actors, and the roles in which these take part."""

LISTS = {
    "sqlite": "(select json_group_array(value) from ({}) as in_order)",
    "postgresql": "to_json(array({}))",
}
"""How the engines make a JSON array of what a query returns in its column `value`."""

JOINED_LISTS = {
    "sqlite": f"(select group_concat(value, '{BETWEEN}') from ({{}}) as in_order)",
    "postgresql": f"nullif(array_to_string(array({{}}), '{BETWEEN}'), '')",
}
"""How they join the same into one text, for csv."""


def lines_query(table: Table, engine: Engine, form: Form) -> str:
    """Write the query for the rows of a file, each as JSON, in the order of facts."""
    lists = LISTS if form == "object" else JOINED_LISTS
    values = (
        f"{lists[engine].format(column.info['list'])} as {quoted(column.name)}"
        if column.info
        else quoted(column.name)
        for column in table.columns
    )
    rows = f"select {', '.join(values)} from {table.name} order by fact_id"
    line = json_row(table, engine, form=form)
    line = f"cast({line} as blob)" if engine == "sqlite" else line
    return f"select {line} from ({rows}) as {table.name}"


# --- tables ---------------------------------------------------------------------------------------


def _columns(view: str, field: ColumnEntry) -> Iterator[Column[Any]]:
    """Yield the column of a view, and after headings of actors their keys."""
    name, type = field.column, Integer if field.type == "integer" else Text
    if name == "fact_id":
        fact = ForeignKey(METADATA.tables["facts"].c.id)
        yield Column(name, type, fact, primary_key=True, comment=field.meaning)
        return
    documents = {"list": _documents(view)} if name == "source" else {}
    yield Column(name, type, comment=field.meaning, info=documents)
    if name in ROLES:
        keys = {"list": _actors(view, ROLES[name])}
        yield Column(f"{name}_keys", Text, comment=f"keys of the actors in `{name}`", info=keys)


def _documents(view: str) -> str:
    return f"""
        select distinct sources.key as value
        from evidence
        join sources on sources.id = evidence.document_id
        where evidence.fact_id = {view}.fact_id
        order by value
    """


def _actors(view: str, roles: Sequence[Role]) -> str:
    # An actor who takes part in two roles is listed once, in the first of them.
    ranks = " ".join(f"when '{role}' then {rank}" for rank, role in enumerate(Role))
    listed = ", ".join(f"'{role}'" for role in roles)
    return f"""
        select actors.key as value
        from participants
        join actors on actors.id = participants.actor_id
        where participants.fact_id = {view}.fact_id and participants.role in ({listed})
        group by actors.key
        order by min(1000000 * case participants.role {ranks} end + participants.n), actors.key
    """


JOINED = tuple(
    Table(
        view.name,
        MetaData(),
        *(column for field in columns(view.name) for column in _columns(view.name, field)),
        comment=view.meaning,
    )
    for view in tables()
    if view.name in NAMES
)
"""A table for each of these files; the `info` of a column says whether and how it is a list."""
