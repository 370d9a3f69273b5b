"""Measures feeds into a PostgreSQL server: the first, one with nothing to do, one of a hundredth.

The server is that of the tests, on this machine: it shares the processors with the command.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from benchmarks.generate import SMALL, cached
from benchmarks.measure import Command, Cost, Trial, median_cost, paragraph, run, sourcebook
from database.connect import writing
from database.derived.refresh import Refresh
from database.snapshot import TABLES
from tests.postgres import Server

SCHEMA = "sourcebook"

UNCHANGED, PARTIAL = 0.1, 0.2
"""The limits: at most these shares of a first feed's time."""

HUNDREDTH = 100
"""One document in this many is changed before a feed."""

CHANGES = (
    """
    update events set title = title || ' (again)'
    where id % 3 = 0 and id in (select id from facts where document_id = :document)
    """,
    "update codings set hash = :digest where document_id = :document",
    """
    insert into loads (document, action, loaded_at, content_hash)
    select key, 'loaded', '2020-01-01T00:00:00Z', :digest from sources where id = :document
    """,
)


def feeds(trial: Trial) -> Iterator[str]:
    """Compare later feeds with the first."""
    server = Server(Path(tempfile.mkdtemp(prefix="sourcebook-bench-")))
    try:
        server.ensure()
        yield from _feeds(trial, server)
    finally:
        server.stop()


def _feeds(trial: Trial, server: Server) -> Iterator[str]:
    def feed(book: Path) -> Cost:
        _execute(server, "checkpoint")  # or writing out the last feed would slow this one
        url = server.url.replace("+psycopg", "")
        return run(Command(sourcebook(book, "feed", url), trial.folder / "fed"))

    def first_feed(book: Path) -> Cost:
        _execute(server, f"drop schema if exists {SCHEMA} cascade")
        return feed(book)

    def feed_of_changes(load: int) -> Cost:
        change(copy, load)
        return feed(copy)

    small = first_feed(cached(SMALL))
    first = median_cost([first_feed(trial.book) for _ in range(trial.rounds)])
    rows = sum(_execute(server, f"select count(*) from {SCHEMA}.{t.name}") for t in TABLES)
    unchanged = median_cost([feed(trial.book) for _ in range(trial.rounds)])
    copy = Path(shutil.copyfile(trial.book, trial.folder / "changed.db"))
    partial = median_cost([feed_of_changes(n) for n in range(trial.rounds)])
    yield from (
        "## Feeds",
        "",
        *paragraph(
            f"`sourcebook feed postgresql://…` of {rows:,} rows into a server on the same machine, "
            "with `fsync` off. The time includes the digests of both sides and statistics for the "
            "planner. Processor time and memory are the command's; the server's come on top."
        ),
        "| feed | time | of the first | limit | processor time | memory |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    )
    for name, cost, limit in (
        ("first", first, ""),
        ("with nothing to do", unchanged, UNCHANGED),
        (f"after changes in one document of {HUNDREDTH}", partial, PARTIAL),
        (f"first, of {SMALL:,} events", small, ""),
    ):
        yield (
            f"| {name} | {cost.seconds:.1f} s | {cost.seconds / first.seconds:.3f} | {limit} "
            f"| {cost.processor:.1f} s | {cost.megabytes:.0f} MB |"
        )
    yield ""
    yield from paragraph(
        f"The first feed copies {rows / first.seconds:,.0f} rows a second. Before the third, a "
        "third of the events in each changed document got another title, and the document another "
        "hash of its coding and one more row in `loads`. A real load would also write to `changes`."
    )


def _execute(server: Server, sql: str) -> int:
    """Execute a statement; return the number that it returns, if any."""
    engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        result = connection.exec_driver_sql(sql)
        return int(result.scalar_one()) if result.returns_rows else 0


def change(database: Path, load: int) -> int:
    """Change titles in one document of a hundred, others for each `load`; return how many.

    In each of them a third of the events get another title. Its row in `loads` shows a feed that
    the document was loaded, without any `changes`.
    """
    with closing(sqlite3.connect(database)) as book, book:
        query = "select document_id from codings order by document_id"
        documents = [number for (number,) in book.execute(query)][load::HUNDREDTH]
        for number in documents:
            values = {"document": number, "digest": f"{number * HUNDREDTH + load:064x}"}
            for statement in CHANGES:
                book.execute(statement, values)
    with writing(str(database)) as connection:
        refresh = Refresh(connection, documents)
        refresh.finish(documents)
    return len(documents)
