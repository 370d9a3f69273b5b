"""Values of ad hoc queries: what may be given, what comes back, and how it is shown.

Imports no database driver.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from output.page import Cell, Json

Value = int | float | bool | str | bytes | None | Decimal | list[Any]
"""What an engine gives."""

Given = int | float | bool | str | bytes | None | Decimal | date
"""What can stand for a parameter."""

Row = tuple[Value, ...]


class Text(str):
    """A value that is text, also where PostgreSQL would take another type from its place."""

    __slots__ = ()


class Field(NamedTuple):
    """A column of an answer."""

    name: str
    type: str = ""
    """What PostgreSQL calls its type. In SQLite each value has its own, and this is empty."""


@dataclass(frozen=True)
class Answer:
    """What a query gives; its rows are read from the database as they are used, once."""

    columns: tuple[Field, ...]
    rows: Iterator[Row]


_JSON = frozenset(("json", "jsonb"))
_LINES = str.maketrans("\n\r\t", "   ")


def cells(
    columns: Sequence[Field], rows: Iterable[Row], *, sized: bool
) -> Iterator[Sequence[Cell]]:
    r"""Give rows as output/formats.py writes them.

    Exact numbers, arrays and json are `Json`; bytes are hexadecimal, `\x00ff`, and where they are
    `sized` say how many they are.
    """
    nested = [n for n, column in enumerate(columns) if column.type in _JSON]
    for row in rows:
        if not nested and _PLAIN.issuperset(map(type, row)):
            yield row  # type: ignore[misc]  # what is plain is a cell
            continue
        shown = [_cell(value, sized) for value in row]
        for n in nested:
            if isinstance(value := row[n], str):
                # Between its tokens json may have any blanks, but only one line.
                shown[n] = Json(value.translate(_LINES))
        yield shown


_PLAIN = frozenset((int, float, str, bool, type(None)))


def _cell(value: Value, sized: bool) -> Cell:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}" + (f" ({len(value):,} bytes)" if sized else "")
    if isinstance(value, Decimal):
        return Json(f"{value:f}") if value.is_finite() else f"{value:f}"
    if isinstance(value, list):
        return Json(_array(value))
    return value


def _array(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_array, value))}]"
    cell = _cell(value, sized=False)
    return str(cell) if isinstance(cell, Json) else json.dumps(cell, ensure_ascii=False)
