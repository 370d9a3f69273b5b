"""A report's SQL with the values in it, to be pasted into any other tool. Imports no SQLAlchemy."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reports.definition import Report, Value

# What SQLAlchemy's text() takes for a parameter, and the backslash that keeps it from doing so.
_PARAMETER = re.compile(r"\\(?P<kept>:)|(?<![:\w\\]):(?P<name>\w+)(?!:)")


def pasted(report: Report, values: Mapping[str, Value]) -> str:
    """Give the query that answers with these values, title and question above it.

    `values` are those that are bound. Text stands in it as standard SQL quotes it, which SQLite and
    PostgreSQL read alike.
    """

    def put(found: re.Match[str]) -> str:
        return found["kept"] or literal(values[found["name"]])

    query = _PARAMETER.sub(put, report.statement(values)).strip()
    return f"-- {report.title}\n-- {report.question}\n\n{query};\n"


def literal(value: Value) -> str:
    """Give a value as SQL writes it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value) if value >= 0 else f"({value})"  # a minus before it would make a comment
