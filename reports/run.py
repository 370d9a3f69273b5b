"""Runs a report: values checked and bound, names resolved, rows handed on as they come."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, Result, TextClause, text
from sqlalchemy.exc import DBAPIError

from database.statement import StatementError, escape_colons
from output.page import Cell, Page
from reports.catalogue import SHIPPED
from reports.definition import NAMED, Parameter, Report, ReportError, Value
from reports.resolve import UnknownNameError, resolve


class BadValueError(ReportError):
    """A value that a parameter does not take; the message says why, `parameter` which."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


@contextmanager
def run(
    connection: Connection, report: Report, arguments: Mapping[str, Value | None]
) -> Iterator[Page]:
    """Ask a report; what is None or missing takes its default, or was not asked for.

    Raises BadValueError, and what `answered` does.
    """
    with answered(connection, report, bound(connection, report, arguments)) as page:
        yield page


@contextmanager
def answered(connection: Connection, report: Report, values: Mapping[str, Value]) -> Iterator[Page]:
    """Ask a report with the values that `bound` gives.

    The rows of the page are read from the database as they are used, once, while the block lasts.
    Raises ReportError where the query fails, be it between two rows, or gives other columns than
    the header says.
    """
    # Rows stay on PostgreSQL's side until they are asked for; SQLite knows no other way.
    query = text(escape_colons(report.statement(values))).execution_options(
        stream_results=True, max_row_buffer=1000
    )
    with ExitStack() as stack:
        if report.path.parent != SHIPPED:
            stack.enter_context(_reading_only(connection, report, query, values))
        with _naming(report):
            result = connection.execute(query, values)
        stack.enter_context(result)  # gives the cursor back, even if nobody reads it to its end
        names, promised = list(result.keys()), [column.name for column in report.columns]
        if names != promised:
            raise ReportError(
                f"{report.path}: gives the columns {', '.join(names)}; "
                f"its header says {', '.join(promised)}"
            )
        rows = _rows(result, report)
        yield Page(report.columns, rows, title=report.title, question=report.question)


@contextmanager
def _reading_only(
    connection: Connection, report: Report, query: TextClause, values: Mapping[str, Value]
) -> Iterator[None]:
    """Hold a report of the user's own to what an ad hoc query may do."""
    from database.guard import Authorizer, require_read_only

    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        # As the driver will send it: what SQLAlchemy makes of it, with numbers for the names.
        sent = str(query.compile(dialect=connection.dialect))
        try:
            require_read_only(driver, sent % {name: f"${n}" for n, name in enumerate(values, 1)})
        except StatementError as error:
            raise ReportError(f"{report.path}: {error}") from None
        yield
        return
    authorizer = Authorizer(driver)
    try:
        yield
    except ReportError:
        if authorizer.refused is None:
            raise
        raise ReportError(f"{report.path}: {authorizer.refused}") from None
    finally:
        driver.set_authorizer(None)  # SQLAlchemy ends the transaction


def _rows(result: Result[Any], report: Report) -> Iterator[Sequence[Cell]]:
    with _naming(report):
        yield from result


@contextmanager
def _naming(report: Report) -> Iterator[None]:
    """Name the file of a query that fails."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise ReportError(f"{report.path}: {reason}") from error


def several(connection: Connection) -> bool:
    """Say whether more than one document has been loaded: then ¶4 alone says little."""
    return len(connection.execute(text("select 1 from codings limit 2")).all()) > 1


def standing(connection: Connection) -> dict[str, str]:
    """Say from which data rows are: the content hash, as the last load left it, and the database.

    The database is called by its name alone: what is printed tells nobody's folders or servers.
    """
    query = text("select content_hash from loads order by id desc limit 1")
    content = connection.execute(query).scalar()
    name = PurePath(connection.engine.url.database or "").name
    return {"content": content or "none", "database": name}


def bound(
    connection: Connection, report: Report, arguments: Mapping[str, Value | None]
) -> dict[str, Value]:
    """Give the values to bind. Raises BadValueError."""
    known = {parameter.name for parameter in report.parameters}
    for name in arguments:
        if name not in known:
            raise BadValueError(name, f"{report.name} has no such parameter")
    values = {}
    for parameter in report.parameters:
        given = arguments.get(parameter.name)
        if given is None:
            given = parameter.default
        if given is not None:
            values[parameter.name] = _bound(connection, parameter, given)
        elif parameter.required:
            raise BadValueError(parameter.name, "is required")
    begins, ends = values.get("from"), values.get("to")
    if begins is not None and ends is not None and str(ends) < str(begins):
        raise BadValueError("to", f"{ends} is before --from, {begins}; turn them round")
    return values


def _bound(connection: Connection, parameter: Parameter, given: Value) -> Value:
    try:
        value = parameter.value(given)
        if parameter.type in NAMED:
            return resolve(connection, parameter.type, str(value))
    except (ValueError, UnknownNameError) as error:
        raise BadValueError(parameter.name, str(error)) from None
    return value
