"""A page: columns, rows and what is known about them. Every format writes pages."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from output.wording import counted
from schema.escape import visible

Cell = str | int | float | bool | None

Type = Literal["text", "integer", "real", "date", "day", "passage", "documents"]


class Json(str):
    """A value that is JSON already, in one line: an exact number, an array, an object."""

    __slots__ = ()


class LinkedCitation(str):
    """A citation in a sentence, and the address at which the source can be read."""

    address: str

    def __new__(cls, text: str, address: str) -> "LinkedCitation":
        """Return the text with its address, which may be empty."""
        citation = super().__new__(cls, text)
        citation.address = address
        return citation


@dataclass(frozen=True)
class PageColumn:
    """A column.

    Its type decides how it is aligned and sorted, and how people read its values: programs get
    every value as stored.
    """

    name: str
    type: Type = "text"
    meaning: str = ""
    detail: bool = False
    """Whether people don't see the column unless they ask for it."""
    main: bool = False
    """Whether the column answers the question; it gets the width that others leave."""
    section: bool = False
    """Whether people read its value as a heading above the rows that share it."""
    undated: bool = False
    """Whether people read null as “undated” where other rows have a date."""
    usually: str | None = None
    """The value that people see as an empty cell; a note says so."""
    label: str = ""
    """What people read above the column, if that isn't its name."""

    @property
    def number(self) -> bool:
        """Whether the column holds numbers, which are aligned right and sorted by value."""
        return self.type in ("integer", "real")

    @property
    def heading(self) -> str:
        """What people read above the column."""
        return self.label or self.name


@dataclass(frozen=True)
class Page:
    """An answer to be written. Its rows may be a cursor: they are read once, one at a time."""

    columns: Sequence[PageColumn]
    rows: Iterable[Sequence[Cell]]
    title: str = ""
    question: str = ""
    filters: str = ""
    """What narrows the rows, in words."""
    legend: Sequence[str] = ()
    """Sentences that people need to read the rows."""
    meta: Mapping[str, str] = field(default_factory=dict)
    """The command, the day of asking, and the data that the rows come from."""
    citations: Iterable[tuple[str, str]] | None = None
    """A document's key and its citation; read once, after the rows. None: not asked for."""
    document: str = ""
    """The citation of the document, if just one is loaded."""
    cite: Callable[[str], str] | None = None
    """Returns the citation of a document, given its key."""
    limit: int | None = None
    """How many rows people see. None: all."""
    condensed: bool = False
    """Whether people see only the columns that answer the question. Otherwise they see all."""
    unit: str = "row"
    """What a row is, for `counted`."""
    total: Callable[[], int] | None = None
    """Counts the rows without any filter, for people; None: nothing is left out."""

    @property
    def about(self) -> dict[str, str]:
        """What was asked, and of which data, for formats with room for it."""
        asked = {
            "title": self.title,
            "question": self.question,
            "filters": self.filters,
            "document": self.document,
        }
        return {name: value for name, value in asked.items() if value} | {**self.meta}


class Counted:
    """Rows, and how many of them have been read so far."""

    def __init__(self, rows: Iterable[Sequence[Cell]]) -> None:
        self.count = 0
        self._rows = rows

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        for row in self._rows:
            self.count += 1
            yield row


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


def with_address(citation: str) -> str:
    """Return a citation with its address at the end, for formats in which it can be followed."""
    address = citation.address if isinstance(citation, LinkedCitation) else ""
    return f"{citation}, {address}" if address else citation


def footer(meta: Mapping[str, str], count: int, unit: str = "row") -> str:
    """Return one line that counts the rows and names their data; a hash is shortened."""
    parts = [f"{name} {shortened(meta[name])}" for name in ("content", "database") if name in meta]
    parts.insert(1, counted(count, unit))
    return visible(" · ".join(parts))


def shortened(value: str) -> str:
    """Return a hash as people see it, and any other text as it is."""
    return value[:12] if re.fullmatch("[0-9a-f]{64}", value) else value
