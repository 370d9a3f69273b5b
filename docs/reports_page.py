"""Writes docs/reports.md: what each report answers, its options, its columns, and its output.

Everything comes from the headers of the .sql files and from commands that are really run.
"""

from __future__ import annotations

from collections.abc import Callable

from docs.parts import plain, table
from reports.catalogue import Catalogue
from reports.definition import Parameter, Report, Type

OPTIONS = {
    "actor": "soleimani",
    "dyad": "iran russia",
    "event": "bombing-begins",
    "posts": "--on 2016-05-01",
    "quotes": "--speaker lavrov",
    "stances": "--topic geneva-talks",
    "timeline": "--actor soleimani",
}
"""Options for reports that print nothing or too much without any."""

NOT_RUN = ("changes",)
"""Reports whose output holds the time of day."""

LINES = 30
"""Lines of each output that the page shows."""

INTRODUCTION = f"""# The reports

Each report is one file in `reports/`: plain SQL that runs on SQLite, PostgreSQL, DuckDB and
Spark, below a header with the information on this page. A line that ends in `-- if :option` is
dropped when the option isn't given. `--sql` prints the query with its values filled in, ready
for any tool. With `--reports DIR`, .sql files of your own with
[such headers](sql.md#the-header) are reports too.

`sourcebook report` lists the reports; `sourcebook report NAME --help` explains one. Every report
takes `--format table|markdown|csv|tsv|json|jsonl|html|xlsx` and `-o FILE`, whose extension decides
the format. `--cite` adds citations of the documents that the rows rest on, and `--words` the words
themselves, if the text is kept.

markdown, html and xlsx are for people, as the terminal is: they state title, question, filters,
command, day and content hash, show the columns that answer the question, and have dates in words.
A page of html fits any window and A4; its headings sort, and a box filters its rows. A workbook has
one frozen and filtered sheet of rows, in which text is text and whole days are dates, and a sheet
About, which explains columns and words. csv, tsv, json and jsonl are for programs: every column, as
stored; `--meta` states in json what was asked.

`report --all -o DIR` writes every report that needs no value, and a page that lists them in the
order in which an analyst reads. `-o all.md`, `all.html` or `all.xlsx` holds them all; of reports
that list nearly every fact, md and html show the first rows and say so.

`sourcebook cite` cites the documents, `sourcebook cite NAME…` these sources: as text, or with
`--format bibtex|ris|csl-json` for a bibliography program. What is only known through a document is
cited with that document.

An option for an actor, topic, place, event or document takes a key, a whole name, or words of a
name in any order: `lavrov`, `quds`, `us`. If several fit, they are listed. What a report requires
needs no option: `sourcebook report dyad iran russia`.

csv protects spreadsheets: text that a spreadsheet would run as a formula gets an apostrophe in
front, also behind a semicolon, where some spreadsheets split cells. Dates, keys and numbers are
always as stored, and `--raw` leaves all text as stored too; `--bom` makes Excel recognise UTF-8.
tsv, json and jsonl are for programs, and [exports](exports.md) restore databases; none of them
changes a value. So don't open these in a spreadsheet if you don't trust the text in them.

The outputs below come from the article that ships, in a terminal of 100 columns. Each is cut after
{LINES} lines.
"""


def reports_page(terminal: Callable[[str], str]) -> str:
    """Return the page; `terminal` runs a command and returns it with its output as a block."""
    reports = Catalogue().reports()
    questions = ((f"[{r.name}](#{r.name})", plain(r.question)) for r in reports)
    listing = table(("report", "the question it answers"), questions)
    sections = (_section(report, terminal) for report in reports)
    return "\n".join([f"{INTRODUCTION}\n{listing}", *sections])


def _section(report: Report, terminal: Callable[[str], str]) -> str:
    command = f"sourcebook report {report.name} {OPTIONS.get(report.name, '')}".strip()
    parts = [f"## {report.name}", f"**{plain(report.question)}**"]
    parts.extend(plain(note) for note in report.notes)
    if report.parameters:
        options = ((f"`{p.option}`", _takes(p), plain(p.meaning)) for p in report.parameters)
        parts.append(table(("option", "takes", "meaning"), options).rstrip())
    columns = ((c.name, c.type, plain(c.meaning)) for c in report.columns)
    parts.append(table(("column", "type", "meaning"), columns).rstrip())
    if report.name not in NOT_RUN:
        parts.append(terminal(f"{command} | head -n {LINES}"))
    return "\n\n".join(parts) + "\n"


def _takes(parameter: Parameter) -> str:
    takes = (
        ", ".join(f"`{choice}`" for choice in parameter.choices)
        if parameter.type is Type.CHOICE
        else str(parameter.type)
    )
    if parameter.required:
        return f"{takes}; required"
    if parameter.repeated:
        return f"{takes}; may be repeated"
    return f"{takes}; default {parameter.default}" if parameter.default is not None else takes
