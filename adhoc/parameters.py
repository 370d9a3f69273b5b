"""What `-p` takes: a parameter's name, its type if it needs one, and its value.

Imports no database driver.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from adhoc.values import Given, Text

_GIVEN = re.compile(r"(?P<name>[^\W\d]\w*)(?::(?P<type>\w*))?(?P<value>=.*)?", re.DOTALL)
_BOOL = {"true": True, "false": False}


class Parameter(NamedTuple):
    """What was given for one parameter."""

    name: str
    type: str
    """One of TYPES, or empty: text, or what PostgreSQL takes it for at its place."""
    said: str
    """The value as it was written."""
    value: Given


def _integer(said: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,1000}", said):
        raise ValueError("is no whole number")
    return int(said)


def _float(said: str) -> float:
    try:
        number = float(said)
    except ValueError:
        raise ValueError("is no number") from None
    if not math.isfinite(number) or not said.isascii() or "_" in said:
        raise ValueError("is no number")
    return number


def _bool(said: str) -> bool:
    if said not in _BOOL:
        raise ValueError("is neither true nor false")
    return _BOOL[said]


def _date(said: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said):
            return date.fromisoformat(said)
    except ValueError:
        pass
    raise ValueError("is no day; write YYYY-MM-DD")


TYPES: dict[str, Callable[[str], Given]] = {
    "text": Text,
    "int": _integer,
    "float": _float,
    "bool": _bool,
    "date": _date,
}
"""What can stand behind a name, besides `null`, which takes no value."""


def parameter(given: str) -> Parameter:
    """Read `name=value`, `name:type=value` or `name:null`.

    Raises ValueError, whose message is one line.
    """
    found = _GIVEN.fullmatch(given)
    if found is None:
        raise ValueError(f"{given!r} is no parameter; write name=value or name:type=value")
    name, type, value = found["name"], found["type"] or "", found["value"]
    if type == "null":
        if value is not None:
            raise ValueError(f"{name}: null takes no value; write {name}:null")
        return Parameter(name, type, "", None)
    if type and type not in TYPES:
        raise ValueError(f"{name}: {type!r} is no type; it is one of {', '.join(TYPES)}, null")
    if value is None:
        raise ValueError(f"{name} has no value; write {name}=value, or {name}:null for none")
    said = value[1:]
    try:
        return Parameter(name, type, said, TYPES[type](said) if type else said)
    except ValueError as error:
        raise ValueError(f"{name}: {said!r} {error}") from None
