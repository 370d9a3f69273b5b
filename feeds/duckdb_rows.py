"""Rows in DuckDB: brought there and compared. Touches the connection that it is given.

Rows come from the source some at a time. DuckDB's own memory grows with the data all the same: it
holds the indexes of keys while it makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError

from feeds import arrow, digest
from feeds.digest import Digest, quoted
from feeds.progress import Progress
from feeds.rows import BATCH
from feeds.source import Source, unholdable
from feeds.target import Change
from schema.dictionary import type_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ARRIVING = "sourcebook_arriving"
"""What rows are called while DuckDB takes them."""

REFUSALS = (DBAPIError, ValueError)
"""What is raised, besides what DuckDB and pyarrow raise, where a value cannot be brought."""


def asked(duck: DuckDBPyConnection, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Run a statement to its end and give its rows: DuckDB leaves off where nobody reads on."""
    return duck.execute(statement, values).fetchall()


def fill(duck: DuckDBPyConnection, source: Source, table: Table, progress: Progress) -> None:
    """Bring all rows of a table of the source.

    Raises DatabaseError, naming the value, where DuckDB cannot hold one.
    """
    import duckdb
    import pyarrow as pa

    types = {"integer": pa.int32(), "boolean": pa.bool_(), "text": pa.string()}
    schema = pa.schema([(one.name, types[type_of(one)]) for one in table.columns])
    rows = 0
    try:
        for block in source.blocks(table, "duckdb"):
            duck.register(ARRIVING, arrow.table(block, schema))
            asked(duck, f"insert into {quoted(table.name)} select * from {ARRIVING}")
            duck.unregister(ARRIVING)
            rows += block.rows
            progress.advance(block.rows)
    except (*REFUSALS, duckdb.DataError, duckdb.IntegrityError, pa.ArrowException) as error:
        raise unholdable(source, table, "duckdb", error) from error
    if rows > BATCH:
        asked(duck, "checkpoint")


def held(duck: DuckDBPyConnection, table: Table, catalog: str) -> Digest:
    """Give the digest of what a table of a database really holds."""
    where = f"{catalog}.main.{quoted(table.name)}"
    [row] = asked(duck, digest.query(table, "duckdb", source=where))
    return digest.read(row)


def compared(duck: DuckDBPyConnection, table: Table) -> Change:
    """Count by primary key what a table has more, other and less in `new` than in `old`."""
    key = [quoted(column.name) for column in table.primary_key.columns]
    rest = [quoted(column.name) for column in table.columns if not column.primary_key]
    same = " and ".join(f"new.{one} = old.{one}" for one in key)
    differs = " or ".join(f"new.{one} is distinct from old.{one}" for one in rest) or "false"
    [row] = asked(
        duck,
        f"""
        select
          count(*) filter (where old.{key[0]} is null),
          count(*) filter (where new.{key[0]} = old.{key[0]} and ({differs})),
          count(*) filter (where new.{key[0]} is null)
        from new.main.{quoted(table.name)} as new
        full join old.main.{quoted(table.name)} as old on {same}
        """,
    )
    return Change(*row)
