"""No filtered report reads a whole table: the plan of each, however it is asked.

Read from the program that SQLite makes of a query rather than from `explain query plan`: that names
a table by its alias, and says SEARCH of a table that it first reads whole for an automatic index.
The database is as users have it: no `analyze` has been run.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

import pytest
import sqlalchemy as sa

from benchmarks.generate import generate
from database.connect import reading
from reports.definition import Report, day_of
from tests.shipped_reports import REPORTS

LARGE = {
    "actor_names",
    "attributions",
    "changes",
    "event_links",
    "events",
    "evidence",
    "facts",
    "participants",
    "passages",
    "positions",
    "quotes",
    "relations",
    "spans",
}
"""Tables that grow with what is loaded. (Dates, actors, places and topics grow far slower.)"""

EACH = "each of the certainties is a large part of all evidence"
WHOLE = {
    ("actors", "certainty"): EACH,
    ("attributions", "certainty"): EACH,
    ("calendar", "certainty"): EACH,
    ("gaps", "document"): "it looks for what is missing among everything",
    ("quotes", "directness"): "each of the three values is a large part of all quotes",
    ("quotes", "directness", "certainty"): "each value is a large part of all quotes",
    ("stances", "certainty"): "without an actor or a topic it shows all positions",
    ("stances", "document"): "without an actor or a topic it shows all positions",
    ("stances", "certainty", "document"): "without an actor or a topic it shows all positions",
    **{
        ("expectations", *way): "what is doubted is found in the evidence of all facts"
        for n in (1, 2, 3)
        for way in combinations(("outcome", "certainty", "document"), n)
    },
}
"""Reports, and what they are asked, that read large tables; and why."""


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Connection]:
    path = tmp_path_factory.mktemp("plans") / "sourcebook.db"
    generate(path, events=200)
    with reading(str(path)) as opened:
        yield opened


def asked(report: Report) -> list[tuple[str, ...]]:
    """Return the ways to ask a report for less: with up to three filters, and with all."""
    always = tuple(p.name for p in report.parameters if p.required)
    maybe = [p.name for p in report.parameters if p.optional]
    sizes = sorted({*range(min(len(maybe), 3) + 1), len(maybe)})
    ways = chain(*(combinations(maybe, n) for n in sizes))
    needs = {p.name: p.needs for p in report.parameters if p.needs}
    return [
        always + way
        for way in ways
        if always + way and all({*needs.get(name, always + way)} & {*always, *way} for name in way)
    ]


def read_whole(connection: sa.Connection, query: str, given: dict[str, str]) -> list[str]:
    """Name the large tables that a query reads from one end to the other, or an index of theirs."""
    owners = connection.info.get("owners")
    if owners is None:
        roots = connection.execute(sa.text("select rootpage, tbl_name from sqlite_schema"))
        owners = connection.info["owners"] = {root: str(table) for root, table in roots}
    program = connection.execute(sa.text(f"explain {query}"), given).all()
    opened = {step.p1: owners.get(step.p2) for step in program if step.opcode == "OpenRead"}
    starts = {step.p1 for step in program if step.opcode in ("Rewind", "Last")}
    steps = {step.p1 for step in program if step.opcode in ("Next", "Prev")}
    counted = {step.p1 for step in program if step.opcode == "Count"}
    whole = {opened.get(cursor) for cursor in starts & steps | counted}
    return sorted(table for table in whole if table in LARGE)


@pytest.mark.parametrize("name", REPORTS)
def test_a_filtered_report_reads_no_large_table_whole(connection: sa.Connection, name: str) -> None:
    report = REPORTS[name]
    for way in asked(report):
        given = {p.name: "1" for p in report.parameters if p.name in way or p.default is not None}
        given |= {day_of(p.name): "1" for p in report.parameters if p.name in way}
        whole = read_whole(connection, report.statement(given), given)
        if (name, *way) in WHOLE:
            assert whole, f"{name} {way} no longer needs an exception"
        else:
            assert whole == [], way


@pytest.mark.parametrize(
    ("query", "actual"),
    [
        ("select e.title from events as e", ["events"]),
        ("select count(*) from quotes", ["quotes"]),
        ("select sum(id) from quotes", ["quotes"]),
        ("select id from events order by date desc", ["events"]),
        ("select * from events where summary = :x", ["events"]),
        ("select * from events where date = :x", []),
        ("select * from actors", []),
        # Called a search, by an index that is made for it from all there is.
        ("select * from actors as a join quotes as q on q.says = a.background", ["quotes"]),
    ],
)
def test_what_is_read_whole_is_seen(
    connection: sa.Connection, query: str, actual: list[str]
) -> None:
    assert read_whole(connection, query, {"x": "1"} if ":x" in query else {}) == actual
