"""What is wrong with a query: the place, and the name that was probably meant.

PostgreSQL reports the place. SQLite only names a word, which is then looked for in the query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wcwidth import wcswidth

from database.statement import SqlStatement, StatementError
from schema.escape import visible
from schema.suggest import did_you_mean

WIDTH = 76
"""How many characters of a long line are shown."""


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


def unknown_table(name: str, statement: SqlStatement, columns: Mapping[str, Sequence[str]]) -> str:
    """Say that there is no such table, and which was probably meant."""
    if position_of(name.rpartition(".")[2], statement) is None:
        return f"a view that the query reads needs `{name}`, which does not exist"
    hint = did_you_mean(name, columns, "; `sourcebook tables` lists all")
    return f"no table `{name}`{hint}"


def unknown_column(name: str, statement: SqlStatement, columns: Mapping[str, Sequence[str]]) -> str:
    """Say that the tables of the query have no such column, and list those that they have."""
    qualifier, _, column = name.rpartition(".")
    aliases = _aliases(statement, columns)
    alias = qualifier.rpartition(".")[2].lower()
    tables = sorted({aliases[alias]} if alias in aliases else set(aliases.values()))
    where = f" in `{tables[0]}`" if len(tables) == 1 else ""
    hint = did_you_mean(column, [name for table in tables for name in columns[table]])
    parts = [f"no column `{name}`{where}{hint}"]
    if not qualifier and any(token.name == column for token in statement.double_quoted):
        text = column.replace("'", "''")
        parts.append(f"double quotes are for names: write '{text}' if it is text")
    if not qualifier or alias in aliases:
        parts += [f"`{table}` has {', '.join(columns[table])}" for table in tables]
    return "; ".join(parts).replace("?; ", "? ")


def _aliases(statement: SqlStatement, columns: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the query's tables by name and alias, in lower case."""
    tables = {table.lower(): table for table in columns}
    aliases: dict[str, str] = {}
    words = [word.name.lower() for word in statement.words]
    for n, word in enumerate(words):
        if word in tables:
            aliases[word] = tables[word]
            alias = words[n + 1 : n + 3]
            if alias[:1] == ["as"]:
                del alias[0]
            if alias and alias[0] not in tables:
                aliases.setdefault(alias[0], tables[word])
    return aliases


def position_of(name: str, statement: SqlStatement) -> int | None:
    """Return where a name first occurs in the query."""
    for word in statement.words:
        if word.name.lower() == name.lower():
            return word.start
    return None
