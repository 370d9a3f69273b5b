"""Saves an ad hoc query as a report: a header for the user to fill in, and the SQL.

The file is written only after the report has run on the database, and never over another file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from adhoc.printing import look_ahead
from adhoc.session import Session
from adhoc.values import Cells, SqlParameter
from database.connect import reading
from database.statement import SqlStatement, StatementError
from reports.catalogue import Catalogue
from reports.definition import ReportError
from reports.header import HeaderError, parse
from reports.run import run

KINDS = {"": "text", "text": "text", "int": "integer", "date": "date"}
"""A report's names for the types of -p that it can take."""


def save_report(
    database: str,
    name: str,
    folder: Path,
    sql: str,
    parameters: Sequence[SqlParameter],
    timeout: float | None,
) -> Path:
    """Write a query as `folder/NAME.sql` and return the path; values of -p become the defaults.

    Raises StatementError where the query, or the report made from it, does not run; ReportError
    where a report has that name, or the folder or file is unusable; DatabaseError where no report
    runs on the database.
    """
    path = folder / f"{name}.sql"
    if not re.fullmatch(r"\w[\w-]*", name):
        raise ReportError(f"{name!r} cannot be the name of a report; use letters, digits, - and _")
    catalogue = Catalogue.of(folder)
    if name in catalogue.files:
        raise ReportError(
            f"{catalogue.files[name][0]}: there already is a report {name}; choose another name"
        )
    arguments = {parameter.name: parameter.value for parameter in parameters}
    with Session(database) as session, session.ask(sql, arguments, timeout) as result:
        query = SqlStatement.read(sql, session.engine).text.strip()
        names = [column.name for column in result.columns]
        cells = Cells(result.columns, sizes=False, characters=1)
        types, _ = look_ahead(len(names), result.rows, cells)
        columns = list(zip(names, types, strict=True))
    for column, _ in columns:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", column):
            raise StatementError(
                f"the name of a report's column has only lower-case letters, digits and _: rename "
                f"{column!r} with `… as name`"
            )
    text = f"{_header(name, parameters, columns)}\n{query}\n"
    try:
        report = parse(path, text)
    except HeaderError as fault:
        line = text.split("\n")[fault.line - 1].strip() if fault.line else ""
        raise StatementError(
            f"no report can be made of this: {fault}; the line is: {line}"
        ) from None
    required = {parameter.name for parameter in report.parameters if parameter.required}
    given = {
        parameter.name: parameter.text for parameter in parameters if parameter.name in required
    }
    with reading(database, timeout) as connection, run(connection, report, given) as page:
        list(islice(page.rows, 1))
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise ReportError(f"{path}: {(error.strerror or 'unusable').lower()}") from None
    return path


def _header(
    name: str, parameters: Sequence[SqlParameter], columns: Sequence[tuple[str, str]]
) -> str:
    """Write a header with placeholders for the words."""
    lines = [name.replace("-", " ").replace("_", " ").capitalize(), "What does it answer?"]
    if parameters:
        lines += ["", "Parameters", *_aligned(map(_parameter, parameters))]
    lines += ["", "Columns", *_aligned((name, kind, "what it holds") for name, kind in columns)]
    return "\n".join(f"-- {line}".rstrip() for line in lines) + "\n"


def _parameter(parameter: SqlParameter) -> tuple[str, str, str]:
    name, type, text, _ = parameter
    if type not in KINDS:
        raise StatementError(
            f"a report cannot have a parameter of type {type}, as :{name} is; use text, int or "
            "date, and cast it in the query"
        )
    plain = text.isprintable() and text == text.strip() and "  " not in text
    default = f"default {text}" if text and plain else "required"
    return name, f"{KINDS[type]}, {default}", "what it chooses"


def _aligned(entries: Iterable[tuple[str, str, str]]) -> list[str]:
    rows = list(entries)
    widths = [max(len(row[n]) for row in rows) for n in range(2)]
    return [f"  {row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}" for row in rows]
