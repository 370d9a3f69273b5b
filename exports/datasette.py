"""The export for Datasette: a database, and what its pages say about it.

https://docs.datasette.io; `datasette DIR` serves the folder. Datasette 1.0 reads queries and
tables from datasette.yaml and descriptions from metadata.yaml, earlier versions read both from
metadata.yaml and the settings from settings.json. So the two YAML files say the same.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html import escape
from typing import Any

import yaml
from sqlalchemy import Table

from database.connect import VERSION_TABLE
from database.snapshot import TABLES
from exports.canned_queries import canned_query
from exports.datapackage import ExportedFile, ExportError
from exports.job import ExportJob
from migrations.creation import creation
from reports.catalogue import Catalogue
from reports.definition import Parameter, Report, Type
from schema import dictionary

DATABASE = "sourcebook.db"

MEANING = "Who acts, what happened, who said what, and who says so"

SETTINGS = {"sql_time_limit_ms": 20_000, "max_returned_rows": 20_000, "default_page_size": 100}
"""More than Datasette allows by itself: a report of a large sourcebook takes its time."""

JOURNALS = ("loads", "changes", "feeds", VERSION_TABLE)
"""Tables about the database, not about texts: hidden at first."""

LABELS = {
    "codings": "file",
    "fact_summaries": "sentence",
    "quotes": "text",
    "positions": "statement",
    "relation_types": "label",
    "topics": "label",
}
"""The column that labels a row where another table refers to it, if not its name or title."""

FACETS = {
    "fact_overview": ("certainty", "source"),
    "quotations": ("certainty", "source"),
    "stances": ("topic", "certainty", "source"),
    "ties": ("certainty", "source"),
    "timeline": ("kind", "certainty", "place", "source"),
}
"""Columns to narrow rows by, besides those with a closed list of values."""

SEARCHES = {
    "fact_search": ("fact_summaries", "fact_id", "sentence"),
    "actor_search": ("actor_summaries", "actor_id", "names"),
}
"""Full-text indexes: the table, its key and the column that is searched."""

SEARCHED = {"actors": ("actor_search", "id")} | dict.fromkeys(FACETS, ("fact_search", "fact_id"))
"""What else a full-text index searches, and the column that holds its key."""


OPTION = re.compile(r"--([a-z-]+)")

TYPED = {
    Type.ACTOR: "key or whole name",
    Type.DATE: "a year, month or day: 2015, 2015-11, 2015-11-23",
    Type.DOCUMENT: "keys, separated by commas",
    Type.EVENT: "document:key, or the whole title",
    Type.FLAG: "1 for yes",
    Type.PLACE: "key or whole name",
    Type.SOURCE: "key",
    Type.TOPIC: "key or whole name",
}
"""What a parameter takes, by its type."""


class Dumper(yaml.SafeDumper):
    """Writes YAML in which SQL is as readable as in a file of its own."""


def _represent(dumper: Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


Dumper.add_representer(str, _represent)
Dumper.add_multi_representer(str, _represent)  # names of tables are a kind of str


def datasette(job: ExportJob) -> Iterator[ExportedFile]:
    """Write the database, its indexes for full-text search, and the files that describe it."""
    with closing(sqlite3.connect(job.folder / DATABASE, isolation_level=None)) as file:
        _fill(file, job)
    yield ExportedFile(DATABASE, sum(map(job.snapshot.count, TABLES)))
    described = {"title": "A sourcebook", "description": MEANING, "databases": _databases()}
    for name, content in {
        "datasette.yaml": _yaml(described | {"settings": SETTINGS}),
        "metadata.yaml": _yaml(described),
        "settings.json": json.dumps(SETTINGS, indent=2) + "\n",
    }.items():
        (job.folder / name).write_text(content, encoding="utf-8", newline="\n")
        yield ExportedFile(name, content.count("\n"))


def _yaml(content: dict[str, Any]) -> str:
    return yaml.dump(content, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=100)


def _fill(file: sqlite3.Connection, job: ExportJob) -> None:
    for pragma in ("journal_mode = off", "synchronous = off", "foreign_keys = off"):
        file.execute(f"pragma {pragma}")
    file.execute("begin")
    schema = creation("sqlite")
    for statement in (*schema.tables, *schema.views):
        file.execute(statement)
    for table in TABLES:
        _insert(file, job, table)
    for statement in schema.keys:
        file.execute(statement)
    try:
        for name, (searched, key, column) in SEARCHES.items():
            file.execute(
                f"create virtual table {name} using fts5({column}, content='{searched}', "
                f"content_rowid='{key}', tokenize='unicode61 remove_diacritics 2')"
            )
            file.execute(f"insert into {name}({name}) values ('rebuild')")
    except sqlite3.OperationalError as error:
        raise ExportError(f"this Python's SQLite has no full-text search: {error}") from None
    file.execute("commit")
    file.execute("analyze")


def _insert(file: sqlite3.Connection, job: ExportJob, table: Table) -> None:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join("?" * len(table.columns))
    for lines in job.batches(table):
        rows = map(json.loads, lines)
        file.executemany(f"insert into {table.name} ({columns}) values ({values})", rows)


def _databases() -> dict[str, Any]:
    tables = {entry.name: _table(entry) for entry in dictionary.tables()}
    tables[VERSION_TABLE] = {"hidden": True}
    # Nine reports have the name of a table or view, which a query of that name would hide.
    queries = {f"report-{report.name}": _query(report) for report in Catalogue.of(None).reports()}
    return {DATABASE.removesuffix(".db"): {"tables": tables, "queries": queries}}


def _table(entry: dictionary.TableEntry) -> dict[str, Any]:
    fields = dictionary.columns(entry.name)
    described: dict[str, Any] = {
        "description": entry.meaning,
        "columns": {field.column: field.meaning for field in fields},
    }
    if entry.name in LABELS:
        described["label_column"] = LABELS[entry.name]
    if facets := [*FACETS.get(entry.name, ()), *(it.column for it in fields if it.values)]:
        described["facets"] = facets
    if entry.name in SEARCHED:
        described["fts_table"], described["fts_pk"] = SEARCHED[entry.name]
    if entry.name in JOURNALS:
        described["hidden"] = True
    return described


def _query(report: Report) -> dict[str, Any]:
    # The notes name parameters as options: --with-members.
    notes = (OPTION.sub(lambda it: it[1].replace("-", "_"), note) for note in report.notes)
    paragraphs = "".join(f"<p>{escape(it)}</p>" for it in (report.question, *notes))
    parameters = "".join(map(_explained, report.parameters))
    return {
        "title": report.title,
        "description_html": paragraphs + (f"<ul>{parameters}</ul>" if parameters else ""),
        "params": [parameter.name for parameter in report.parameters],
        "hide_sql": True,
        "sql": canned_query(report),
    }


def _explained(parameter: Parameter) -> str:
    parts = [parameter.meaning]
    if parameter.choices:
        parts.append("one of " + ", ".join(parameter.choices))
    else:
        parts.append(TYPED.get(parameter.type, ""))
    if parameter.default is not None:
        parts.append(f"empty: {parameter.default}")
    elif parameter.required:
        parts.append("required")
    return f"<li><code>{parameter.name}</code>: {escape('; '.join(filter(None, parts)))}</li>"
