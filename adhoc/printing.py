"""How the rows of any query are printed: their types, their limits, and what they left out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Literal, NamedTuple

import click

from adhoc.session import Session
from adhoc.values import Argument, Cells, Row
from output.formats import FOR_PEOPLE
from output.options import write
from output.page import Cell, Page, PageColumn

ROWS = 1000
"""How many rows a table on a terminal shows by default."""

AHEAD_ROWS, AHEAD_CHARACTERS = 1000, 1_000_000
"""How many rows, and how much text, decide for people which columns hold numbers."""

ColumnType = Literal["text", "integer", "real"]


class PrintOptions(NamedTuple):
    """How a query is limited and its rows are printed."""

    format: str
    output: Path | None
    raw: bool
    timeout: float
    limit: int | None
    value_limit: int


def print_result(
    session: Session, sql: str, arguments: Mapping[str, Argument], options: PrintOptions
) -> None:
    """Run a query and print its rows; say on stderr what was left out of them.

    Raises what the session raises, and OutputError.
    """
    table, people = options.format == "table", options.format in FOR_PEOPLE
    on_terminal = table and options.output is None and sys.stdout.isatty()
    limit = options.limit
    if limit is None and on_terminal:
        limit = ROWS
    more = False

    def limited(rows: Iterator[Row]) -> Iterator[Row]:
        nonlocal more
        if not limit:
            yield from rows
            return
        yield from islice(rows, limit)
        more = next(rows, None) is not None

    with session.ask(sql, arguments, options.timeout) as result:
        characters = options.value_limit if table else 0
        cells = Cells(result.columns, sizes=people, characters=characters)
        rows = limited(result.rows)
        try:
            width = len(result.columns)
            types, ahead = look_ahead(width, rows if people else iter(()), cells)
            columns = [
                PageColumn(field.name, type)
                for field, type in zip(result.columns, types, strict=True)
            ]
            if columns or options.format in ("json", "jsonl"):
                page = Page(columns, chain(ahead, map(cells.of, rows)))
                write(page, options.format, options.output, options.raw)
            else:
                click.echo("the query returns no columns", err=True)
        finally:
            if more:
                click.echo(f"stopped after {limit:,} rows; --limit 0 shows all", err=True)
            if cells.cut:
                values = "1 value was" if cells.cut == 1 else f"{cells.cut:,} values were"
                click.echo(
                    f"{values} cut to {characters:,} characters; --value-limit 0 shows all",
                    err=True,
                )


def look_ahead(
    width: int, rows: Iterator[Row], cells: Cells
) -> tuple[list[ColumnType], list[Sequence[Cell]]]:
    """Read the first rows; return the types that their columns have, and their cells."""
    kinds: list[set[type]] = [set() for _ in range(width)]
    ahead: list[Sequence[Cell]] = []
    characters = 0
    for row in islice(rows, AHEAD_ROWS):
        for kind, value in zip(kinds, row, strict=True):
            kind.add(type(value))
        ahead.append(cells.of(row))
        characters += sum(len(cell) for cell in ahead[-1] if isinstance(cell, str))
        if characters > AHEAD_CHARACTERS:
            break
    return [_type(kind - {type(None)}) for kind in kinds], ahead


def _type(kinds: set[type]) -> ColumnType:
    if kinds and kinds <= {int}:
        return "integer"
    return "real" if kinds and kinds <= {int, float, Decimal} else "text"
