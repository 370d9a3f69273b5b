"""Makes a report of one's own of an ad hoc query: its header, to be filled in, and its SQL.

The file is written only once the report has run on the database, and never over another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from adhoc.command import AHEAD, types
from adhoc.parameters import Parameter
from adhoc.session import Session
from database.connect import reading
from database.statement import Statement, StatementError
from reports.catalogue import Catalogue
from reports.definition import Report, ReportError
from reports.header import HeaderError, parse
from reports.run import run

KINDS = {"": "text", "text": "text", "int": "integer", "date": "date"}
"""What a report's header calls the types of -p that a report has too."""


def save(
    database: str,
    name: str,
    folder: Path,
    sql: str,
    parameters: Sequence[Parameter],
    timeout: float | None,
) -> Path:
    """Write a query as `folder/NAME.sql` and give that path; what -p gave becomes the default.

    Raises StatementError where the query, or a report made of it, does not run; ReportError where
    there is a report of that name, or the folder or the file cannot be had; DatabaseError where
    the database is none that a report runs on.
    """
    path = folder / f"{name}.sql"
    if not re.fullmatch(r"\w[\w-]*", name):
        raise ReportError(f"{name!r} is no name of a report; letters, digits, - and _ make one")
    catalogue = Catalogue.of(folder)
    if name in catalogue.files:
        raise ReportError(
            f"{catalogue.files[name][0]}: there is a report {name}; choose another name"
        )
    values = {one.name: one.value for one in parameters}
    with Session(database) as session, session.ask(sql, values, timeout) as answer:
        query = Statement.read(sql, session.engine).text.strip()
        kinds = types(answer.columns, list(islice(answer.rows, AHEAD)))
        columns = list(zip([one.name for one in answer.columns], kinds, strict=True))
    for column, _ in columns:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", column):
            raise StatementError(
                f"a report's columns are called by small letters, digits and _: give {column!r} "
                "such a name, `… as name`"
            )
    text = f"{_header(name, parameters, columns)}\n{query}\n"
    try:
        report = Report(name, path, *parse(text))
    except HeaderError as fault:
        line = text.split("\n")[fault.line - 1].strip() if fault.line else ""
        raise StatementError(f"this makes no report: {fault}; the line is: {line}") from None
    needed = {one.name for one in report.parameters if one.required}
    given = {one.name: one.said for one in parameters if one.name in needed}
    with reading(database) as connection, run(connection, report, given) as page:
        list(islice(page.rows, 1))
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise ReportError(f"{path}: {(error.strerror or 'unusable').lower()}") from None
    return path


def _header(name: str, parameters: Sequence[Parameter], columns: Sequence[tuple[str, str]]) -> str:
    """Write a header in which the words are still to be put."""
    lines = [name.replace("-", " ").replace("_", " ").capitalize(), "What does it answer?"]
    if parameters:
        lines += ["", "Parameters", *_entries([_parameter(one) for one in parameters])]
    lines += ["", "Columns", *_entries([(one, kind, "what it holds") for one, kind in columns])]
    return "\n".join(f"-- {line}".rstrip() for line in lines) + "\n"


def _parameter(one: Parameter) -> tuple[str, str, str]:
    if one.type not in KINDS:
        raise StatementError(
            f"a report has no parameter of type {one.type}, as :{one.name} is; it is text, int or "
            "date, and the query can cast it"
        )
    plain = one.said.isprintable() and one.said == one.said.strip() and "  " not in one.said
    default = f"default {one.said}" if one.said and plain else "required"
    return one.name, f"{KINDS[one.type]}, {default}", "what it chooses"


def _entries(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    widths = [max(len(row[n]) for row in rows) for n in range(2)]
    return [f"  {row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}" for row in rows]
