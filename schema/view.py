"""What a view is: a name, a meaning, a query, and columns whose meaning follows from the models."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from schema.models import METADATA


class ViewColumn(NamedTuple):
    """A column of a view."""

    name: str
    type: str
    meaning: str
    origin: str | None
    """The stored column that it shows, as `table.column`; None: it is computed."""


@dataclass(frozen=True)
class View:
    """A view: its name, what a row means, its query, and what the models don't say."""

    name: str
    meaning: str
    query: str
    meanings: Mapping[str, str] = field(default_factory=dict)
    """What a column means where it is computed, or where the model's comment doesn't fit."""
    passed_on: Mapping[str, str] = field(default_factory=dict)
    """The stored column that a column of a subquery shows; both as `table.column`."""

    @cached_property
    def columns(self) -> tuple[ViewColumn, ...]:
        """Its columns in order: every line of its select list is one."""
        return tuple(self._columns())

    def _columns(self) -> Iterator[ViewColumn]:
        joined = re.findall(
            r"^(?:from|(?:left |cross )?join) (\w+)(?: as (\w+))?", self.query, re.MULTILINE
        )
        tables = {alias or table: METADATA.tables[table] for table, alias in joined}
        listed = self.query.partition("select\n")[2].partition("\nfrom ")[0]
        for line in listed.split("\n"):
            expression, _, name = line.strip().removesuffix(",").rpartition(" as ")
            shown = expression or name
            name = name if expression else name.rpartition(".")[2]
            stored = re.fullmatch(r"(\w+)\.(\w+)", self.passed_on.get(shown, shown))
            table = tables.get(stored[1], METADATA.tables.get(stored[1])) if stored else None
            if stored is None or table is None:
                yield ViewColumn(name, "text", self.meanings[name], None)
                continue
            column = table.columns[stored[2]]
            kind = {str: "text", int: "integer"}[column.type.python_type]
            meaning = self.meanings.get(name, column.comment or "")
            yield ViewColumn(name, kind, meaning, f"{column.table.name}.{column.name}")


MEANINGS = {
    "document_id": "the document: sources.id",
    "source_id": "the source: sources.id",
    "document": "key of the document",
    "source": "key of the source",
}
FACT = {
    "fact_id": "the fact: facts.id",
    "cited_as": "its key; as soon as several documents are loaded, document:key",
    "date": "when, as the coder settled it; EDTF; null: undated",
    "through": "the voices that it came through, innermost first, the document last; "
    '" | " between two chains',
}
