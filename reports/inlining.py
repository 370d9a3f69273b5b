"""A report's SQL with the values in it, for pasting into any other tool. Imports no SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping

from database.statement import tokens
from reports.definition import Report, Value


def inline_values(report: Report, values: Mapping[str, Value]) -> str:
    """Return the query with these values in place of its parameters, below title and question.

    Text is quoted as in standard SQL, which SQLite and PostgreSQL both read.
    """
    query = "".join(
        sql_literal(values[token.text[1:]]) if token.kind == "parameter" else token.text
        for token in tokens(report.statement(values), "portable")
    ).strip()
    return f"-- {report.title}\n-- {report.question}\n\n{query};\n"


def sql_literal(value: Value) -> str:
    """Return a value as SQL writes it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value) if value >= 0 else f"({value})"  # two minus signs would start a comment
