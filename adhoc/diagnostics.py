"""What is wrong with a query: the place, and the name that was probably meant.

PostgreSQL reports the place. SQLite only names a word, which is then looked for in the query.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Protocol

from wcwidth import wcswidth

from database.statement import Statement, StatementError
from schema.escape import visible
from schema.suggest import did_you_mean

WIDTH = 76
"""How many characters of a long line are shown."""


class Schema(Protocol):
    """A database that knows its tables."""

    def columns(self) -> dict[str, list[str]]:
        """Return the columns of every table and view."""


def with_caret(sql: str, error: StatementError) -> str:
    """Return the message; if the place is known, with its line and a caret below it."""
    message = visible(str(error))
    if error.position is None or not sql.strip():
        return message
    at = min(error.position, len(sql))
    start = sql.rfind("\n", 0, at) + 1
    end = sql.find("\n", at)
    line = sql[start : end if end >= 0 else len(sql)].rstrip("\r")
    before, after = line[: at - start], line[at - start :]
    if len(before) > WIDTH // 2 and len(line) > WIDTH:
        before = "…" + before[-WIDTH // 2 :]
    if len(after) > WIDTH - len(before):
        after = after[: WIDTH - len(before)] + "…"
    number = f"{sql.count(chr(10), 0, start) + 1} | "
    before, after = visible(before.replace("\t", " ")), visible(after.replace("\t", " "))
    blanks = " " * (len(number) + max(0, wcswidth(before)))
    return f"{message}\n{number}{before}{after}\n{blanks}^"


# --- names ----------------------------------------------------------------------------------------


def unknown_table(name: str, statement: Statement, schema: Schema) -> str:
    """Say that there is no such table, and which was probably meant."""
    if position_of(name.rpartition(".")[2], statement) is None:
        return f"a view that the query reads needs `{name}`, which does not exist"
    return f"no table `{name}`{did_you_mean(name, schema.columns())}"


def unknown_column(name: str, statement: Statement, schema: Schema) -> str:
    """Say that the tables of the query have no such column, and which was probably meant."""
    qualifier, _, column = name.rpartition(".")
    columns = schema.columns()
    tables = {table.lower(): table for table in columns}
    aliases: dict[str, str] = {}  # the query's tables by name and alias
    words = [word.name.lower() for word in statement.words]
    for n, word in enumerate(words):
        if word in tables:
            aliases[word] = tables[word]
            alias = words[n + 1 : n + 3]
            if alias[:1] == ["as"]:
                del alias[0]
            if alias and alias[0] not in tables:
                aliases.setdefault(alias[0], tables[word])
    alias_of = qualifier.rpartition(".")[2].lower()
    possible = {aliases[alias_of]} if alias_of in aliases else set(aliases.values())
    where = f" in `{next(iter(possible))}`" if len(possible) == 1 else ""
    near = did_you_mean(column, [name for table in sorted(possible) for name in columns[table]])
    return f"no column `{name}`{where}{near}"


def position_of(name: str, statement: Statement) -> int | None:
    """Return where a name first stands in the query."""
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


class SqliteSchema(Schema, Protocol):
    """A SQLite file that knows its tables and functions."""

    def functions(self) -> list[str]:
        """Return the names of all functions."""

    def complaint(self, sql: str) -> str | None:
        """Return SQLite's error message about a statement, None where it accepts it."""


def explain_sqlite(message: str, statement: Statement, schema: SqliteSchema) -> StatementError:
    """Put SQLite's error message into words, and find the place that it means."""
    text = statement.text
    if match := _NEAR.fullmatch(message):
        return StatementError(message, _syntax_error(match["token"], message, statement, schema))
    if match := _UNKNOWN.fullmatch(message):
        start = text.find(match["text"])
        return StatementError(message, start if start >= 0 else None)
    if message == "incomplete input":
        return StatementError("the query ends too early", len(text.rstrip()))
    if match := _NAMED.match(message):
        name = match["name"] or match["function"] or match["collation"]
        at = position_of(name.rpartition(".")[2], statement)
        if match["what"] == "no such column":
            message = unknown_column(name, statement, schema)
        elif match["what"] == "no such table":
            message = unknown_table(name.removeprefix("main."), statement, schema)
        elif match["what"] == "no such function":
            message = f"no function `{name}`{did_you_mean(name, schema.functions())}"
        return StatementError(message, at)
    return StatementError(message)


def _syntax_error(
    token: str, message: str, statement: Statement, schema: SqliteSchema
) -> int | None:
    """Find the syntax error: the first place of the token up to which SQLite has the complaint."""
    candidates = [candidate for candidate in statement.tokens if candidate.text == token]
    explain = ""
    if statement.words and statement.words[0].text.lower() not in ("explain", "pragma"):
        explain = "explain "
    first = bisect_left(
        candidates,
        True,
        key=lambda end: schema.complaint(explain + statement.text[: end.end]) == message,
    )
    return candidates[first].start if first < len(candidates) else None
