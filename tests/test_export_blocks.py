"""What is made of many rows at once is what is made of each cell, in every format."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.dump import COPIED, LITERALS, _copied, _inserted
from exports.files import VALUES, TakenError, _csv, _jsonl, cells
from feeds import arrow
from feeds.blocks import Block, grouped
from feeds.rows import TABLES
from schema.models import METADATA

PLACES = METADATA.tables["places"]
SYMMETRIC = METADATA.tables["relation_types"]
SIGNS = st.text(
    st.sampled_from("a0 ,\"'\\[]\n\r\t\x7f\0é") | st.characters(codec="utf-8"), max_size=6
)
WORDS = st.sampled_from(["null", "null,", "[null", "]", "", r"\N", "true"])
TEXT = SIGNS | WORDS
NUMBER = st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(
    st.tuples(NUMBER, TEXT, TEXT, TEXT, st.none() | NUMBER).map(list), min_size=1, max_size=4
)
NULL = r"\N that is no cell"
LINE = b'{"id": %s, "key": %s, "name": %s, "kind": %s, "within_id": %s}\n'


def block(rows: list[list[Any]], table: Any = PLACES) -> Block:
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
    return Block(table, "\n".join(lines).encode(), len(rows))


@given(ROWS)
def test_every_format_has_the_same_values(rows: list[list[Any]]) -> None:
    made = block(rows)
    assert made.values() == rows
    file = io.StringIO(newline="")
    csv.writer(file).writerows([[NULL if cell is None else cell for cell in row] for row in rows])
    assert _csv(made, NULL) == file.getvalue().encode()
    objects = ("".join(map(LINE.decode().__mod__, cells(made, VALUES, "null")))).encode()
    assert _jsonl(made, LINE) == objects
    inserted = ",\n".join(f"({', '.join(row)})" for row in cells(made, LITERALS, "null"))
    assert _inserted(made) == inserted
    assert _copied(made) == "\n".join(map("\t".join, cells(made, COPIED, r"\N")))
    types = [pa.int64(), pa.string(), pa.string(), pa.string(), pa.int64()]
    schema = pa.schema(list(zip(PLACES.columns.keys(), types, strict=True)))
    assert [list(row.values()) for row in arrow.table(made, schema).to_pylist()] == rows


@given(ROWS, st.integers(1, 3), st.integers(1, 200))
def test_blocks_are_cut_anew_without_loss(rows: list[list[Any]], size: int, length: int) -> None:
    """By rows and bytes, and in the same places whatever the blocks were."""
    found = list(grouped((block([row]) for row in rows), size, length))
    for one in found:
        *lines, _ = one.text.splitlines(keepends=True)
        assert one.rows <= size
        assert sum(map(len, lines)) < length
    assert all(one.rows == size or len(one.text) + 1 >= length for one in found[:-1])
    assert [row for one in found for row in one.values()] == rows
    assert list(grouped([block(rows)], size, length)) == found


@given(ROWS, TEXT)
def test_what_stands_for_null_is_no_cell(rows: list[list[Any]], text: str) -> None:
    assert block(rows).holds(text) == any(text in row for row in rows)


def test_a_cell_of_that_word_is_told() -> None:
    made = block([[1, r"\N", "a", "b", None]])
    with pytest.raises(TakenError):
        _csv(made, r"\N")


def test_truth_is_written_as_such() -> None:
    made = block([["a", "b", "c", 0], ["d", "e", "f", 1]], SYMMETRIC)
    assert not made.plain()
    assert _csv(made, r"\N") == b"a,b,c,false\r\nd,e,f,true\r\n"


def test_the_first_column_is_never_null() -> None:
    """A null behind a comma is found where many rows are written at once, and no other."""
    assert not [table.name for table in TABLES if next(iter(table.columns)).nullable]
