"""The digest of a table: how many rows it holds, and a hash of them whatever their order.

Each engine computes it, over what it really holds: SQLite, PostgreSQL and DuckDB write a row as
the same JSON array, take the first 64 bits of its MD5 and add them up modulo 2^64. Equal rows give
equal digests on all three.

A checksum is the same by the quickest function that an engine has for a whole row: several times
as quick, and equal for equal rows on that engine only. It shows that rows whose digest is known
have not changed since. Touches nothing.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import CheckConstraint, Column, Connection, Table

from feeds.row_hashes import CHECKSUM, DIGEST, MODULUS, register, sums
from schema.dictionary import type_of

Engine = Literal["sqlite", "postgresql", "duckdb"]
Relational = Literal["sqlite", "postgresql"]


class Checksum(NamedTuple):
    """What rows come to by an engine's own function."""

    rows: int
    sum: int
    """Of the rows' hashes, modulo 2^64."""

    def plus(self, other: Checksum) -> Checksum:
        """Give the checksum of these rows and those."""
        return Checksum(self.rows + other.rows, (self.sum + other.sum) % MODULUS)


@dataclass(frozen=True)
class Digest:
    """What a table, or some rows of it, come to."""

    rows: int
    sum: int
    """Of the rows' hashes, modulo 2^64."""
    own: int | None = field(default=None, compare=False)
    """The sum of the checksum; None: not computed, or not by the engine that has the rows."""

    def __str__(self) -> str:
        return f"{self.sum:016x}"

    @property
    def checksum(self) -> Checksum | None:
        """What the same rows come to by their engine's own function."""
        return None if self.own is None else Checksum(self.rows, self.own)

    def bare(self) -> Digest:
        """Give it without the checksum."""
        return replace(self, own=None)

    def plus(self, other: Digest) -> Digest:
        """Give the digest of these rows and those."""
        return self._with(other, 1)

    def minus(self, other: Digest) -> Digest:
        """Give the digest of these rows without those, which are among them."""
        return self._with(other, -1)

    def _with(self, other: Digest, sign: int) -> Digest:
        known = self.own is not None and other.own is not None
        return Digest(
            self.rows + sign * other.rows,
            (self.sum + sign * other.sum) % MODULUS,
            ((self.own or 0) + sign * (other.own or 0)) % MODULUS if known else None,
        )


NOTHING = Digest(0, 0, 0)
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
    values = [
        "'null'" if column.name in without else _value(column, engine) for column in table.columns
    ]
    return f"'[' || concat_ws(',', {', '.join(values)}) || ']'"


def _value(column: Column[Any], engine: Engine) -> str:
    name, type = quoted(column.name), type_of(column)
    if type == "boolean":
        name = f"cast({name} as integer)"
    if type != "text":
        # concat_ws writes a number itself, and more quickly, but for null.
        value = name if not column.nullable else f"cast({name} as text)"
    elif engine == "duckdb":
        value = _duckdb(name)
    elif _plain(column):
        value = f"'\"' || {name} || '\"'"
    else:
        value = f"cast(to_json({name}) as text)"
    return f"coalesce({value}, 'null')" if column.nullable else value


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

    It gives one row for `read`: how many there are, their sum as text or number, and that of the
    checksum, if the engine has one. `source` names where the rows are if not in the table itself:
    another of the same columns.
    """
    written = row(table, engine, without)
    if engine == "sqlite":
        # As a blob: whatever bytes the file holds, and not only those that are UTF-8.
        folded = f"{DIGEST}(cast({written} as blob))"
    elif engine == "postgresql":
        hashed = f"cast(cast('x' || substr(md5({written}), 1, 16) as bit(64)) as bigint)"
        folded = f"sum({hashed}), {_own(table, engine, without)}"
    else:
        folded = f"sum(cast('0x' || substr(md5({written}), 1, 16) as ubigint))"
    rows = source or quoted(table.name)
    return f"select count(*), {folded} from {rows} where {where}"


def quick(
    table: Table,
    engine: Relational,
    without: Sequence[str] = (),
    *,
    where: str = "true",
) -> str:
    """Give the query for the checksum of those rows: how many there are, and their sum."""
    return (
        f"select count(*), {_own(table, engine, without)} from {quoted(table.name)} where {where}"
    )


def _own(table: Table, engine: Engine, without: Sequence[str]) -> str:
    if engine == "sqlite":
        return f"sum({CHECKSUM}(cast({row(table, engine, without)} as blob)))"
    values = (
        "cast(null as text)" if column.name in without else quoted(column.name)
        for column in table.columns
    )
    # Hashed once more: a row's hash adds up those of its values, and in a sum of such ones nobody
    # could see that two rows have exchanged a value.
    return f"sum(hashint8(hash_record_extended(row({', '.join(values)}), 0)))"


def quoted(name: str) -> str:
    """Give a name as an identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


def read(answer: Sequence[object] | None) -> Digest:
    """Give the digest from the row that the query has answered."""
    rows, *sums = answer or (0, 0)
    if not rows:
        return NOTHING
    # SQLite's function gives both sums as one text.
    total, *own = map(int, " ".join(map(str, sums)).split())
    return Digest(int(str(rows)), total % MODULUS, own[0] % MODULUS if own else None)


def read_checksum(answer: Sequence[object]) -> Checksum:
    """Give the checksum from the row that its query has answered."""
    rows, total = answer
    return Checksum(int(str(rows)), int(str(total or 0)) % MODULUS)


# --- in Python ------------------------------------------------------------------------------------


def fold(rows: Sequence[bytes]) -> Digest:
    """Give the digest, with SQLite's checksum, of rows that are at hand as JSON arrays."""
    return Digest(len(rows), *sums(rows))


def digest(
    connection: Connection,
    table: Table,
    without: Sequence[str] = (),
    *,
    where: str = "true",
) -> Digest:
    """Let SQLite or PostgreSQL compute the digest of a table, or of some rows of it."""
    return read(_answer(connection, query(table, _engine(connection), without, where=where)))


def checksum(connection: Connection, table: Table, without: Sequence[str] = ()) -> Checksum:
    """Let SQLite or PostgreSQL compute the checksum of a table."""
    return read_checksum(_answer(connection, quick(table, _engine(connection), without)))


def _engine(connection: Connection) -> Relational:
    return "sqlite" if connection.dialect.name == "sqlite" else "postgresql"


def _answer(connection: Connection, query: str) -> Sequence[object]:
    if connection.dialect.name == "sqlite":
        register(cast("sqlite3.Connection", connection.connection.driver_connection))
    return connection.exec_driver_sql(query).one()
