"""All reports at once: a file each, or one document with contents."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path

import click
from sqlalchemy import Connection

from output.destination import OutputError, destination
from output.formats import WITH_CITATIONS, WITH_META, Format, render
from output.markdown import markdown_text
from output.page import Page, footer
from reports.catalogue import Catalogue
from reports.definition import Report, ReportError
from reports.grounds import Grounds, NoGroundsError, unkept
from reports.run import BadValueError, run, standing
from schema.escape import visible

ENDINGS = {Format.TABLE: "txt", Format.MARKDOWN: "md"}
"""How files are called; those of the other formats as the format is."""


@dataclass
class Every:
    """Writes all reports of a catalogue, with their defaults; one that fails stops no other."""

    connection: Connection
    catalogue: Catalogue
    formats: Sequence[Format]
    raw: bool = False
    cite: bool = False
    words: bool = False
    meta: bool = False
    failed: int = 0
    textless: set[str] = field(default_factory=set)
    data: dict[str, str] = field(default_factory=dict)

    def write(self, output: Path) -> None:
        """Write into this folder, or into one document."""
        self.data = standing(self.connection)
        reports = list(self._reports())
        if self._is_document(output):
            written = self._document(output, reports)
        else:
            _make(output)
            written = sum([self._files(output, report) for report in reports])
        if self.textless:
            click.echo(visible(unkept(self.textless)), err=True)
        click.echo(f"{visible(str(output))}: {footer(self.data, written, 'report')}", err=True)

    def _is_document(self, output: Path) -> bool:
        return (
            list(self.formats) == [Format.MARKDOWN]
            and not output.is_dir()
            and (bool(output.suffix) or output.exists())
        )

    def _reports(self) -> Iterator[Report]:
        """Give the reports that can be asked without more; say which cannot."""
        for report in self.catalogue.each():
            if isinstance(report, ReportError):
                self._fail(str(report))
                continue
            needed = [f"--{one.name}" for one in report.parameters if one.required]
            if needed:
                click.echo(f"{report.name}: left out, it needs {', '.join(needed)}", err=True)
            else:
                yield report

    def _files(self, folder: Path, report: Report) -> bool:
        """Write one report in every format; say whether that was done."""
        try:
            for format in self.formats:
                path = folder / f"{report.name}.{ENDINGS.get(format, format)}"
                carried = format in WITH_META or (
                    format is Format.JSON and (self.meta or self.cite)
                )
                with self._page(report, format) as page, destination(path) as out:
                    page = replace(page, meta=self.data if carried else {})
                    render(page, format, out, raw=self.raw)
        except (ReportError, OutputError) as error:
            self._fail(_said(report, error))
            return False
        return True

    def _document(self, path: Path, reports: Sequence[Report]) -> int:
        """Write all into one document; give how many that were."""
        written = 0
        with destination(path) as out:
            out.write("# Reports\n\n")
            out.write(f"*{markdown_text(footer(self.data, len(reports), 'report'))}*\n\n")
            out.write("## Contents\n\n")
            anchors = _anchors(["Reports", "Contents", *(one.title for one in reports)])[2:]
            for report, anchor in zip(reports, anchors, strict=True):
                title, question = markdown_text(report.title), markdown_text(report.question)
                out.write(f"- [{title}](#{anchor}): {question}\n")
            for report in reports:
                out.write(
                    f"\n## {markdown_text(report.title)}\n\n{markdown_text(report.question)}\n\n"
                )
                section = StringIO()  # of one that fails half-way nothing is to stand there
                try:
                    with self._page(report, Format.MARKDOWN) as page:
                        render(page, Format.MARKDOWN, section)
                except ReportError as error:
                    self._fail(_said(report, error))
                    out.write("This report failed.\n")
                else:
                    out.write(section.getvalue())
                    written += 1
        return written

    @contextmanager
    def _page(self, report: Report, format: Format) -> Iterator[Page]:
        """Ask a report. What fails is undone alone: all are answered from one state."""
        with self.connection.begin_nested(), run(self.connection, report, {}) as page:
            cite = self.cite and format in WITH_CITATIONS
            try:
                grounds = Grounds(report) if cite or self.words else None
            except NoGroundsError:
                grounds = None
            if grounds:
                page = grounds.page(self.connection, page, cite=cite, words=self.words)
            yield page
            if grounds:
                self.textless |= grounds.textless

    def _fail(self, message: str) -> None:
        self.failed += 1
        click.echo(f"Error: {visible(message)}", err=True)


def _said(report: Report, error: Exception) -> str:
    if isinstance(error, BadValueError):
        return f"{report.path}: {error.parameter}: {error}"
    return str(error)


def _make(folder: Path) -> None:
    """Make the folder, unless it is there. Raises OutputError."""
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError:
        raise OutputError(f"{folder}: is a file; name a folder") from None
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror or error}") from error


def _anchors(headings: Sequence[str]) -> list[str]:
    """Give what a link to each heading is called, as GitHub makes it."""
    found: list[str] = []
    for heading in headings:
        plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        anchor, n = plain, 0
        while anchor in found:
            n += 1
            anchor = f"{plain}-{n}"
        found.append(anchor)
    return found
