"""Where two databases differ: table, key and column of the first rows that do.

Touches nothing: it reads both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain, islice
from typing import Any

from sqlalchemy import Table

from database.faults import shown
from database.snapshot import Snapshot
from feeds.target import Target

SHOWN = 3
"""Differences that a message names of each table."""

Row = dict[str, Any]


def differences(source: Snapshot, target: Target, tables: Iterable[Table]) -> list[str]:
    """Describe the first differences of some tables, by key and column."""
    described: list[str] = []
    for table in tables:
        with closing(target.lines(table)) as there, closing(source.lines(table)) as here:
            found = _differences(table, chain.from_iterable(here), chain.from_iterable(there))
            described += islice(found, SHOWN)
            if next(found, None):
                described.append(f"more in {table.name}")
    return described


def _differences(table: Table, here: Iterator[bytes], there: Iterator[bytes]) -> Iterator[str]:
    """Walk through both sides by key."""
    line, other = next(here, None), next(there, None)
    while line is not None or other is not None:
        if line == other:
            line, other = next(here, None), next(there, None)
            continue
        ours, theirs = _row(table, line), _row(table, other)
        if ours is None or (theirs is not None and _order(table, theirs) < _order(table, ours)):
            yield f"{_named(table, theirs)} is only there"
            other = next(there, None)
        elif theirs is None or _order(table, ours) < _order(table, theirs):
            yield f"{_named(table, ours)} is missing there"
            line = next(here, None)
        else:
            for name in ours:
                if ours[name] != theirs[name]:
                    values = f"{shown(theirs[name])} there, {shown(ours[name])} in the source"
                    yield f"{_named(table, ours)}: {name} is {values}"
            line, other = next(here, None), next(there, None)


def _row(table: Table, line: bytes | None) -> Row | None:
    if line is None:
        return None
    values = json.loads(line.decode(errors="surrogateescape"))
    return dict(zip((column.name for column in table.columns), values, strict=True))


def _key(table: Table, row: Row | None) -> Row:
    return {column.name: (row or {})[column.name] for column in table.primary_key.columns}


def _order(table: Table, row: Row) -> list[tuple[bool, Any]]:
    """Order keys as engines do: numbers before texts."""
    return [(isinstance(value, str), value) for value in _key(table, row).values()]


def _named(table: Table, row: Row | None) -> str:
    key = (f"{name} {shown(value)}" for name, value in _key(table, row).items())
    return f"{table.name}, {', '.join(key)}"
