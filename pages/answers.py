"""What a picture draws: the rows of a report, and what the answer says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from output.page import Cell, LinkedCitation, Page
from reports.about import about
from reports.catalogue import Catalogue
from reports.definition import Report, Value
from reports.members import left_out
from reports.run import Given, bind, execute

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ReportAnswer:
    """The rows of a report, and its page without them."""

    rows: Sequence[Row]
    page: Page
    values: Mapping[str, Value]
    lanes: Mapping[str, str] = field(default_factory=dict)
    """Why rows are in lanes, by the title of the lane: a row has it as `acting_for`."""

    @property
    def subject(self) -> str:
        """Whom or what it is about, if that was asked: what follows the report's title."""
        return self.page.title.partition(": ")[2]

    @property
    def filters(self) -> str:
        """What narrows the rows, in words."""
        return self.page.filters

    def origin(self, same: str) -> str:
        """Return the last line of a picture: the document, the data, and the same as a table."""
        document = self.page.document
        address = document.address if isinstance(document, LinkedCitation) else ""
        content = self.page.meta["content"][:12]
        source = f"Source: {document}{f', {address}' if address else ''}. " if document else ""
        return f"{source}¶: passage of the document. Content {content}. {same}"

    @property
    def command(self) -> str:
        """The command that prints the rows as a table."""
        return self.page.meta["command"]


def ask(
    connection: Connection,
    name: str,
    given: Mapping[str, Given | None],
    say: Callable[[str], None] = lambda _: None,
) -> ReportAnswer:
    """Run one of our reports with those of the arguments that it takes.

    `say` gets a line on how a name was understood, and on who is left out. Raises BadValueError.
    """
    report = Catalogue.of(None).report(name)
    taken = {it.name: given.get(it.name) for it in report.parameters}
    values = bind(connection, report, taken, say)
    for line in left_out(connection, report, values):
        say(line)
    with execute(connection, report, values) as page:
        rows = [_named(report, row) for row in page.rows]
    return ReportAnswer(rows, about(connection, page, report, values, taken), values)


def _named(report: Report, row: Sequence[Cell]) -> Row:
    return {column.name: value for column, value in zip(report.columns, row, strict=True)}


def published(connection: Connection) -> dict[str, int]:
    """Return the day of publication of each document, as a day number; a year or month its last."""
    from schema.edtf import Edtf, EdtfError

    query = text(
        "select sources.key, sources.published from codings "
        "join sources on sources.id = codings.document_id where published is not null"
    )
    days = {}
    for key, date in connection.execute(query):
        try:
            last = Edtf.parse(date).last_day
        except EdtfError:
            continue
        if last is not None:
            days[key] = last
    return days


def passages(passage: str | None) -> str:
    """Return passages as a label has them: ¶2, 10; with several documents article ¶2, 10."""
    parts: list[str] = []
    document = ""
    for part in (passage or "no passage").split("; "):
        before, mark, number = part.rpartition("¶")
        if mark and parts and before == document:
            parts[-1] += f", {number}"
        else:
            parts.append(part)
        document = before
    return "; ".join(parts)
