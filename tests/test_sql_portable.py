"""The SQL of reports and views keeps to what SQLite, PostgreSQL, DuckDB and Spark read alike.

Rows compared on all engines prove it (test_reports_golden.py). These rules say at once which words
do not travel, and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from database.statement import SqlToken, tokens, word_set
from schema.models import METADATA
from schema.views import VIEWS
from tests.shipped_reports import REPORTS

SQL = {report.name: report.sql for report in REPORTS.values()} | {
    view.name: view.query for view in VIEWS
}

PENDING = ("summary",)
"""Reports that still use recursion."""

FUNCTIONS = word_set(
    "abs cast coalesce count dense_rank first_value lag last_value lead length max min nullif rank "
    "replace row_number substr sum upper"
)
"""Functions that every engine has, with the same results for text and integers.

`upper` is for words of ours, which are ASCII: engines disagree about other letters.
"""

NO_FUNCTIONS = word_set(
    "all and any as by case distinct else except exists filter from group having in intersect join "
    "not on or order over partition select then union using values when where materialized"
)
"""Words that may stand before a parenthesis without being the name of a function."""

WORDS = {
    "recursive": "Sail has no recursion; join attribution_ancestors",
    "like": "is blind to case in SQLite alone; compare substr()",
    "ilike": "SQLite has none",
    "glob": "only SQLite has it",
    "similar": "SQLite has none",
    "true": "a boolean shown is 1 in SQLite",
    "lateral": "SQLite has none",
}
"""Words that do not travel, and why. `true` may follow `on` and `where`."""

COLUMNS = [column for table in METADATA.tables.values() for column in table.columns]
STATED = word_set("document source passage paragraph start origins unnamed what part cited_as")
"""Null only for a fact without evidence, or in the journal; reports have a `what` and `part`."""

NULLABLE = (
    {column.name for column in COLUMNS if column.nullable}
    - {column.name for column in COLUMNS if not column.nullable}
    - STATED
)
"""Names of columns that can be null in whichever table."""


def faults(sql: str) -> Iterator[str]:
    """Yield what is wrong with a query."""
    pieces = [token for token in tokens(sql, "portable") if token.kind not in ("blank", "comment")]
    names = ctes(pieces)
    for n, token in enumerate(pieces):
        word, before = token.text.lower(), pieces[n - 1].text.lower() if n else ""
        after = pieces[n + 1].text if n + 1 < len(pieces) else ""
        if token.kind in ("quoted", "cast", "open"):
            yield f"{token.text}: is not read alike"
        if token.kind != "word":
            continue
        if word in WORDS and not (word == "true" and before in ("on", "where")):
            yield f"{word}: {WORDS[word]}"
        if after == "(" and before != "as" and word not in FUNCTIONS | NO_FUNCTIONS | names:
            yield f"{word}(): is not a function that all engines have alike"
        if word == "substr" and re.match(r"substr\([^(),]*, 0\b", sql[token.start :]):
            yield "substr(…, 0): Spark counts from 1"
        if word == "values" and before == "(" and named_values(pieces, n):
            yield "values with names of columns: SQLite has none; name them in `with`"
    yield from wrong_order(pieces)


def nullable(column: list[str], aliases: dict[str, str]) -> bool:
    """Return whether a column of the query, with or without its table, can be null."""
    if len(column) == 1:
        return column[0] in NULLABLE
    if len(column) != 3 or column[1] != ".":
        return False  # an expression
    table = METADATA.tables.get(aliases.get(column[0], column[0]))
    if table is None or column[2] not in table.columns:
        return column[2] in NULLABLE
    return bool(table.columns[column[2]].nullable)


def aliases(pieces: list[SqlToken]) -> dict[str, str]:
    """Return which table each alias means."""
    words = [piece.text.lower() for piece in pieces]
    return {
        words[n + 3]: words[n + 1]
        for n, word in enumerate(words[:-3])
        if word in ("from", "join") and words[n + 2] == "as"
    }


def ctes(pieces: list[SqlToken]) -> set[str]:
    """Return the names of the parts of `with`, which columns in parentheses may follow."""
    return {
        piece.text.lower()
        for piece, before in zip(pieces[1:], pieces, strict=False)
        if piece.kind == "word" and before.text.lower() in ("with", ",", "recursive")
    }


def closing(pieces: list[SqlToken], start: int) -> int:
    """Return where the parenthesis closes that is open at `start`."""
    depth = 1
    for n in range(start, len(pieces)):
        depth += {"(": 1, ")": -1}.get(pieces[n].text, 0)
        if depth == 0:
            return n
    return len(pieces)


def named_values(pieces: list[SqlToken], n: int) -> bool:
    """Return whether `(values …)` is followed by a name with columns."""
    rest = [piece.text.lower() for piece in pieces[closing(pieces, n) + 1 :][:3]]
    rest = rest[1:] if rest[:1] == ["as"] else rest
    return len(rest) > 1 and rest[0].isidentifier() and rest[1] == "("


def wrong_order(pieces: list[SqlToken]) -> Iterator[str]:
    """Yield what an `order by` leaves to the engine: where nulls go; and what Spark cannot sort."""
    known = aliases(pieces)
    for n, piece in enumerate(pieces):
        if piece.text.lower() != "by" or pieces[n - 1].text.lower() != "order":
            continue
        item: list[str] = []
        depth = 0
        for token in [*pieces[n + 1 :], None]:
            text = token.text.lower() if token else ")"
            ends = depth == 0 and text in (")", ",", "limit", "rows", "range")
            if not ends:
                depth += {"(": 1, ")": -1}.get(text, 0)
                item.append(text)
                continue
            if "select" in item:
                yield "a subquery in order by: Spark has none"
            column = [word for word in item if word not in ("asc", "desc")]
            if nullable(column, known):
                yield f"order by {''.join(column)}: can be null; write nulls first or nulls last"
            item = []
            if text != ",":
                break


@pytest.mark.parametrize("name", sorted(SQL))
def test_a_query_is_read_alike_by_every_engine(name: str) -> None:
    pending = [f"recursive: {WORDS['recursive']}"] if name in PENDING else []
    assert [fault for fault in faults(SQL[name]) if fault not in pending] == []


# --- the rules themselves -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("with recursive a (n) as (select 1) select n from a", "recursive: "),
        ("select key from actors where name like 'A%'", "like: "),
        ("select lower(name) from actors", "lower(): "),
        ("select string_agg(name, '; ') from actors", "string_agg(): "),
        ("select group_concat(name) from actors", "group_concat(): "),
        ("select avg(id) from actors", "avg(): "),
        ("select round(id / 2) from actors", "round(): "),
        ("select true as flag", "true: "),
        ("select id::text from actors", "::: "),
        ('select "name" from actors', '"name": '),
        ("select substr(name, 0, 3) from actors", "substr(…, 0): "),
        ("select n from (values (1), (2)) as numbers (n)", "values with names of columns: "),
        ("select edtf from dates order by earliest", "order by earliest: "),
        ("select edtf from dates as d order by d.latest desc, edtf", "order by d.latest: "),
        (
            "select edtf, row_number() over (order by first_day) from dates",
            "order by first_day: ",
        ),
        (
            "select id from actors order by (select count(*) from events), id",
            "a subquery in order by: ",
        ),
    ],
)
def test_a_planted_fault_is_found(sql: str, fault: str) -> None:
    [actual] = faults(sql)
    assert actual.startswith(fault)


@pytest.mark.parametrize(
    "sql",
    [
        "select edtf from dates order by earliest nulls last, latest desc nulls first, edtf",
        "select edtf from dates order by earliest is null, edtf",
        "select key from actors where true order by key",
        "with a (n) as (values (1), (2)) select n, substr('abc', n) from a join actors on true",
        "select count(*) filter (where name in ('like', 'avg(1)')) from actors -- :: \"x\"",
        "select key from facts where (kind, key) in (select kind, key from facts)",
        "with a as materialized (select 1 as n) select n from a",
    ],
)
def test_what_every_engine_reads_is_no_fault(sql: str) -> None:
    assert list(faults(sql)) == []
