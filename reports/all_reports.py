"""All reports at once: a file for each with a page that lists them, or a single document."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import click
from sqlalchemy import Connection

from output.answer import answer
from output.destination import OutputError, destination
from output.formats import EXTENSIONS, FOR_PEOPLE, WITH_CITATIONS, Format
from output.html import FILTER, PAGE_END, answer_parts, escaped, page_start, paper
from output.markdown import markdown, one_line
from output.options import write
from output.page import Page, footer
from output.xlsx import xlsx_book
from reports.about import about, loaded, provenance
from reports.catalogue import Catalogue
from reports.contents import Contents, command, document_limit, in_order
from reports.definition import Report, ReportError
from reports.options import ReportOptions
from reports.row_evidence import NoEvidenceError, RowEvidence, text_not_kept
from reports.run import BadValueError, bind, execute
from schema.escape import visible

EXTENSION = {format: extension for extension, format in EXTENSIONS.items()}
INDEX = "index"
"""The name of the page that lists the files of a folder."""

FAILED = "This report failed."


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
        """Write into this folder or, if the name has the extension of a format, one document."""
        contents = self._contents()
        documents: dict[Format, Callable[[TextIO, Contents], int]] = {
            Format.MARKDOWN: self._markdown,
            Format.HTML: self._html,
            Format.XLSX: self._workbook,
        }
        if output.suffix.lower() in EXTENSIONS and not output.is_dir():
            if self._formats[0] not in documents:
                raise click.UsageError(
                    "--all writes a single document in markdown, html or xlsx; for other formats "
                    "name a folder"
                )
            with destination(output) as out:
                written = documents[self._formats[0]](out, contents)
        else:
            written = self._folder(output, contents)
        if self._textless:
            click.echo(visible(f"--words: {text_not_kept(self._textless)}"), err=True)
        click.echo(f"{visible(str(output))}: {footer(self._meta, written, 'report')}", err=True)

    def _contents(self) -> Contents:
        """Return the reports that need no values; name the others on stderr."""
        reports: list[Report] = []
        left_out: list[Report] = []
        for report in self._catalogue.each():
            if isinstance(report, ReportError):
                self._fail(str(report))
                continue
            needed = [parameter.option for parameter in report.parameters if parameter.required]
            (left_out if needed else reports).append(report)
            if needed:
                click.echo(f"{report.name}: left out, it needs {', '.join(needed)}", err=True)
        title = f"Reports: {loaded(self._connection)}"
        return Contents(in_order(reports), in_order(left_out), self._meta, title)

    def _folder(self, folder: Path, contents: Contents) -> int:
        """Write a file for each report and format, and the page that lists them."""
        _make_folder(folder)
        written = [report for report in contents.reports if self._files(folder, report)]
        contents = replace(contents, reports=written)
        linked = Format.HTML if Format.HTML in self._formats else self._formats[0]
        links = [f"{report.name}{EXTENSION[linked]}" for report in written]
        page = Format.HTML if linked is Format.HTML else Format.MARKDOWN
        with destination(folder / f"{INDEX}{EXTENSION[page]}") as out:
            if linked is Format.HTML:
                out.write(page_start(contents.title))
                out.writelines(contents.html(links))
                out.write(PAGE_END)
            else:
                out.writelines(contents.markdown(links))
        return len(written)

    def _files(self, folder: Path, report: Report) -> bool:
        """Write one report in every format; return whether that succeeded."""
        if report.name == INDEX:
            self._fail(f"{report.path}: {INDEX} is the page that lists the reports; rename it")
            return False
        try:
            for format in self._formats:
                path = folder / f"{report.name}{EXTENSION[format]}"
                in_json = format is Format.JSON and (self._options.meta or self._options.cite)
                with self._page(report, format) as page:
                    if format not in FOR_PEOPLE and not in_json:
                        page = replace(page, meta={})
                    raw = self._options.raw and format is Format.CSV
                    write(page, format, path, raw, meta=in_json, limit=self._options.limit)
        except (ReportError, OutputError) as error:
            self._fail(_message(report, error))
            return False
        return True

    def _markdown(self, out: TextIO, contents: Contents) -> int:
        out.writelines(contents.markdown([f"#{anchor}" for anchor in contents.anchors()]))

        def section(report: Report, page: Page | None) -> None:
            parts = ["\n"]
            if page is None:
                parts += [f"## {one_line(report.title)}\n\n{FAILED}\n"]
            else:
                parts += markdown(answer(page), 2)
            out.write("".join(parts))

        return self._each(contents, Format.MARKDOWN, section)

    def _html(self, out: TextIO, contents: Contents) -> int:
        anchors = dict(zip((it.name for it in contents.reports), contents.anchors(), strict=True))
        out.write(page_start(contents.title))
        out.writelines(contents.html([f"#{anchor}" for anchor in anchors.values()]))
        out.write(FILTER)

        def section(report: Report, page: Page | None) -> None:
            heading = f'<h2 id="{escaped(anchors[report.name])}">{escaped(report.title)}</h2>\n'
            if page is None:
                parts = ["<section>\n", heading, f"<p>{FAILED}</p>\n"]
            else:
                shown = answer(page)
                parts = [f"<section{paper(shown)}>\n", heading]
                parts += answer_parts(shown, box="", level=3)
            out.write("".join([*parts, "</section>\n"]))

        written = self._each(contents, Format.HTML, section)
        out.write(PAGE_END)
        return written

    def _workbook(self, out: TextIO, contents: Contents) -> int:
        with xlsx_book(out.buffer) as book:
            book.describe([("", ""), (contents.title, ""), *self._meta.items()])
            book.describe((command(it), "left out, it needs a value") for it in contents.left_out)

            def sheet(report: Report, page: Page | None) -> None:
                if page is None:
                    book.describe([("", ""), (report.title, ""), ("note", FAILED)])
                else:
                    book.add(answer(page), report.title)

            return self._each(contents, Format.XLSX, sheet)

    def _each(
        self, contents: Contents, format: Format, write: Callable[[Report, Page | None], None]
    ) -> int:
        """Pass the page of each report to `write`, None if it fails; count those that succeed."""
        written = 0
        for report in contents.reports:
            try:
                with self._page(report, format) as page:
                    limit = self._options.limit
                    page = replace(page, meta={})  # what all have in common is said once
                    if format is not Format.XLSX:
                        limit = document_limit(report, limit)
                    if limit:
                        all_rows = f"With all rows: {command(report)}"
                        page = replace(page, limit=limit, legend=[*page.legend, all_rows])
                    write(report, page)
                written += 1
            except ReportError as error:
                self._fail(_message(report, error))
                write(report, None)
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
