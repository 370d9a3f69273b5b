"""Every filter of every report, each with the value that has the most rows."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Command, sourcebook
from reports.catalogue import Catalogue
from reports.definition import Parameter, Report, Type, Value, day_of

PYTHON = """
import csv, json, sqlite3, sys
query, values = json.load(sys.stdin)
rows = sqlite3.connect(sys.argv[1]).execute(query, values)
writer = csv.writer(sys.stdout)
writer.writerow(column[0] for column in rows.description)
writer.writerows(rows)
"""
"""Does what the shell does, where it is not installed."""

WHOLE = (
    *("attributions", "calendar", "corroboration", "coverage", "dates"),
    *("network", "own-voice", "quotes", "single-source", "timeline"),
)
"""Reports that also run over the whole database."""

PLAIN = {
    "timeline": "kind, key, statement, words, who, settled, certainty, source, passage",
    "quotes": "key, speaker, statement, about, source, passage, certainty",
    "own-voice": "key, kind, statement, modality, certainty, hedge, source, passage",
    "single-source": "key, kind, statement, modality, certainty, source, passage",
}
"""Columns that these reports take from fact_summaries."""

PLAIN_ROWS = {"timeline": "kind in ('event', 'quote')", "quotes": "kind = 'quote'"}
"""The facts that a report is about; the other reports are about all but names."""

MONTH: dict[str, Value] = {"from": "2012-12-01", "to": "2012-12-31"}
BUSY = """
    select actors.key from participants
    join actors on actors.id = participants.actor_id
    group by actors.id order by count(*) desc limit 1 offset {}
"""
SOME = {
    "event": """
        select documents.key || ':' || facts.key from participants
        join facts on facts.id = participants.fact_id
        join sources as documents on documents.id = facts.document_id
        where facts.kind = 'event'
        group by facts.id order by count(*) desc, facts.id limit 1
    """,
    "document": """
        select sources.key from spans
        join sources on sources.id = spans.document_id
        group by sources.id order by count(*) desc, sources.id limit 1
    """,
    "topic": """
        select topics.key from positions
        join topics on topics.id = positions.topic_id
        group by topics.id order by count(*) desc, topics.id limit 1
    """,
    "place": """
        select places.key from events
        join places on places.id = events.place_id
        group by places.id order by count(*) desc, places.id limit 1
    """,
}


@dataclass(frozen=True)
class Question:
    """A report and the values of its parameters."""

    report: Report
    values: dict[str, Value]

    @property
    def name(self) -> str:
        """The command as typed, without the values."""
        options = (f"--{p.name}" for p in self.report.parameters if p.name in self.values)
        return " ".join((self.report.name, *options))

    def ours(self, database: Path, output: Path) -> Command:
        """Return the command that runs the report."""
        options = [
            p.option if p.type is Type.FLAG else f"{p.option}={self.values[p.name]}"
            for p in self.report.parameters
            if p.name in self.values
        ]
        report = ("report", self.report.name, "--format", "csv", *options)
        return Command(sourcebook(database, *report), output)

    def theirs(self, database: Path, output: Path) -> Command:
        """Return the command that runs the same SQL in the sqlite3 shell.

        Where the shell is not installed, Python's sqlite3 module runs it.
        """
        values = {p.name: p.default for p in self.report.parameters if p.default is not None}
        bound = {
            p.name: p.value(value)
            for p in self.report.parameters
            if (value := (values | self.values).get(p.name)) is not None
        }
        bound |= {
            day_of(p.name): p.day_number(bound[p.name])
            for p in self.report.parameters
            if p.type is Type.DATE and p.name in bound
        }
        return _rival(database, output, self.report.statement(bound), bound)


def trivial(database: Path, output: Path) -> Command:
    """Return a command that only starts the shell."""
    return _rival(database, output, "select 1", {})


def plain_select(name: str, database: Path, output: Path) -> Command:
    """Return a command that reads a report's columns from fact_summaries in the text's order."""
    rows = PLAIN_ROWS.get(name, "kind <> 'name'")
    order = "document, paragraph, start, key"
    columns = PLAIN[name]
    query = f"select {columns} from fact_summaries where {rows} order by {order}"
    return _rival(database, output, query, {})


def _rival(database: Path, output: Path, query: str, bound: dict[str, Value]) -> Command:
    if shell() is None:
        script = [sys.executable, "-c", PYTHON, str(database)]
        return Command(script, output, json.dumps([query, bound]))
    parameters = [f'.parameter set :{name} "{_literal(value)}"' for name, value in bound.items()]
    return Command(
        ["sqlite3", "-batch", "-readonly", "-csv", "-header", str(database)],
        output,
        "\n".join((*parameters, f"{query};\n")),
    )


def _literal(value: Value) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def shell() -> str | None:
    """Return the version of the sqlite3 shell; None if it is not installed."""
    if shutil.which("sqlite3") is None:
        return None
    shown = subprocess.run(["sqlite3", "--version"], check=True, capture_output=True, text=True)
    return shown.stdout.split()[0]


def questions(database: Path, only: Sequence[str]) -> Iterator[Question]:
    """Yield every question: each filter of each report alone, first and last day together."""
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as opened:
        for report in Catalogue().reports():
            if only and report.name not in only:
                continue
            required = {p.name: _value(opened, p) for p in report.parameters if p.required}
            if required:
                yield Question(report, required)
            elif report.name in WHOLE:
                yield Question(report, {})
            names = {p.name for p in report.parameters}
            for parameter in report.parameters:
                if parameter.name in MONTH and names >= MONTH.keys():
                    if parameter.name == "from":
                        yield Question(report, required | MONTH)
                elif parameter.optional:
                    needed = [p for p in report.parameters if p.name in parameter.needs][:1]
                    values = {p.name: _value(opened, p) for p in (*needed, parameter)}
                    yield Question(report, required | values)


def _value(database: sqlite3.Connection, parameter: Parameter) -> Value:
    """Return the value of a parameter that has the most rows, or nearly."""
    if parameter.choices:
        return parameter.choices[-1]
    if parameter.type is Type.FLAG:
        return 1
    if parameter.type is Type.DATE:
        return MONTH["to"]
    if parameter.type is Type.ACTOR:
        query = BUSY.format(1 if parameter.name == "b" else 0)
    else:
        query = SOME[parameter.type if parameter.type in SOME else parameter.name]
    value: Value = database.execute(query).fetchone()[0]
    return value
