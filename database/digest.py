"""The digest of a table: how many rows it holds and a hash of them, whatever their order.

A row is written as a JSON array in the order of the model's columns. The first 64 bits of the
MD5 of each row are added up modulo 2^64. PostgreSQL and DuckDB compute this in SQL; for other
engines the rows that they hand out are hashed here. Equal rows have equal digests everywhere.
"""

from __future__ import annotations

import json
import re
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from hashlib import md5
from typing import Any, Literal, NamedTuple

from sqlalchemy import CheckConstraint, Column, Table

from schema.dictionary import type_of

Engine = Literal["sqlite", "postgresql", "duckdb"]

Form = Literal["row", "typed", "object"]
"""How a row is written as JSON.

A `row` is an array with booleans as 0 and 1, as digests need it; `typed` is one with true and
false; `object` has these with the names of the columns.
"""

MODULUS = 2**64

ESCAPE = re.compile(rb"\\(u[0-9a-f]{4}|.)")
"""An escape in JSON."""


class Digest(NamedTuple):
    """What some rows of a table come to."""

    rows: int = 0
    sum: int = 0

    def __str__(self) -> str:
        return f"{self.sum:016x}"

    def plus(self, other: Digest) -> Digest:
        """Return the digest of these rows and those."""
        return Digest(self.rows + other.rows, (self.sum + other.sum) % MODULUS)


def hashed(lines: Sequence[bytes]) -> Digest:
    """Return the digest of rows that are at hand as JSON arrays."""
    digests = b"".join([md5(line, usedforsecurity=False).digest() for line in lines])
    hashes = array("Q", digests)
    if sys.byteorder == "little":
        hashes.byteswap()
    return Digest(len(lines), sum(hashes[::2]) % MODULUS)


def total(batches: Iterable[Sequence[bytes]]) -> Digest:
    """Return the digest of all rows of some batches."""
    result = Digest()
    for lines in batches:
        result = result.plus(hashed(lines))
    return result


def digest_query(table: Table, engine: Engine, rows: str = "", where: str = "true") -> str:
    """Write the query that PostgreSQL or DuckDB computes a digest with; `read_digest` reads it.

    `rows` names where the rows are, if not in the table itself.
    """
    hexadecimal = f"substr(md5({json_row(table, engine)}), 1, 16)"
    if engine == "postgresql":
        number = f"cast(cast('x' || {hexadecimal} as bit(64)) as bigint)"
    else:
        number = f"cast('0x' || {hexadecimal} as ubigint)"
    return f"select count(*), sum({number}) from {rows or quoted(table.name)} where {where}"


def read_digest(answer: Sequence[Any]) -> Digest:
    """Read the row that the query has returned."""
    rows, number = answer
    return Digest(int(rows), int(number or 0) % MODULUS)


# --- a row as JSON --------------------------------------------------------------------------------


def json_row(table: Table, engine: Engine, left_out: Sequence[str] = (), form: Form = "row") -> str:
    """Write the expression that makes a row a JSON array, or an object, without white space.

    Columns in `left_out` become null. Text is escaped only where JSON requires it. SQLite fails on
    a blob.
    """
    if engine == "sqlite":
        values = [
            "null" if it.name in left_out else _sqlite_value(it, form) for it in table.columns
        ]
        if form == "object":
            values = [
                f"'{it.name}', {value}" for it, value in zip(table.columns, values, strict=True)
            ]
        return f"json_{'object' if form == 'object' else 'array'}({', '.join(values)})"
    values = [
        "'null'" if it.name in left_out else _json_value(it, engine, form) for it in table.columns
    ]
    if form == "object":
        values = [
            f"'\"{it.name}\":' || {value}" for it, value in zip(table.columns, values, strict=True)
        ]
    start, end = "{}" if form == "object" else "[]"
    return f"'{start}' || concat_ws(',', {', '.join(values)}) || '{end}'"


def _sqlite_value(column: Column[Any], form: Form) -> str:
    name = quoted(column.name)
    if type_of(column) == "boolean" and form != "row":
        return f"json(case {name} when 1 then 'true' when 0 then 'false' end)"
    return f"json({name})" if _is_list(column, form) else name


def _is_list(column: Column[Any], form: Form) -> bool:
    """Say whether a value is JSON already: exports mark lists so, and csv has them as text."""
    return bool(column.info) and form == "object"


def _json_value(column: Column[Any], engine: Engine, form: Form) -> str:
    name, type = quoted(column.name), type_of(column)
    if type == "boolean":
        name = f"cast({name} as {'integer' if form == 'row' else 'text'})"
    if _is_list(column, form):
        value = name
    elif type != "text":
        # concat_ws writes numbers itself, which is quicker, but skips nulls.
        value = name if not column.nullable else f"cast({name} as text)"
    elif engine == "duckdb":
        value = _json_text_of_duckdb(name)
    elif _needs_no_escapes(column):
        value = f"'\"' || {name} || '\"'"
    else:
        value = f"cast(to_json({name}) as text)"
    return f"coalesce({value}, 'null')" if column.nullable else value


def _needs_no_escapes(column: Column[Any]) -> bool:
    """Say whether a CHECK limits a column to words in which nothing has to be escaped."""
    listed = re.compile(rf"\b{column.name} (= '|in \()")
    return any(
        isinstance(constraint, CheckConstraint) and listed.search(str(constraint.sqltext))
        for constraint in column.table.constraints
    )


def _json_text_of_duckdb(column: str) -> str:
    # DuckDB writes some control characters as \u001B; the others write \u001b. Between the
    # backslashes of a text, whatever looks like such an escape is one.
    parts = f"list_transform(string_split({column}, '\\'), lambda part: {_in_lower_case('part')})"
    return (
        f"case when regexp_matches({column}, '[\\x0B\\x0E-\\x1F]') "
        f"""then '"' || array_to_string({parts}, '\\\\') || '"' """
        f"else cast(to_json({column}) as varchar) end"
    )


def _in_lower_case(part: str) -> str:
    """Write the JSON of a text without backslashes: without its quotes, escapes in lower case."""
    escapes = ", ".join(f"'\\u{code:04X}'" for code in (11, 14, 15, *range(26, 32)))
    text = f"cast(to_json({part}) as varchar)[2:-2]"
    return f"list_reduce([{text}, {escapes}], lambda text, code: replace(text, code, lower(code)))"


def unescaped(text: bytes, kept: Mapping[bytes, bytes]) -> bytes:
    """Replace JSON's escapes by the characters that they mean, or by what `kept` has for them."""

    def plain(escape: re.Match[bytes]) -> bytes:
        return kept.get(escape[0]) or str(json.loads(b'"%b"' % escape[0])).encode()

    return ESCAPE.sub(plain, text) if b"\\" in text else text


def quoted(name: str) -> str:
    """Quote a name as an identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'
