"""Which value of a sourcebook in SQLite another engine cannot hold: where it stands, and why.

Touches the connection only, and only to read.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sqlalchemy import CheckConstraint, Column, Connection, Table

from feeds.digest import Engine, quoted
from schema.dictionary import type_of

LEAST, MOST = -(2**31), 2**31 - 1
"""What a whole number can be in PostgreSQL and DuckDB; SQLite takes any of 64 bits."""

SHOWN = 80
"""Characters of a value that a message shows."""


def fault(connection: Connection, table: Table, engine: Engine) -> str | None:
    """Find the first value of a table that an engine cannot hold, or that breaks a CHECK."""
    names = [column.name for column in table.columns]
    # What is text comes as bytes, whether or not it can be decoded.
    values = ", ".join(f"typeof({n}), cast({n} as blob)" for n in map(quoted, names))
    query = f"select {values} from {quoted(table.name)}"
    for found in connection.exec_driver_sql(query):
        types, raw = found[::2], found[1::2]
        for column, type, value in zip(table.columns, types, raw, strict=True):
            if why := _why_not(column, type, value, engine):
                where = _named(table, dict(zip(names, raw, strict=True)))
                return f"{where}: {column.name} {why}"
    return _breaking(connection, table)


def unfit(table: Table, engine: Engine) -> str:
    """Give the condition in SQLite for rows with a number or truth that an engine cannot hold.

    Text is not looked at: bytes in its place fail by themselves. SQLite's own affinity sees to
    it that no number stands there, and no whole number as text or fraction.
    """
    found = []
    for column in table.columns:
        if type_of(column) != "text":
            name = quoted(column.name)
            found.append(f"({name} | 0) is not {name}")
            if type_of(column) == "boolean":
                found.append(f"{name} not in (0, 1)")
            elif engine != "sqlite":
                found.append(f"{name} not between {LEAST} and {MOST}")
    return " or ".join(found) or "false"


def _breaking(connection: Connection, table: Table) -> str | None:
    """Find a row that breaks a CHECK: somebody switched it off, or took it away."""
    for check in table.constraints:
        if not isinstance(check, CheckConstraint):
            continue
        rule = str(check.sqltext)
        query = f"select * from {quoted(table.name)} where not ({rule}) limit 1"
        if row := connection.exec_driver_sql(query).mappings().first():
            held = ", ".join(
                f"{name} {_short(json.dumps(row[name], ensure_ascii=False))}"
                for name in (column.name for column in table.columns)
                if re.search(rf"\b{name}\b", rule)
            )
            raw: dict[str, bytes | None] = {name: str(row[name]).encode() for name in row}
            return f"{_named(table, raw)}: {held} breaks the rule {rule}"
    return None


def _why_not(column: Column[Any], type: str, value: bytes | None, engine: Engine) -> str | None:
    """Say why an engine cannot hold a value of SQLite in this column; None: it can."""
    if value is None:
        return None if column.nullable else "holds null, which it may not"
    if type == "blob":
        return "holds bytes, not text"
    if type_of(column) == "text":
        try:
            text = value.decode()
        except UnicodeDecodeError:
            return "holds bytes that are not UTF-8"
        return "holds a NUL" if "\0" in text and engine == "postgresql" else None
    if type != "integer":
        return f"holds {_readable(value)}, which is no whole number"
    if engine != "sqlite" and not LEAST <= int(value) <= MOST:
        return f"holds {_readable(value)}, which is too large"
    if type_of(column) == "boolean" and value not in (b"0", b"1"):
        return f"holds {_readable(value)}, which is neither true nor false"
    return None


def _named(table: Table, row: dict[str, bytes | None]) -> str:
    """Name a row by its table and key."""
    key = ", ".join(f"{one.name} {_readable(row[one.name])}" for one in table.primary_key.columns)
    return f"{table.name}, {key}"


def _readable(value: bytes | None) -> str:
    return _short((value or b"").decode(errors="backslashreplace"))


def _short(shown: str) -> str:
    return shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 3]}..."
