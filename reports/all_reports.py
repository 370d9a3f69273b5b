"""All reports at once: a file for each, or a single document with a table of contents."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path

import click
from sqlalchemy import Connection

from output.destination import OutputError, destination
from output.formats import FOR_PEOPLE, WITH_CITATIONS, Format, render
from output.markdown import markdown_text
from output.page import Page, footer
from reports.about import about, provenance
from reports.catalogue import Catalogue
from reports.definition import Report, ReportError
from reports.options import ReportOptions
from reports.row_evidence import NoEvidenceError, RowEvidence, text_not_kept
from reports.run import BadValueError, bind, execute
from schema.escape import visible

EXTENSIONS = {Format.TABLE: "txt", Format.MARKDOWN: "md"}
"""Where a file's extension isn't the name of its format."""


class AllReports:
    """Writes all reports of a catalogue with their defaults; if one fails, the others go on."""

    def __init__(
        self, connection: Connection, catalogue: Catalogue, options: ReportOptions
    ) -> None:
        self.failed = 0
        self._connection = connection
        self._catalogue = catalogue
        self._options = options
        self._formats = [Format(format) for format in options.format]
        self._meta = provenance(connection)
        self._textless: set[str] = set()

    def write(self, output: Path) -> None:
        """Write into this folder, or into a single document."""
        reports = list(self._reports())
        if self._is_document(output):
            written = self._document(output, reports)
        else:
            _make_folder(output)
            written = sum([self._files(output, report) for report in reports])
        if self._textless:
            click.echo(visible(text_not_kept(self._textless)), err=True)
        click.echo(f"{visible(str(output))}: {footer(self._meta, written, 'report')}", err=True)

    def _is_document(self, output: Path) -> bool:
        return (
            self._formats == [Format.MARKDOWN]
            and not output.is_dir()
            and (bool(output.suffix) or output.exists())
        )

    def _reports(self) -> Iterator[Report]:
        """Yield the reports that need no values; name the others on stderr."""
        for report in self._catalogue.each():
            if isinstance(report, ReportError):
                self._fail(str(report))
                continue
            needed = [parameter.option for parameter in report.parameters if parameter.required]
            if needed:
                click.echo(f"{report.name}: left out, it needs {', '.join(needed)}", err=True)
            else:
                yield report

    def _files(self, folder: Path, report: Report) -> bool:
        """Write one report in every format; return whether that succeeded."""
        try:
            for format in self._formats:
                path = folder / f"{report.name}.{EXTENSIONS.get(format, format)}"
                in_json = format is Format.JSON and (self._options.meta or self._options.cite)
                with self._page(report, format) as page, destination(path) as out:
                    if format not in FOR_PEOPLE and not in_json:
                        page = replace(page, meta={})
                    render(page, format, out, raw=self._options.raw)
        except (ReportError, OutputError) as error:
            self._fail(_message(report, error))
            return False
        return True

    def _document(self, path: Path, reports: Sequence[Report]) -> int:
        """Write all reports into one document and return how many succeeded."""
        written = 0
        with destination(path) as out:
            out.write("# Reports\n\n")
            out.write(f"*{markdown_text(footer(self._meta, len(reports), 'report'))}*\n\n")
            out.write("## Contents\n\n")
            anchors = _anchors(["Reports", "Contents", *(report.title for report in reports)])[2:]
            for report, anchor in zip(reports, anchors, strict=True):
                title, question = markdown_text(report.title), markdown_text(report.question)
                out.write(f"- [{title}](#{anchor}): {question}\n")
            for report in reports:
                title, question = markdown_text(report.title), markdown_text(report.question)
                out.write(f"\n## {title}\n\n{question}\n\n")
                section = StringIO()  # so that a report which fails half-way leaves no rows
                try:
                    with self._page(report, Format.MARKDOWN) as page:
                        render(page, Format.MARKDOWN, section)
                except ReportError as error:
                    self._fail(_message(report, error))
                    out.write("This report failed.\n")
                else:
                    out.write(section.getvalue())
                    written += 1
        return written

    @contextmanager
    def _page(self, report: Report, format: Format) -> Iterator[Page]:
        """Run a report in a savepoint: a failure leaves the common snapshot intact."""
        values = bind(self._connection, report, {})
        with self._connection.begin_nested(), execute(self._connection, report, values) as page:
            page = about(self._connection, page, report, values, {})
            cite = self._options.cite and format in WITH_CITATIONS
            try:
                evidence = RowEvidence(report) if cite or self._options.words else None
            except NoEvidenceError:
                evidence = None
            if evidence:
                page = evidence.page(self._connection, page, cite=cite, words=self._options.words)
            yield page
            if evidence:
                self._textless |= evidence.textless

    def _fail(self, message: str) -> None:
        self.failed += 1
        click.echo(f"Error: {visible(message)}", err=True)


def _message(report: Report, error: Exception) -> str:
    if isinstance(error, BadValueError):
        return f"{report.path}: {error.parameter}: {error}"
    return str(error)


def _make_folder(folder: Path) -> None:
    """Make the folder unless it exists. Raises OutputError."""
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError:
        raise OutputError(f"{folder}: is a file; name a folder") from None
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror or error}") from error


def _anchors(headings: Sequence[str]) -> list[str]:
    """Return the anchor that GitHub gives each heading."""
    anchors: list[str] = []
    for heading in headings:
        plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        anchor, n = plain, 0
        while anchor in anchors:
            n += 1
            anchor = f"{plain}-{n}"
        anchors.append(anchor)
    return anchors
