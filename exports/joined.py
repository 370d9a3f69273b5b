"""Files that need no joins: the views that most readers want, with days, and with keys as lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text

from schema.dictionary import Field, columns, tables
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

SUMMARIES = METADATA.tables["fact_summaries"]
SUMMARISED = ("standing", "introduced_by")
"""What every file has besides the columns of its view, from the summary of the fact."""

DATES_OF_TIES = """
left join dates as begun on begun.edtf = ties.since
left join dates as ended on ended.edtf = ties.until
"""

LINES = {
    "sqlite": "cast(json_array({}) as blob)",
    "postgresql": "cast(json_build_array({}) as text)",
}
LISTS = {
    "sqlite": "(select json_group_array(value) from ({}) as in_order)",
    "postgresql": "(select coalesce(json_agg(value), '[]') from ({}) as in_order)",
}
"""How the engines make JSON arrays: of a row, and of the answer of a query."""


def lines_query(table: Table, engine: str) -> str:
    """Write the query for the rows of a file, each as a JSON array, in the order of facts."""
    values = ", ".join(_value(column, engine) for column in table.columns)
    dates = DATES_OF_TIES if table.name == "ties" else ""
    line = LINES[engine].format(values)
    return f"""
        select {line}
        from {table.name}
        join fact_summaries on fact_summaries.fact_id = {table.name}.fact_id
        {dates}
        order by {table.name}.fact_id
    """


def _value(column: Column[Any], engine: str) -> str:
    if "list" not in column.info:
        return str(column.info.get("value", f"{column.table.name}.{column.name}"))
    keys = LISTS[engine].format(column.info["list"])
    return f"json({keys})" if engine == "sqlite" else keys


# --- tables ---------------------------------------------------------------------------------------


def _table(name: str, meaning: str) -> Table:
    described = [column for field in columns(name) for column in _columns(name, field)]
    return Table(name, MetaData(), *described, comment=meaning)


def _columns(view: str, field: Field) -> Iterator[Column[Any]]:
    """Yield the column of a view, and what the file has besides."""
    name, meaning = field.column, field.meaning
    if name == "fact_id":
        fact = ForeignKey(METADATA.tables["facts"].c.id)
        yield Column(name, Integer, fact, primary_key=True, comment=meaning)
    elif name == "source":
        yield Column(name, Text, comment=meaning, info={"list": _documents(view)})
    else:
        yield Column(name, Integer if field.type == "integer" else Text, comment=meaning)
    if name == "sentence":
        for more in SUMMARISED:
            value = {"value": f"fact_summaries.{more}"}
            yield Column(more, Text, comment=SUMMARIES.c[more].comment, info=value)
    if name in ROLES:
        keys = {"list": _actors(view, ROLES[name])}
        yield Column(f"{name}_keys", Text, comment=f"keys of the actors in `{name}`", info=keys)
    if (view, name) == ("ties", "until"):
        yield _day("earliest", "begun", "first day on which it can have begun, YYYY-MM-DD")
        yield _day("latest", "ended", "last day on which it can have ended, YYYY-MM-DD")


def _day(name: str, date: str, meaning: str) -> Column[str]:
    comment = f"{meaning}; null: open or not stated"
    return Column(name, Text, comment=comment, info={"value": f"{date}.{name}"})


def _documents(view: str) -> str:
    return f"""
        select distinct sources.key as value
        from evidence
        join sources on sources.id = evidence.document_id
        where evidence.fact_id = {view}.fact_id
        order by value
    """


def _actors(view: str, roles: Sequence[Role]) -> str:
    # An actor who takes part in two roles is listed once.
    ranks = " ".join(f"when '{role}' then {rank}" for rank, role in enumerate(Role))
    listed = ", ".join(f"'{role}'" for role in roles)
    return f"""
        select actors.key as value
        from participants
        join actors on actors.id = participants.actor_id
        where participants.fact_id = {view}.fact_id and participants.role in ({listed})
        group by actors.key
        order by min(case participants.role {ranks} end), min(participants.n), actors.key
    """


JOINED = tuple(_table(entry.name, entry.meaning) for entry in tables() if entry.name in NAMES)
"""One table for each of these files; `info` says which columns hold lists."""
