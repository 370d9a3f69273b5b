"""A page: columns, rows and what is known about them. Every format writes pages."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from schema.escape import visible

Cell = str | int | float | bool | None

Type = Literal["text", "integer", "real"]


class Json(str):
    """A value that is JSON already, in one line: an exact number, an array, an object."""

    __slots__ = ()


@dataclass(frozen=True)
class Column:
    """A column. Its type decides how it is aligned and sorted, never how a value is written."""

    name: str
    type: Type = "text"
    meaning: str = ""
    detail: bool = False
    """Whether a table in a terminal hides the column unless the user asks for it."""

    @property
    def number(self) -> bool:
        """Whether the column holds numbers, which are aligned right and sorted by value."""
        return self.type != "text"


@dataclass(frozen=True)
class Page:
    """An answer to be written. Its rows may be a cursor: they are read once, one at a time."""

    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    title: str = ""
    question: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    """Which data the rows come from."""
    citations: Iterable[tuple[str, str]] | None = None
    """A document's key and its citation; read once, after the rows. None: not asked for."""


def cell_text(value: Cell) -> str:
    """Return a value as text: null is empty, and infinities are spelt as PostgreSQL spells them."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return str(value)


def footer(meta: Mapping[str, str], count: int, unit: str = "row") -> str:
    """Return one line that counts the rows and names their data; a hash is shortened."""
    parts = [
        f"{name} {value[:12] if re.fullmatch('[0-9a-f]{64}', value) else value}"
        for name, value in meta.items()
    ]
    parts.insert(1, f"{count or 'no'} {unit}{'' if count == 1 else 's'}")
    return visible(" · ".join(parts))
