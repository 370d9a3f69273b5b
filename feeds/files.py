"""Exports as text: csv and jsonl, one file a table, exact."""

from __future__ import annotations

from collections.abc import Iterator
from csv import writer

from sqlalchemy import Table, exists, literal, select

from feeds.export import CONTENT, Export, File


def csv(export: Export) -> Iterator[File]:
    r"""Write RFC 4180: lines end in CR LF, marks are doubled, and cells are what they are.

    No reader tells an empty cell from an empty text in quotation marks. So null is a word of its
    own, `\N`, as in PostgreSQL's and MySQL's text files; in a table where a cell is just that,
    the next of `\N1`, `\N2`, … that no cell is. The descriptor says which: `missingValues`.
    """
    for table in CONTENT:
        name, count = f"{table.name}.csv", 0
        null_as = marker(export, table)
        with (export.folder / name).open("w", encoding="utf-8", newline="") as file:
            out = writer(file)
            out.writerow(table.columns.keys())
            for rows in export.batches(table, null_as):
                out.writerows(rows)
                count += len(rows)
        yield File(name, count)


def marker(export: Export, table: Table) -> str:
    """Give what stands for null in a table: a word that none of its cells is."""
    texts = [column for column in table.columns if column.type.python_type is str]
    n, found = 0, r"\N"
    while (
        texts
        and export.connection.execute(
            select(exists().where(literal(found).in_(texts)).select_from(table))
        ).scalar()
    ):
        n, found = n + 1, rf"\N{n + 1}"
    return found
