"""The digest of a table: how many rows it holds, and a hash of them whatever their order.

Each engine computes it, over what it really holds: SQLite, PostgreSQL and DuckDB write a row as
the same JSON array, take the first 64 bits of its MD5 and add them up modulo 2^64. Equal rows give
equal digests on all three. Touches nothing.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from array import array
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import CheckConstraint, Column, Connection, Table

from schema.dictionary import type_of

try:  # Python's own is made for short texts: half as quick again as OpenSSL's behind hashlib
    from _md5 import md5  # type: ignore[import-not-found]
except ImportError:
    from hashlib import md5

Engine = Literal["sqlite", "postgresql", "duckdb"]

MODULUS = 2**64

AGGREGATE = "sourcebook_digest"
"""What the function is called that does in SQLite what the others have built in."""


class Digest(NamedTuple):
    """What a table, or some rows of it, come to."""

    rows: int
    sum: int
    """Of the rows' hashes, modulo 2^64."""

    def __str__(self) -> str:
        return f"{self.sum:016x}"

    def plus(self, other: Digest) -> Digest:
        """Give the digest of these rows and those."""
        return Digest(self.rows + other.rows, (self.sum + other.sum) % MODULUS)

    def minus(self, other: Digest) -> Digest:
        """Give the digest of these rows without those, which are among them."""
        return Digest(self.rows - other.rows, (self.sum - other.sum) % MODULUS)


NOTHING = Digest(0, 0)
"""The digest of no rows."""


# --- SQL ------------------------------------------------------------------------------------------


def row(table: Table, engine: Engine, without: Sequence[str] = ()) -> str:
    """Give the SQL expression that writes a row of a table as a JSON array, without white space.

    Columns stand in the order of the model; those named in `without` count as null. Text is
    escaped as JSON must be and no further. SQLite fails on a blob.
    """
    if engine == "sqlite":
        names = [
            "null" if column.name in without else quoted(column.name) for column in table.columns
        ]
        return f"json_array({', '.join(names)})"
    parts = ["'['"]
    for column in table.columns:
        if column is not table.columns[0]:
            parts.append("','")
        parts += ["'null'"] if column.name in without else _value(column, engine)
    # One literal between two values: every `||` copies all that stands before it.
    return " || ".join([*parts, "']'"]).replace("' || '", "")


def _value(column: Column[Any], engine: Engine) -> list[str]:
    name, type = quoted(column.name), type_of(column)
    if type == "boolean":
        name = f"cast({name} as integer)"
    if type != "text":
        value = [f"cast({name} as text)"]
    elif engine == "duckdb":
        value = [_duckdb(name)]
    elif _plain(column):
        value = ["'\"'", name, "'\"'"]
    else:
        value = [f"cast(to_json({name}) as text)"]
    return [f"coalesce({' || '.join(value)}, 'null')"] if column.nullable else value


def _plain(column: Column[Any]) -> bool:
    """Say whether a CHECK holds a column to values of which none needs to be escaped."""
    listed = re.compile(rf"\b{column.name} (= '|in \()")
    return any(
        isinstance(one, CheckConstraint) and listed.search(str(one.sqltext))
        for one in column.table.constraints
    )


def _duckdb(column: str) -> str:
    # DuckDB writes some control characters as \u001B; the others write \u001b.
    column = f"cast({column} as varchar)"
    return (
        f"case when regexp_matches({column}, '[\\x0B\\x0E-\\x1F]') "
        f"then {_escaped(column)} else cast(to_json({column}) as varchar) end"
    )


def _escaped(column: str) -> str:
    for sign in ("\\", '"'):
        column = f"replace({column}, '{sign}', '\\{sign}')"
    short = {8: "b", 9: "t", 10: "n", 12: "f", 13: "r"}
    for code in range(32):
        escape = f"\\{short[code]}" if code in short else f"\\u{code:04x}"
        column = f"replace({column}, chr({code}), '{escape}')"
    return f"concat('\"', {column}, '\"')"


def query(
    table: Table,
    engine: Engine,
    without: Sequence[str] = (),
    *,
    where: str = "true",
    source: str | None = None,
) -> str:
    """Give the query for the digest of those rows of a table for which a condition holds.

    It gives one row: how many there are, and their sum as text or number, for `read`. `source`
    names where the rows are if not in the table itself: another of the same columns.
    """
    written = row(table, engine, without)
    if engine == "sqlite":
        # As a blob: whatever bytes the file holds, and not only those that are UTF-8.
        folded = f"{AGGREGATE}(cast({written} as blob))"
    elif engine == "postgresql":
        folded = f"sum(cast(cast('x' || substr(md5({written}), 1, 16) as bit(64)) as bigint))"
    else:
        folded = f"sum(cast('0x' || substr(md5({written}), 1, 16) as ubigint))"
    rows = source or quoted(table.name)
    return f"select count(*), {folded} from {rows} where {where}"


def quoted(name: str) -> str:
    """Give a name as an identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


def read(answer: Sequence[object] | None) -> Digest:
    """Give the digest from the row that the query has answered."""
    rows, total = answer or (0, 0)
    return Digest(int(str(rows)), int(str(total or 0)) % MODULUS)


# --- in Python ------------------------------------------------------------------------------------


class _Aggregate:
    """What SQLite calls for every row, and at the end."""

    def __init__(self) -> None:
        self._total = 0

    def step(self, row: bytes, /) -> None:
        self._total += int.from_bytes(md5(row, usedforsecurity=False).digest()[:8], "big")

    def finalize(self) -> str:
        return str(self._total % MODULUS)


def register(connection: sqlite3.Connection) -> None:
    """Teach a connection to SQLite the function that the query uses."""
    # typeshed knows of aggregates over whole numbers only.
    connection.create_aggregate(AGGREGATE, 1, _Aggregate)  # type: ignore[arg-type]


def fold(rows: Sequence[bytes]) -> Digest:
    """Give the digest of rows that are at hand, each as its JSON array."""
    hashes = array("Q", b"".join([md5(one, usedforsecurity=False).digest() for one in rows]))
    if sys.byteorder == "little":
        hashes.byteswap()
    return Digest(len(rows), sum(hashes[::2]) % MODULUS)


def digest(
    connection: Connection,
    table: Table,
    without: Sequence[str] = (),
    *,
    where: str = "true",
    source: str | None = None,
) -> Digest:
    """Let SQLite or PostgreSQL compute the digest of a table, or of some rows of it."""
    if connection.dialect.name == "sqlite":
        register(cast("sqlite3.Connection", connection.connection.driver_connection))
        engine: Engine = "sqlite"
    else:
        engine = "postgresql"
    asked = query(table, engine, without, where=where, source=source)
    return read(connection.exec_driver_sql(asked).one())
