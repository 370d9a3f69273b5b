"""Sourcebook from Python, for scripts and notebooks: reports and SQL, with typed rows.

    import sourcebook

    with sourcebook.open("my.db") as book:
        for row in book.report("timeline", actor="lavrov"):
            print(row.date, row.sentence, row.passage)
        actors = book.sql("select key, name from actors where kind = :kind", {"kind": "state"})
        actors.to_pandas()

A book can only be read. What goes wrong raises `SourcebookError`, whose message is one line. This
module is the public interface; all other modules may change with any version.
"""

from __future__ import annotations

import os
from collections import namedtuple
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from adhoc.session import TIMEOUT, Session
from adhoc.values import Argument
from database.connect import reading
from database.errors import SourcebookError, how_to_install
from reports.catalogue import Catalogue
from reports.definition import Report, ReportError
from reports.run import BadValueError, Given, bind, execute
from schema.escape import visible

if TYPE_CHECKING:
    import pandas

__all__ = ["Book", "Column", "Rows", "SourcebookError", "open"]


class Column(NamedTuple):
    """A column of an answer."""

    name: str
    type: str
    """In a report text, integer, real, date (EDTF), day, passage or documents; in an answer to SQL
    the database's own name for it; empty on SQLite."""
    meaning: str = ""
    """What it holds, in a report."""


class Rows(Sequence[Any]):
    """The rows of an answer: named tuples, with a field for each column.

    A column whose name isn't a Python name, or occurs twice, is named by its place: `_0`, `_1`.
    Values are int, float, bool, str, bytes or None; on other engines than SQLite also Decimal, and
    lists for arrays.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Any]],
        *,
        title: str = "",
        notes: Sequence[str] = (),
    ) -> None:
        self.columns = tuple(columns)
        self.title = title
        """What the rows are, in a report."""
        self.notes = tuple(notes)
        """What names were understood as, a sentence each."""
        row: Any = namedtuple("Row", [it.name for it in columns], rename=True)  # type: ignore[misc]
        self._rows = [row._make(values) for values in rows]

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        return self._rows[index]

    def __repr__(self) -> str:
        names = ", ".join(column.name for column in self.columns)
        return f"<{len(self)} rows: {names}>"

    def to_pandas(self) -> pandas.DataFrame:
        """Return the rows as a data frame; integers stay integers beside missing values.

        Raises SourcebookError if pandas is not installed.
        """
        try:
            import pandas
        except ModuleNotFoundError:
            raise SourcebookError(f"to_pandas() needs pandas: {how_to_install('pandas')}") from None
        names = [column.name for column in self.columns]
        return pandas.DataFrame.from_records(self._rows, columns=names).convert_dtypes()


class Book:
    """A sourcebook that was opened; close it, or use it with `with`.

    Each answer is read from the state that the database has at that moment.
    """

    def __init__(self, database: str, reports: Path | None, timeout: float | None) -> None:
        self._database = database
        self._catalogue = Catalogue.of(reports)
        self._timeout = timeout
        self._session: Session | None = Session(database)

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the rows of earlier answers remain."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def reports(self) -> dict[str, str]:
        """Return the names of all reports, each with the question that it answers."""
        return {report.name: report.question for report in self._catalogue.reports()}

    def report(self, name: str, /, **arguments: Any) -> Rows:
        """Run a report.

        Arguments are the report's options, written with `_` for `-`, and an `_` after a word of
        Python's: `from_="2015"`. Their values are text, int, date, True for a switch, and a list
        where an option may be repeated. Names of actors, places, topics, events and documents are
        resolved as on the command line.
        """
        report = self._catalogue.report(name)
        given = {key.removesuffix("_"): _given(key, value) for key, value in arguments.items()}
        notes: list[str] = []
        self._opened()
        with reading(self._database, self._timeout) as connection:
            try:
                values = bind(connection, report, given, notes.append)
            except BadValueError as error:
                raise ReportError(_explained(report, error)) from None
            with execute(connection, report, values) as page:
                columns = [Column(it.name, it.type, it.meaning) for it in page.columns]
                return Rows(columns, page.rows, title=page.title, notes=notes)

    def sql(self, query: str, arguments: Mapping[str, Argument] | None = None) -> Rows:
        """Run one SQL query that reads; `arguments` holds a value for each `:name` in it."""
        with self._opened().ask(query, arguments, self._timeout) as result:
            return Rows([Column(it.name, it.type) for it in result.columns], result.rows)

    def _opened(self) -> Session:
        if self._session is None:
            raise SourcebookError("the book is closed; open it again")
        return self._session


def open(
    database: str | os.PathLike[str] | None = None,
    *,
    reports: str | os.PathLike[str] | None = None,
    timeout: float | None = TIMEOUT,
) -> Book:
    """Open a sourcebook for reading, or for SQL any other database that `sourcebook sql` reads.

    `database` is a path or a URL, as --db takes it. Without one, it is what SOURCEBOOK_DB says, or
    sourcebook.db in the current folder. `reports` is a folder with reports of your own. `timeout`
    limits the time that the database takes for an answer, in seconds; None: no limit.

    Raises SourcebookError if there is no such database.
    """
    name = os.fspath(database or os.environ.get("SOURCEBOOK_DB") or "sourcebook.db")
    book = Book(name, Path(reports) if reports else None, timeout)
    book.sql("select 1 as opened")
    return book


def _given(name: str, value: Any) -> Given | None:
    """Return an argument as reports take it. Raises ReportError."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set):
        return tuple(map(str, value))
    raise ReportError(
        f"{name}: takes no {type(value).__name__}; give text, an integer, a date, True or a list"
    )


def _explained(report: Report, error: BadValueError) -> str:
    """Return the message with the parameter's name; if it is unknown, list those that exist."""
    known = [parameter.name for parameter in report.parameters]
    if error.parameter in known:
        return f"{error.parameter}: {error}"
    names = f"; it takes {', '.join(known)}" if known else ""
    return visible(f"{error.parameter}: {error}{names}")
