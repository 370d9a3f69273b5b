"""Exports as Parquet: one file a table, typed; comments and keys in its metadata.

Written by pyarrow, the extra `parquet`; another release of it may write other bytes for the same
rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Table

from database.snapshot import TABLES
from exports.datapackage import DAYS, MOMENTS, ExportedFile, ExportError, table_schema
from exports.job import ExportJob, decoded
from schema.dictionary import columns, type_of

if TYPE_CHECKING:
    import pyarrow as pa

GROUP_ROWS = 15_000
GROUP_BYTES = 4_000_000
"""Rows, or bytes of them as JSON, after which a group ends: it is in memory as a whole."""


def parquet(job: ExportJob) -> Iterator[ExportedFile]:
    """Write days as dates, moments as timestamps in UTC, booleans, and integers of 64 bits.

    The metadata say what the table is, what its keys are, and what each column holds. Raises
    ExportError if pyarrow is not installed, or if a day does not exist.
    """
    try:
        import pyarrow as pa
    except ModuleNotFoundError:
        raise ExportError(
            "parquet needs its library: pip install pyarrow, or the extra `parquet`"
        ) from None
    # Its own pool keeps much of what has been freed: a quarter of the memory of this process.
    pa.set_memory_pool(pa.system_memory_pool())
    for table in TABLES:
        path = job.folder / f"{table.name}.parquet"
        _write(job, table, path)
        yield ExportedFile(
            path.name,
            job.snapshot.count(table),
            {"description": table.comment, "format": "parquet"},
        )


def _write(job: ExportJob, table: Table, path: Path) -> None:
    from pyarrow.parquet import ParquetWriter

    schema = parquet_schema(table)
    with ParquetWriter(path, schema) as writer:
        group: list[bytes] = []
        size = 0
        for lines in job.batches(table):
            group += lines
            size += sum(map(len, lines))
            if len(group) >= GROUP_ROWS or size >= GROUP_BYTES:
                writer.write_table(_typed(table, group, schema))
                group, size = [], 0
        if group:
            writer.write_table(_typed(table, group, schema))


def _typed(table: Table, lines: Sequence[bytes], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    arrays = []
    for field, values in zip(schema, _columns(table, lines), strict=True):
        try:
            arrays.append(values.cast(field.type))
        except pa.ArrowInvalid as error:
            reason = str(error).partition("\n")[0]
            raise ExportError(f"{table.name}.{field.name}: {reason}; correct it first") from error
    return pa.table(arrays, schema)


def _columns(table: Table, lines: Sequence[bytes]) -> Sequence[pa.ChunkedArray | pa.Array]:
    """Return the columns of some rows as text and integers."""
    import pyarrow as pa
    from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, read_csv

    plain = {"integer": pa.int64(), "boolean": pa.int64(), "text": pa.string()}
    types = {column.name: plain[type_of(column)] for column in table.columns}
    text = b"\n".join(lines)
    if b"\\" in text:  # its escapes are JSON's
        columns = zip(*decoded(lines), strict=True)
        return [pa.array(*pair) for pair in zip(columns, types.values(), strict=True)]
    # Without them, JSON arrays are csv inside their brackets: and that is read in C++.
    text = text[1:-1].replace(b"]\n[", b"\n")
    return read_csv(
        pa.py_buffer(text),
        ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=list(types)),
        ParseOptions(double_quote=False),
        ConvertOptions(
            column_types=types,
            null_values=["null"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    ).columns


def parquet_schema(table: Table) -> pa.Schema:
    """Return a table's columns as Parquet has them, with what they hold.

    The metadata of the table have `description`, and `table_schema` with what the data package of
    a csv export says about it; those of a column have `description`, `key` and `values`.
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
