"""Finds the value that its column must not hold, and names it by table, key and column.

SQLite accepts most such values, because any column takes a value of any type; PostgreSQL accepts a
null once somebody has dropped the rule. Only reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import CheckConstraint, Column, Connection, Table

from database.digest import quoted
from schema.dictionary import type_of
from schema.escape import shortened

LEAST, MOST = -(2**31), 2**31 - 1
"""What an integer can be in every engine; SQLite takes any of 64 bits."""

SHOWN = 80
"""Characters of a value that a message shows."""


def value_fault(connection: Connection, table: Table, *, portable: bool = True) -> str | None:
    """Return what is wrong with the first faulty value of a table; None if there is none.

    `portable` adds what only SQLite can hold: a NUL in a text, an integer of more than 32 bits.
    Bytes that are not UTF-8 are not found: see `encoding_fault`.
    """
    sqlite = connection.dialect.name == "sqlite"
    cases = [
        f"when {condition} then '{column.name} holds ' || {problem}"
        for column in table.columns
        for condition, problem in _problems(column, sqlite, portable)
    ]
    if not cases:
        return None
    key = " || ', ' || ".join(
        f"'{column.name} ' || coalesce({_shown(column)}, 'null')" for column in table.primary_key
    )
    message = f"'{table.name}, ' || {key} || ': ' || fault"
    if sqlite:  # the driver would try to decode a text
        message = f"cast({message} as blob)"
    fault = connection.exec_driver_sql(
        f"""
        select {message}
        from (
          select *, case {" ".join(cases)} end as fault
          from {quoted(table.name)}
        ) as examined
        where fault is not null
        limit 1
        """
    ).scalar()
    return fault.decode(errors="backslashreplace") if isinstance(fault, bytes) else fault


def _problems(column: Column[Any], sqlite: bool, portable: bool) -> Iterator[tuple[str, str]]:
    """Yield the conditions under which a value is faulty, with what is wrong then, both as SQL."""
    name, value = quoted(column.name), _shown(column)
    if not column.nullable:
        yield f"{name} is null", "'null, which it must not'"
    if not sqlite:
        return
    expected = "text" if type_of(column) == "text" else "a whole number"
    yield f"typeof({name}) = 'blob'", f"'bytes, not {expected}'"
    if type_of(column) == "text":
        if portable:
            yield f"instr({name}, char(0))", "'a NUL'"
        return
    # Affinity turns what it can into an integer: what is left is a fraction or a text.
    yield f"typeof({name}) in ('real', 'text')", f"{value} || ', which is not a whole number'"
    if type_of(column) == "boolean":
        yield f"{name} not in (0, 1)", f"{value} || ', which is neither true nor false'"
    elif portable:
        yield f"{name} not between {LEAST} and {MOST}", f"{value} || ', which is too large'"


def _shown(column: Column[Any]) -> str:
    return f"substr(cast({quoted(column.name)} as text), 1, {SHOWN})"


def encoding_fault(connection: Connection, table: Table) -> str | None:
    """Name the first text that is not UTF-8; None if there is none. Only SQLite accepts those."""
    if connection.dialect.name != "sqlite":
        return None
    names = [column.name for column in table.columns]
    values = ", ".join(f"cast({quoted(name)} as blob)" for name in names)
    for row in connection.exec_driver_sql(f"select {values} from {quoted(table.name)}"):
        for name, value in zip(names, row, strict=True):
            try:
                (value or b"").decode()
            except UnicodeDecodeError:
                raw = dict(zip(names, row, strict=True))
                return f"{_named(table, raw)}: {name} holds bytes that are not UTF-8"
    return None


def check_fault(connection: Connection, table: Table) -> str | None:
    """Name the first row that breaks a CHECK of the schema; None if there is none."""
    for check in table.constraints:
        if not isinstance(check, CheckConstraint):
            continue
        rule = str(check.sqltext)
        query = f"select * from {quoted(table.name)} where not ({rule}) limit 1"
        if row := connection.exec_driver_sql(query).mappings().first():
            raw = {name: str(row[name]).encode() for name in row}
            values = ", ".join(
                f"{name} {shown(row[name])}" for name in row if re.search(rf"\b{name}\b", rule)
            )
            return f"{_named(table, raw)}: {values} breaks the rule {rule}"
    return None


def _named(table: Table, row: dict[str, bytes]) -> str:
    key = ", ".join(
        f"{column.name} {shortened((row[column.name] or b'').decode(errors='backslashreplace'))}"
        for column in table.primary_key
    )
    return f"{table.name}, {key}"


def shown(value: object) -> str:
    """Return a value as a message shows it: as JSON, shortened."""
    return shortened(json.dumps(value, ensure_ascii=False, default=repr))
