"""Exports as Parquet: one file a table, typed; comments and keys in its metadata.

Written by pyarrow, the extra `parquet`; another release of it may make other bytes of the same
rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Table

from exports.package import DAYS, MOMENTS, PackageError, table_schema
from exports.writing import Export, File, behind
from feeds import arrow
from feeds.blocks import Block, grouped
from feeds.rows import TABLES
from schema.dictionary import columns, type_of

if TYPE_CHECKING:
    import pyarrow as pa

GROUP = 15_000
"""Rows that are written, and later read, at a time."""

LENGTH = 4_000_000
"""Bytes of rows, as JSON, with which a group ends though it has fewer."""


def parquet(export: Export) -> Iterator[File]:
    """Write days as dates, moments as timestamps in UTC, truth as truth, whole numbers in 64 bits.

    A file says of itself what the table is and what its keys are, and of each column what it
    holds. Raises PackageError where pyarrow is not installed, or a day is none.
    """
    try:
        import pyarrow as pa
    except ModuleNotFoundError:
        raise PackageError(
            "parquet needs its library: pip install pyarrow, or the extra `parquet`"
        ) from None
    # Its own keeps much of what has been freed: a quarter of all that this process holds.
    pa.set_memory_pool(pa.system_memory_pool())
    for table in TABLES:
        path = export.folder / f"{table.name}.parquet"
        rows = _written(export, table, path)
        yield File(path.name, rows, {"description": table.comment, "format": "parquet"})


def _written(export: Export, table: Table, path: Path) -> int:
    from pyarrow.parquet import ParquetWriter

    schema, count = described(table), 0
    with ParquetWriter(path, schema) as writer:

        def write(group: Block) -> None:
            nonlocal count
            writer.write_table(_typed(group, schema))
            count += group.rows

        with export.telling(table):
            behind(write, grouped(export.blocks(table), GROUP, LENGTH))
    return count


def _typed(group: Block, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    plain = {"integer": pa.int64(), "boolean": pa.bool_(), "text": pa.string()}
    columns = group.table.columns
    read = arrow.table(group, pa.schema([(one.name, plain[type_of(one)]) for one in columns]))
    made = []
    for field, values in zip(schema, read.columns, strict=True):
        try:
            made.append(values.cast(field.type))
        except pa.ArrowInvalid as error:
            reason = str(error).partition("\n")[0]
            raise PackageError(
                f"{group.table.name}.{field.name}: {reason}; correct it first"
            ) from error
    return pa.table(made, schema)


def described(table: Table) -> pa.Schema:
    """Give a table's columns as Parquet has them, with what they hold.

    The metadata of the whole has `description`, and in `table_schema` what the data package of
    the csv says of the table; that of a column has `description`, `key` and `values`.
    """
    import pyarrow as pa

    fields = [
        pa.field(
            column.name,
            _type(column),
            column.nullable,
            {
                name: value
                for name, value in (
                    ("description", meaning.meaning),
                    ("key", meaning.key),
                    ("values", meaning.values),
                )
                if value
            },
        )
        for column, meaning in zip(table.columns, columns(table.name), strict=True)
    ]
    keys = json.dumps(table_schema(table, None), ensure_ascii=False)
    return pa.schema(fields, {"description": table.comment or "", "table_schema": keys})


def _type(column: Column[Any]) -> pa.DataType:
    import pyarrow as pa

    name = f"{column.table.name}.{column.name}"
    if name in DAYS:
        return pa.date32()
    if name in MOMENTS:
        return pa.timestamp("ms", "UTC")
    return {"text": pa.string(), "integer": pa.int64(), "boolean": pa.bool_()}[type_of(column)]
