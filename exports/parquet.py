"""Exports as Parquet: one file a table, typed; comments and keys in its metadata.

Needs pyarrow, the extra `parquet`; another release of it may write other bytes for the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain

import pyarrow as pa
from pyarrow.json import ParseOptions, ReadOptions, read_json
from pyarrow.parquet import ParquetWriter
from sqlalchemy import Table

from exports.datapackage import ExportedFile, ExportError, file_type, table_schema
from exports.job import FILES, ExportJob

GROUP_ROWS = 15_000
GROUP_BYTES = 4_000_000
"""Rows, or bytes of them as JSON, after which a group ends: it is in memory as a whole."""

READ = {"integer": pa.int64(), "boolean": pa.bool_(), "list": pa.list_(pa.string())}
WRITTEN = {
    **READ,
    "day": pa.date32(),
    "moment": pa.timestamp("ms", "UTC"),
}
"""Types of columns as they are read and written; all others are text."""


def parquet(job: ExportJob) -> Iterator[ExportedFile]:
    """Write days as dates, moments as timestamps in UTC, lists, and integers of 64 bits.

    The metadata say what the table is, what its keys are, and what each column holds. Raises
    ExportError if a day does not exist.
    """
    # Its own pool keeps much of what has been freed: a quarter of the memory of this process.
    pa.set_memory_pool(pa.system_memory_pool())
    for table in FILES:
        name, schema, rows = f"{table.name}.parquet", parquet_schema(table), 0
        with ParquetWriter(job.folder / name, schema) as writer:
            for lines in _groups(job.batches(table, "object")):
                writer.write_table(_typed(table, lines, schema))
                rows += len(lines)
        resource = {"description": table.comment, "format": "parquet"}
        yield ExportedFile(name, rows, resource)


def _groups(batches: Iterator[list[bytes]]) -> Iterator[list[bytes]]:
    """Return rows in groups that depend on the rows alone, and not on the batches."""
    group: list[bytes] = []
    size = 0
    for line in chain.from_iterable(batches):
        group.append(line)
        size += len(line)
        if len(group) == GROUP_ROWS or size >= GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _typed(table: Table, lines: Sequence[bytes], schema: pa.Schema) -> pa.Table:
    arrays = []
    rows = read_rows(table, lines)
    for field in schema:
        try:
            arrays.append(rows[field.name].cast(field.type))
        except pa.ArrowInvalid as error:
            reason = str(error).partition("\n")[0]
            raise ExportError(f"{table.name}.{field.name}: {reason}; correct it first") from error
    return pa.table(arrays, schema)


def read_rows(table: Table, lines: Sequence[bytes]) -> pa.Table:
    """Read rows from JSON objects; days and moments are text."""
    types = [(column.name, READ.get(file_type(column), pa.string())) for column in table.columns]
    text = b"\n".join(lines)
    return read_json(
        pa.py_buffer(text),
        ReadOptions(use_threads=False, block_size=len(text) + 1),
        ParseOptions(explicit_schema=pa.schema(types)),
    )


def parquet_schema(table: Table) -> pa.Schema:
    """Return a table's columns as Parquet has them, with what they hold.

    The metadata of the table have `description`, and `table_schema` with what the data package of
    a csv export says about its keys and columns; those of a column have `description`.
    """
    fields = [
        pa.field(
            column.name,
            WRITTEN.get(file_type(column), pa.string()),
            column.nullable,
            {"description": column.comment or ""},
        )
        for column in table.columns
    ]
    keys = json.dumps(table_schema(table, None), ensure_ascii=False)
    return pa.schema(fields, {"description": table.comment or "", "table_schema": keys})
