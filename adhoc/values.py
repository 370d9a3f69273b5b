"""Values of ad hoc queries: the arguments of `-p`, rows, and the cells that a page shows of them.

Imports no database driver.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from output.page import Cell, Json

Value = int | float | bool | str | bytes | None | Decimal | list[Any]
"""A value that an engine returns."""

Argument = int | float | bool | str | bytes | None | Decimal | date
"""A value for a parameter of a query."""

Row = tuple[Value, ...]


class Text(str):
    """An argument that is text, also where PostgreSQL would infer another type."""

    __slots__ = ()


class ResultColumn(NamedTuple):
    """A column of a result."""

    name: str
    type: str = ""
    """PostgreSQL's name of its type; empty in SQLite, where each value has a type of its own."""


@dataclass(frozen=True)
class Result:
    """The columns of a query, and its rows, which are read from the database once, as used."""

    columns: tuple[ResultColumn, ...]
    rows: Iterator[Row]


_JSON = frozenset(("json", "jsonb"))
_LINES = str.maketrans("\n\r\t", "   ")
_PLAIN = frozenset((int, float, str, bool, type(None)))


class Cells:
    r"""Turns rows into the cells of a page.

    Exact numbers, arrays and json become `Json`; bytes become hexadecimal, `\x00ff`. Values are cut
    to `characters`, if given, and `cut` counts them. With `sizes`, bytes are followed by their
    number.
    """

    def __init__(
        self, columns: Sequence[ResultColumn], *, sizes: bool, characters: int = 0
    ) -> None:
        self.cut = 0
        self._nested = [n for n, column in enumerate(columns) if column.type in _JSON]
        self._sizes = sizes
        self._characters = characters

    def of(self, row: Row) -> Sequence[Cell]:
        """Return the cells of a row."""
        if self._nested or self._characters or not _PLAIN.issuperset(map(type, row)):
            return [self._cell(value, n in self._nested) for n, value in enumerate(row)]
        return row  # type: ignore[return-value]  # plain values are cells

    def _cell(self, value: Value, nested: bool) -> Cell:
        most = self._characters
        if isinstance(value, bytes):
            shown = self._short(f"\\x{(value[:most] if most else value).hex()}")
            return f"{shown} ({len(value):,} bytes)" if self._sizes else shown
        cell = _cell(value)
        if nested and isinstance(cell, str):
            # Json may have any white space between its tokens, but only one line.
            cell = Json(cell.translate(_LINES))
        return self._short(cell) if isinstance(cell, str) else cell

    def _short(self, text: str) -> str:
        if not self._characters or len(text) <= self._characters:
            return text
        self.cut += 1
        return text[: self._characters] + "…"


def _cell(value: Value) -> Cell:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, Decimal):
        return Json(f"{value:f}") if value.is_finite() else f"{value:f}"
    if isinstance(value, list):
        return Json(_array(value))
    return value


def _array(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_array, value))}]"
    cell = _cell(value)
    return str(cell) if isinstance(cell, Json) else json.dumps(cell, ensure_ascii=False)


# --- arguments ------------------------------------------------------------------------------------

_PARAMETER = re.compile(r"(?P<name>[^\W\d]\w*)(?::(?P<type>\w*))?(?P<value>=.*)?", re.DOTALL)
_BOOL = {"true": True, "false": False}


class SqlParameter(NamedTuple):
    """One parameter of a query and its value."""

    name: str
    type: str
    """One of TYPES, or empty: text, or the type that PostgreSQL infers."""
    text: str
    """The value as the user wrote it."""
    value: Argument


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,1000}", text):
        raise ValueError("is not a whole number")
    return int(text)


def _float(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError("is not a number") from None
    if not math.isfinite(number) or not text.isascii() or "_" in text:
        raise ValueError("is not a number")
    return number


def _bool(text: str) -> bool:
    if text not in _BOOL:
        raise ValueError("is neither true nor false")
    return _BOOL[text]


def _date(text: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("is not a date; write YYYY-MM-DD")


TYPES: dict[str, Callable[[str], Argument]] = {
    "text": Text,
    "int": _integer,
    "float": _float,
    "bool": _bool,
    "date": _date,
}
"""The types that can follow a name, besides `null`, which takes no value."""


def parse_parameter(option: str) -> SqlParameter:
    """Parse `name=value`, `name:type=value` or `name:null`.

    Raises ValueError, whose message is one line.
    """
    match = _PARAMETER.fullmatch(option)
    if match is None:
        raise ValueError(f"{option!r} is not a parameter; write name=value or name:type=value")
    name, type, value = match["name"], match["type"] or "", match["value"]
    if type == "null":
        if value is not None:
            raise ValueError(f"{name}: null takes no value; write {name}:null")
        return SqlParameter(name, type, "", None)
    if type and type not in TYPES:
        raise ValueError(f"{name}: unknown type {type!r}; use one of {', '.join(TYPES)}, null")
    if value is None:
        raise ValueError(f"{name} has no value; write {name}=value, or {name}:null for null")
    text = value[1:]
    try:
        return SqlParameter(name, type, text, TYPES[type](text) if type else text)
    except ValueError as error:
        raise ValueError(f"{name}: {text!r} {error}") from None
