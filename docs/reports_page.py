"""The page of the reports, docs/reports.md: what each answers, takes and gives, and what it prints.

Made from the headers of the .sql files; the outputs are of commands that are really run.
"""

from __future__ import annotations

from collections.abc import Callable

from docs.parts import plain
from reports.catalogue import Catalogue
from reports.definition import Parameter, Report, Type

ASKED = {
    "actor": "--actor soleimani",
    "dyad": "--a iran --b russia",
    "event": "--event bombing-begins",
    "posts": "--on 2016-05-01",
    "quotes": "--speaker 'Sergei Lavrov'",
    "stances": "--topic geneva-talks",
    "timeline": "--actor soleimani",
}
"""What reports are asked that answer nothing, or very much, without being asked for something."""

UNSHOWN = ("changes",)
"""Reports that print when something was done, and so each time something else."""

SHOWN = 30
"""So many lines of each output are shown."""

INTRODUCTION = f"""# The reports

Each report is one file in `reports/`: a query that reads as SQL, headed by what stands here, the
same for SQLite and PostgreSQL; lines that end in `-- if :option` are left out where the option is
not given. `--sql` prints it with the values that it is asked for, ready for any tool. A folder of
your own .sql files with [such headers](sql.md#the-header) is searched too, with `--reports DIR`.

`sourcebook report` lists them, `sourcebook report NAME --help` says what one takes. All of them
take `--format table|markdown|csv|tsv|json|jsonl|html` and `-o FILE`; `--cite` adds the citations of
the documents that the rows rest on, and `--words` the very words, where the text has been kept.

The outputs below are those of the article that ships, in a terminal of 100 columns, and end after
{SHOWN} lines.
"""


def reports_page(terminal: Callable[[str], str]) -> str:
    """Write the page; `terminal` runs a command and gives it with its output as a block."""
    reports = Catalogue().reports()
    listed = "\n".join(f"| [{one.name}](#{one.name}) | {plain(one.question)} |" for one in reports)
    head = f"{INTRODUCTION}\n| report | the question it answers |\n| --- | --- |\n{listed}\n"
    return "\n".join([head, *(_section(one, terminal) for one in reports)])


def _section(report: Report, terminal: Callable[[str], str]) -> str:
    asked = ASKED.get(report.name, "")
    command = f"sourcebook report {report.name} {asked}".strip()
    parts = [f"## {report.name}", f"**{plain(report.question)}**"]
    parts.extend(plain(note) for note in report.notes)
    if report.parameters:
        rows = "\n".join(
            f"| `--{one.name}` | {_takes(one)} | {plain(one.meaning)} |"
            for one in report.parameters
        )
        parts.append(f"| option | takes | meaning |\n| --- | --- | --- |\n{rows}")
    rows = "\n".join(
        f"| {one.name} | {one.type} | {plain(one.meaning)} |" for one in report.columns
    )
    parts.append(f"| column | type | meaning |\n| --- | --- | --- |\n{rows}")
    if report.name not in UNSHOWN:
        parts.append(terminal(f"{command} | head -n {SHOWN}"))
    return "\n\n".join(parts) + "\n"


def _takes(parameter: Parameter) -> str:
    takes = (
        ", ".join(f"`{choice}`" for choice in parameter.choices)
        if parameter.type is Type.CHOICE
        else str(parameter.type)
    )
    if parameter.required:
        return f"{takes}; required"
    return f"{takes}; default {parameter.default}" if parameter.default is not None else takes
