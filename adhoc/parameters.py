"""The values of `-p`: a parameter's name, its type if it needs one, and its value.

Imports no database driver.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from adhoc.values import Argument, Text

_PARAMETER = re.compile(r"(?P<name>[^\W\d]\w*)(?::(?P<type>\w*))?(?P<value>=.*)?", re.DOTALL)
_BOOL = {"true": True, "false": False}


class Parameter(NamedTuple):
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


def parse_parameter(option: str) -> Parameter:
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
        return Parameter(name, type, "", None)
    if type and type not in TYPES:
        raise ValueError(f"{name}: unknown type {type!r}; use one of {', '.join(TYPES)}, null")
    if value is None:
        raise ValueError(f"{name} has no value; write {name}=value, or {name}:null for null")
    text = value[1:]
    try:
        return Parameter(name, type, text, TYPES[type](text) if type else text)
    except ValueError as error:
        raise ValueError(f"{name}: {text!r} {error}") from None
