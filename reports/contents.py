"""In which order an analyst reads the reports, and the page that lists them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from output.html import escaped
from output.markdown import markdown_text
from output.page import footer
from reports.definition import NAMED, Report
from schema.date_words import date_in_words

ORDER = (
    *("summary", "sources", "timeline", "quotes", "stances", "expectations"),
    *("actors", "posts", "ties", "control", "places", "network", "actor", "dyad", "event"),
    *("anonymous", "single-source", "corroboration", "dependence", "own-voice", "attributions"),
    *("names", "dates", "calendar", "coverage", "gaps", "changes"),
)
"""What the text says, who is who, how well it is sourced, and how it was coded."""

LISTS = ("single-source", "corroboration", "own-voice", "attributions", "coverage", "changes")
"""Reports with a row for nearly every fact: in a document to be read, only their first rows."""

FIRST = 20
"""How many of these, unless --limit says otherwise."""


def document_limit(report: Report, limit: int | None) -> int | None:
    """Return how many rows of a report a document shows; None: all."""
    return limit or (FIRST if report.name in LISTS else None)


def in_order(reports: Iterable[Report]) -> list[Report]:
    """Return the reports as an analyst reads them; those of one's own come before the last."""
    places = {name: n for n, name in enumerate(ORDER, start=1)}
    return sorted(reports, key=lambda report: places.get(report.name, len(ORDER) - 0.5))


@dataclass(frozen=True)
class Contents:
    """The reports of a folder or a document, and those that it lacks."""

    reports: Sequence[Report]
    left_out: Sequence[Report]
    """Reports that need a value."""
    meta: Mapping[str, str]
    title: str
    """What the reports are about."""

    @property
    def footer(self) -> str:
        """Which data the reports come from, and when."""
        asked = date_in_words(self.meta["date"], full=True)
        return f"{footer(self.meta, len(self.reports), 'report')} · asked on {asked}"

    def anchors(self) -> list[str]:
        """Return the anchor that GitHub gives the heading of each report in a document."""
        anchors: list[str] = []
        for heading in (self.title, *(report.title for report in self.reports)):
            plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            anchor, n = plain, 0
            while anchor in anchors:
                n += 1
                anchor = f"{plain}-{n}"
            anchors.append(anchor)
        return anchors[1:]

    def markdown(self, links: Sequence[str]) -> Iterator[str]:
        """Yield the list in Markdown; a link is an address in front of each title."""
        yield f"# {markdown_text(self.title)}\n\n*{markdown_text(self.footer)}*\n\n"
        for report, link in zip(self.reports, links, strict=True):
            title, question = markdown_text(report.title), markdown_text(report.question)
            yield f"1. [{title}]({link}): {question}\n"
        if self.left_out:
            yield "\nNot here, because they need a value:\n\n"
        for report in self.left_out:
            title, question = markdown_text(report.title), markdown_text(report.question)
            yield f"- {title}: {question} `{command(report)}`\n"

    def html(self, links: Sequence[str]) -> Iterator[str]:
        """Yield the list in HTML, below a title."""
        yield f'<h1>{escaped(self.title)}</h1>\n<p class="note">{escaped(self.footer)}</p>\n'
        yield "<nav>\n<ol>\n"
        for report, link in zip(self.reports, links, strict=True):
            title, question = escaped(report.title), escaped(report.question)
            yield f'<li><a href="{escaped(link)}">{title}</a><span>{question}</span></li>\n'
        yield "</ol>\n</nav>\n"
        if self.left_out:
            yield '<p class="note">Not here, because they need a value:</p>\n<dl>\n'
            for report in self.left_out:
                question = f"{escaped(report.question)} <code>{escaped(command(report))}</code>"
                yield f"<dt>{escaped(report.title)}</dt><dd>{question}</dd>\n"
            yield "</dl>\n"


def command(report: Report) -> str:
    """Return the command that runs a report, with what it needs."""
    required = [it for it in report.parameters if it.required]
    needed = ["NAME" if it.type in NAMED else f"{it.option} {it.type.upper()}" for it in required]
    return " ".join(["sourcebook report", report.name, *needed])
