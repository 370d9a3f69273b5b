"""A report's SQL with the values in it, to be pasted into any other tool. Imports no SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping

from database.statement import tokens
from reports.definition import Report, Value


def pasted(report: Report, values: Mapping[str, Value]) -> str:
    """Give the query that answers with these values, title and question above it.

    `values` are those that are bound. Text stands in it as standard SQL quotes it, which SQLite and
    PostgreSQL read alike.
    """
    query = "".join(
        literal(values[token.text[1:]]) if token.kind == "parameter" else token.text
        for token in tokens(report.statement(values), "portable")
    ).strip()
    return f"-- {report.title}\n-- {report.question}\n\n{query};\n"


def literal(value: Value) -> str:
    """Give a value as SQL writes it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value) if value >= 0 else f"({value})"  # a minus before it would make a comment
