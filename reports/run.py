"""Runs a report: checks and binds values, resolves names, and yields rows as they arrive."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import Any, cast

from sqlalchemy import Connection, Result, TextClause, text
from sqlalchemy.exc import DBAPIError

from database.errors import is_query_error
from database.statement import SqlStatement, StatementError, escape_colons, tokens
from output.page import Cell, Page
from reports.catalogue import SHIPPED
from reports.definition import NAMED, Parameter, Report, ReportError, Type, Value, day_of
from reports.resolve import UnknownNameError, look_up
from schema.escape import visible

Given = Value | Sequence[str]
"""What a parameter may be given; one that is repeated takes several names."""

AT_ONCE = 1_000
"""Rows fetched with one call: each call goes to another thread, so that Ctrl-C can interrupt it."""


class BadValueError(ReportError):
    """A value that a parameter does not accept; `parameter` is its name."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


@contextmanager
def run(
    connection: Connection, report: Report, arguments: Mapping[str, Given | None]
) -> Iterator[Page]:
    """Run a report; an argument that is None or missing takes its default.

    Raises BadValueError, and what `execute` raises.
    """
    with execute(connection, report, bind(connection, report, arguments)) as page:
        yield page


@contextmanager
def execute(connection: Connection, report: Report, values: Mapping[str, Value]) -> Iterator[Page]:
    """Run a report with the values that `bind` returns.

    The page's rows are read from the database as they are used, once, while the block lasts.
    Raises ReportError if the query fails, at once or between two rows, or if its columns differ
    from those of the header; and SQLAlchemy's DBAPIError if the database fails.
    """
    # PostgreSQL keeps the rows until they are fetched; SQLite always does.
    statement, values = _query(report, values)
    query = text(escape_colons(statement)).execution_options(
        stream_results=True, max_row_buffer=AT_ONCE
    )
    with ExitStack() as stack:
        if report.path.parent != SHIPPED:
            stack.enter_context(_reading_only(connection, report, statement, query, values))
        with _errors_name(report):
            result = connection.execute(query, values)
        stack.enter_context(result)  # closes the cursor, even if nobody reads all rows
        names, promised = list(result.keys()), [column.name for column in report.columns]
        if names != promised:
            raise ReportError(
                f"{report.path}: returns the columns {', '.join(names)}; "
                f"its header says {', '.join(promised)}"
            )
        rows = chain.from_iterable(_batches(result, report))
        yield Page(
            report.columns,
            rows,
            title=report.title,
            question=report.question,
            unit=report.unit,
            total=_total(connection, report, values),
            legend=[*report.legend, *_drafts(connection)],
            condensed=True,
        )


def _total(
    connection: Connection, report: Report, values: Mapping[str, Value]
) -> Callable[[], int] | None:
    """Return what counts the rows of the report without filters, if its captions say that.

    Only a report that ships: one of the user's own would have to pass the guard a second time.
    """
    if not report.out_of_all or report.path.parent != SHIPPED:
        return None
    required = {it.name: values[it.name] for it in report.parameters if it.required}
    unfiltered = bind(connection, report, required)
    if unfiltered == values:
        return None
    statement, used = _query(report, unfiltered)
    query = text(escape_colons(f"select count(*) from ({statement}) as everything"))  # noqa: S608 - ours
    return lambda: int(connection.execute(query, used).scalar_one())


def _drafts(connection: Connection) -> Iterator[str]:
    """Yield a sentence on how many facts nobody has reviewed, if there are any."""
    count = connection.execute(text("select count(*) from facts where draft")).scalar_one()
    if count:
        are = "fact is a draft" if count == 1 else "facts are drafts"
        yield f"{count:,} {are} that nobody has reviewed: “Draft” is in front of the sentence."


@contextmanager
def _reading_only(
    connection: Connection,
    report: Report,
    statement: str,
    query: TextClause,
    values: Mapping[str, Value],
) -> Iterator[None]:
    """Allow a report of the user's own no more than an ad hoc query."""
    from database.postgresql_guard import require_read_only
    from database.sqlite import driver_errors
    from database.sqlite_guard import Authorizer, require_names

    driver: Any = connection.connection.driver_connection
    dialect: Any = connection.dialect
    if dialect.name != "sqlite":
        # As the driver will send it: compiled by SQLAlchemy.
        sent = str(query.compile(dialect=dialect))
        try:
            if dialect.name == "postgresql":
                numbers = {name: f"${n}" for n, name in enumerate(values, 1)}
                require_read_only(driver, sent % numbers)
            else:
                driver.require_query(dialect.sent(sent), values)
        except StatementError as error:
            raise ReportError(f"{report.path}: {error}") from None
        yield
        return
    authorizer = Authorizer(driver)
    try:
        with driver_errors(connection.engine.url), _errors_name(report):
            require_names(driver, SqlStatement.read(statement, "sqlite"), values)
        yield
    except ReportError:
        if authorizer.refused is None:
            raise
        raise ReportError(f"{report.path}: {authorizer.refused}") from None
    finally:
        # Ctrl-C has closed the connection; a call that could not be stopped would block this.
        if not (connection.invalidated or driver.calls.abandoned):
            driver.set_authorizer(None)  # SQLAlchemy ends the transaction


def _batches(result: Result[Any], report: Report) -> Iterator[Sequence[Sequence[Cell]]]:
    with _errors_name(report):
        yield from result.partitions(AT_ONCE)


@contextmanager
def _errors_name(report: Report) -> Iterator[None]:
    """Turn an error of the query into a ReportError that names the report's file."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        if not is_query_error(error):
            raise
        reason = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        raise ReportError(f"{report.path}: {reason}") from error


def bind(
    connection: Connection,
    report: Report,
    arguments: Mapping[str, Given | None],
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Value]:
    """Check the arguments and return the values to bind. Raises BadValueError.

    `say` gets a line for each name that is not the heading of what it was understood as.
    """
    known = {parameter.name for parameter in report.parameters}
    for name in arguments:
        if name not in known:
            raise BadValueError(name, f"{report.name} has no such parameter")
    values = {}
    for parameter in report.parameters:
        given = arguments.get(parameter.name)
        if given is None or given == () or (parameter.type is Type.FLAG and not given):
            given = parameter.default
        if given is not None:
            values[parameter.name] = _bound(connection, parameter, given, say)
            if parameter.type is Type.DATE:
                values[day_of(parameter.name)] = parameter.day_number(cast("Value", given))
        elif parameter.required:
            raise BadValueError(parameter.name, "is required")
    for parameter in report.parameters:
        needs = parameter.needs if parameter.name in values else ()
        if needs and values.keys().isdisjoint(needs):
            options = " or ".join(it.option for it in report.parameters if it.name in needs)
            raise BadValueError(parameter.name, f"needs {options}")
    _require_order(values)
    for parameter in report.parameters:
        value = values.get(parameter.name)
        if value is not None and value == values.get(parameter.other_than or ""):
            raise BadValueError(
                parameter.name,
                f"both are {value}; name somebody else",
            )
    return values


def _require_order(values: Mapping[str, Value]) -> None:
    """Raise BadValueError if a period ends before it begins."""
    first, last = values.get(day_of("from")), values.get(day_of("to"))
    if isinstance(first, int) and isinstance(last, int) and last < first:
        message = f"{values['to']} is before --from, {values['from']}; swap them"
        raise BadValueError("to", message)


def _query(report: Report, values: Mapping[str, Value]) -> tuple[str, dict[str, Value]]:
    """Return the query for these values, and those that it uses: flags only choose lines.

    Where a parameter is repeated, each of its keys becomes a parameter: :document, :document_2.
    """
    repeated = {it.name for it in report.parameters if it.repeated}
    pieces, used = [], {}
    for token in tokens(report.statement(values), "portable"):
        name = token.text[1:]
        if token.kind != "parameter":
            pieces.append(token.text)
        elif name not in repeated:
            used[name] = values[name]
            pieces.append(token.text)
        else:
            keys = str(values[name]).split(",")
            names = [name, *(f"{name}_{n}" for n in range(2, len(keys) + 1))]
            used |= zip(names, keys, strict=True)
            pieces.append(", ".join(f":{it}" for it in names))
    return "".join(pieces), used


def query_with_values(report: Report, values: Mapping[str, Value]) -> str:
    """Return the query with these values in place of its parameters, below title and question.

    Text is quoted as in standard SQL, which SQLite and PostgreSQL both read.
    """
    query, used = _query(report, values)
    query = "".join(
        _literal(used[token.text[1:]]) if token.kind == "parameter" else token.text
        for token in tokens(query, "portable")
    )
    return _with_heading(report, query)


def query_with_names(report: Report, values: Mapping[str, Value]) -> str:
    """Return the query with its parameters as named ones, below title, question and these values.

    Like `query_with_values`, it leaves out what belongs to parameters without a value.
    """
    # A tool such as Datasette passes every value as text.
    integers = {f":{it.name}" for it in report.parameters if it.type is Type.INTEGER}
    integers |= {f":{day_of(it.name)}" for it in report.parameters if it.type is Type.DATE}
    query, used = _query(report, values)
    query = "".join(
        f"cast({token.text} as integer)" if token.text in integers else token.text
        for token in tokens(query, "portable")
    )
    comment = "".join(f"--   {visible(f':{name} = {value}')}\n" for name, value in used.items())
    return _with_heading(report, query, f"--\n{comment}" if comment else "")


def _with_heading(report: Report, query: str, comment: str = "") -> str:
    return f"-- {report.title}\n-- {report.question}\n{comment}\n{query.strip()};\n"


def _literal(value: Value) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value) if value >= 0 else f"({value})"  # two minus signs would start a comment


def _bound(
    connection: Connection, parameter: Parameter, given: Given, say: Callable[[str], None]
) -> Value:
    try:
        if parameter.repeated:
            names = [given] if isinstance(given, str) else cast("Sequence[str]", given)
            keys = [_key(connection, parameter, name, say) for name in names]
            return ",".join(dict.fromkeys(keys))
        value = cast("Value", given)
        if parameter.type in NAMED:
            return _key(connection, parameter, str(value), say)
        return parameter.value(value)
    except (ValueError, UnknownNameError) as error:
        raise BadValueError(parameter.name, str(error)) from None


def _key(
    connection: Connection, parameter: Parameter, name: str, say: Callable[[str], None]
) -> str:
    """Return the key of what a name means, and say so where it is not plain."""
    return look_up(connection, parameter.type, str(parameter.value(name)), say).key
