"""What is wrong with a query: the place, and the name that was probably meant.

Engines differ in what they tell: PostgreSQL gives the place; SQLite names a word, which is looked
for in the query.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Protocol

from wcwidth import wcswidth

from database.statement import Statement, StatementError
from schema.escape import visible
from schema.suggest import did_you_mean

SHOWN = 76
"""How much of a long line is shown, in characters."""


class Known(Protocol):
    """A database that knows its names."""

    def names(self) -> dict[str, list[str]]:
        """Give the columns of every table and view."""


def pointed(sql: str, error: StatementError) -> str:
    """Give the message, and where the place is known the line with a caret below it."""
    message = visible(str(error))
    if error.position is None or not sql.strip():
        return message
    at = min(error.position, len(sql))
    start = sql.rfind("\n", 0, at) + 1
    end = sql.find("\n", at)
    line = sql[start : end if end >= 0 else len(sql)].rstrip("\r")
    before, after = line[: at - start], line[at - start :]
    if len(before) > SHOWN // 2 and len(line) > SHOWN:
        before = "…" + before[-SHOWN // 2 :]
    if len(after) > SHOWN - len(before):
        after = after[: SHOWN - len(before)] + "…"
    number = f"{sql.count(chr(10), 0, start) + 1} | "
    before, after = visible(before.replace("\t", " ")), visible(after.replace("\t", " "))
    blanks = " " * (len(number) + max(0, wcswidth(before)))
    return f"{message}\n{number}{before}{after}\n{blanks}^"


# --- names ----------------------------------------------------------------------------------------


def unknown_table(name: str, statement: Statement, known: Known) -> str:
    """Say that there is no such table, and which was probably meant."""
    if place(name.rpartition(".")[2], statement) is None:
        return f"a view that the query reads needs `{name}`, which is not there"
    return f"no table `{name}`{did_you_mean(name, known.names())}"


def unknown_column(name: str, statement: Statement, known: Known) -> str:
    """Say that there is no such column in the tables of the query, and which was meant."""
    qualifier, _, column = name.rpartition(".")
    columns = known.names()
    names = {table.lower(): table for table in columns}
    called: dict[str, str] = {}  # by what they are called in the query, the tables that it reads
    words = [word.name.lower() for word in statement.words]
    for n, word in enumerate(words):
        if word in names:
            called[word] = names[word]
            alias = words[n + 1 : n + 3]
            if alias[:1] == ["as"]:
                del alias[0]
            if alias and alias[0] not in names:
                called.setdefault(alias[0], names[word])
    alias_of = qualifier.rpartition(".")[2].lower()
    tables = {called[alias_of]} if alias_of in called else set(called.values())
    where = f" in `{next(iter(tables))}`" if len(tables) == 1 else ""
    near = did_you_mean(column, [one for table in sorted(tables) for one in columns[table]])
    return f"no column `{name}`{where}{near}"


def place(name: str, statement: Statement) -> int | None:
    """Say where a name first stands in the query."""
    for word in statement.words:
        if word.name.lower() == name.lower():
            return word.start
    return None


# --- SQLite ---------------------------------------------------------------------------------------

_NAMED = re.compile(
    r"(?P<what>no such (?:column|table|function)|ambiguous column name): (?P<name>.+)"
    r"|.*\b(?:function|aggregate:?|window function) (?P<function>\w+)\(\)"
    r"|no such collation sequence: (?P<collation>.+)",
    re.DOTALL,
)
_NEAR = re.compile(r'near "(?P<token>.*)": syntax error', re.DOTALL)
_UNKNOWN = re.compile(r'unrecognized token: "(?P<text>.*)"', re.DOTALL)


class File(Known, Protocol):
    """A file of SQLite."""

    def functions(self) -> list[str]:
        """Name all functions."""

    def complaint(self, sql: str) -> str | None:
        """Give what SQLite has against a statement, None where it takes it."""


def in_sqlite(message: str, statement: Statement, file: File) -> StatementError:
    """Put what SQLite says of a query into words, and find the place that it means."""
    text = statement.text
    if found := _NEAR.fullmatch(message):
        return StatementError(message, _nearest_place(found["token"], message, statement, file))
    if found := _UNKNOWN.fullmatch(message):
        start = text.find(found["text"])
        return StatementError(message, start if start >= 0 else None)
    if message == "incomplete input":
        return StatementError("the query ends too early", len(text.rstrip()))
    if found := _NAMED.match(message):
        name = found["name"] or found["function"] or found["collation"]
        at = place(name.rpartition(".")[2], statement)
        if found["what"] == "no such column":
            message = unknown_column(name, statement, file)
        elif found["what"] == "no such table":
            message = unknown_table(name.removeprefix("main."), statement, file)
        elif found["what"] == "no such function":
            message = f"no function `{name}`{did_you_mean(name, file.functions())}"
        return StatementError(message, at)
    return StatementError(message)


def _nearest_place(token: str, message: str, statement: Statement, file: File) -> int | None:
    """Find which of the tokens so written SQLite stumbles over.

    A query that ends in an earlier one is right so far.
    """
    candidates = [one for one in statement.tokens if one.text == token]
    explain = ""
    if statement.words and statement.words[0].text.lower() not in ("explain", "pragma"):
        explain = "explain "
    first = bisect_left(
        candidates,
        True,
        key=lambda one: file.complaint(explain + statement.text[: one.end]) == message,
    )
    return candidates[first].start if first < len(candidates) else None
