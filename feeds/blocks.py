"""Rows in blocks: as JSON arrays, many at a time, as the source's engine has put them together.

A text of many rows becomes a text of another format several times as fast as cell by cell,
wherever nothing in it is written another way there. Touches nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple

from sqlalchemy import Table

from schema.dictionary import type_of


class Block(NamedTuple):
    """Some rows of a table, in its columns' order."""

    table: Table
    text: bytes
    """Their JSON arrays, one a line, without white space; truth is 0 or 1."""
    rows: int

    def plain(self, *signs: bytes) -> bool:
        r"""Say whether none of these signs is in it, and no comma but between two values.

        Without a `\` no mark is in a value either, and then a `null` behind a comma is one.
        """
        columns = self.table.columns
        return (
            not any(sign in self.text for sign in signs)
            and not any(type_of(column) == "boolean" for column in columns)
            and self.text.count(b",") == self.rows * (len(columns) - 1)
        )

    def holds(self, text: str) -> bool:
        """Say whether a value is just this text."""
        written = quoted(text).encode()
        return b"," + written in self.text or b"[" + written in self.text

    def values(self) -> list[list[Any]]:
        """Give the rows as values, truth as 0 or 1."""
        read: list[list[Any]] = json.loads(b"[" + self.text.replace(b"\n", b",") + b"]")
        return read


def grouped(blocks: Iterable[Block], rows: int, length: int) -> Iterator[Block]:
    """Give the same rows, so many in each block but the last, or fewer that come to `length` bytes.

    Where a block ends hangs on the rows alone, however they come.
    """
    held: list[bytes] = []
    size = 0
    for block in blocks:
        lines = block.text.split(b"\n")
        if len(held) + len(lines) < rows and size + len(block.text) + 1 < length:
            held += lines  # as most do: none of them is looked at
            size += len(block.text) + 1
            continue
        for line in lines:
            held.append(line)
            size += len(line) + 1
            if len(held) == rows or size >= length:
                yield Block(block.table, b"\n".join(held), len(held))
                held, size = [], 0
    if held:
        yield Block(block.table, b"\n".join(held), len(held))
