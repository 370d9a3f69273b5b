"""Measures feeds into a PostgreSQL server, compared with psql copying the same rows from csv.

The server is that of the tests, on this machine: both sides share its processors.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from benchmarks.generate import SEED, cached
from benchmarks.measure import Command, Cost, median_cost, memory, run
from benchmarks.questions import SOURCEBOOK
from database.connect import writing
from database.derived.refresh import Refresh
from database.snapshot import TABLES
from feeds.postgresql import MEMORY
from tests.postgres import Server, installed

SCHEMA = "sourcebook"
SMALL = 20_000
"""Events of the sourcebook that shows that memory doesn't grow."""

SPEED, UNCHANGED, PARTIAL = 0.7, 1 / 10, 1 / 5
"""The limits: at least this share of psql's speed, at most these shares of a first feed's time."""

HUNDREDTH = 100
"""One document in this many is changed before a feed."""


def feeds(database: Path, rounds: int) -> Iterator[str]:
    """Compare first feeds with psql, and later feeds with the first."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(tempfile.mkdtemp(prefix="sourcebook-bench-")))
        try:
            server.ensure()
            yield from _feeds(database, rounds, server, Path(folder))
        finally:
            server.stop()


def _feeds(database: Path, rounds: int, server: Server, folder: Path) -> Iterator[str]:
    feed = feeding(database, server, folder)
    run(feed)
    rows = sum(_execute(server, f"select count(*) from {SCHEMA}.{t.name}") for t in TABLES)
    psql = psql_filling(server, folder)
    firsts: list[Cost] = []
    copies: list[Cost] = []
    for _ in range(rounds):  # alternately, so that other work on the machine slows both
        for command, costs in ((psql, copies), (feed, firsts)):
            _drop_schema(server)
            costs.append(run(command))
    first, copied = median_cost(firsts), median_cost(copies)
    _execute(server, "checkpoint")  # or writing out the first feed would slow the next
    unchanged = median_cost([run(feed) for _ in range(rounds)])
    copy = folder / "changed.db"
    shutil.copyfile(database, copy)
    partial = median_cost([_feed_change(copy, n, server, folder) for n in range(rounds)])
    _drop_schema(server)
    most = memory(feed)
    _drop_schema(server)
    least = memory(feeding(cached(SMALL, SEED), server, folder))
    speed = copied.seconds / first.seconds
    yield from (
        "## Feeds",
        "",
        f"`sourcebook feed postgresql://…` of {rows:,} rows into a server on the same machine,",
        "with `fsync` off, compared with psql. psql copies rows that are already in csv files, in",
        "one transaction, adds keys and indexes afterwards, and compares nothing. Sourcebook reads",
        "the rows from SQLite; its time includes the hashes of both sides and statistics for the",
        "planner.",
        "",
        "| | time | rows a second | compared with |",
        "| --- | ---: | ---: | ---: |",
        _row("psql", copied, rows),
        _row("first feed", first, rows, f"{speed:.2f} of psql's speed; at least {SPEED}"),
        _row("feed with nothing to do", unchanged, comparison=_share(unchanged, first, UNCHANGED)),
        _row(
            f"feed after changes in one document of {HUNDREDTH}",
            partial,
            comparison=_share(partial, first, PARTIAL),
        ),
        "",
        "Before the last of these, a third of the events in each changed document got another",
        "title, and the document another hash of its coding and one more row in `loads`. A real",
        "load would also write to `changes`.",
        "",
        f"A first feed needs {most:.0f} MB, and {least:.0f} MB with {SMALL:,} events: all its",
        "processes together (only the largest where this is not Linux), without the server's.",
        f"It takes {first.processor:.1f} s of processor time, and the server takes more.",
        "",
    )


def _row(name: str, cost: Cost, rows: int | None = None, comparison: str = "") -> str:
    speed = f"{rows / cost.seconds:,.0f}" if rows else ""
    return f"| {name} | {cost.seconds:.1f} s | {speed} | {comparison} |"


def _share(cost: Cost, first: Cost, limit: float) -> str:
    return f"{cost.seconds / first.seconds:.3f} of the first; at most {limit}"


def feeding(database: Path, server: Server, folder: Path) -> Command:
    """Return the command that feeds the server."""
    url = server.url.replace("+psycopg", "")
    return Command([SOURCEBOOK, "--db", str(database), "feed", url], folder / "fed")


def psql_filling(server: Server, folder: Path) -> Command:
    """Return the command that fills an empty server with the rows that it has now.

    This writes the rows to csv files, and the definitions to what pg_dump calls sections: first
    tables with their CHECKs, then keys and indexes.
    """
    for section in ("pre-data", "post-data"):
        dump = ("--schema", SCHEMA, "--section", section)
        run(_client("pg_dump", server, folder / section, *dump))
    copies = {table.name: f"{SCHEMA}.{table.name} %s '{folder / table.name}'" for table in TABLES}
    outward = "".join(f"\\copy {copy % 'to'} (format csv)\n" for copy in copies.values())
    psql = ("psql", server, folder / "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1")
    run(_client(*psql, script=outward))
    inward = "".join(f"\\copy {copy % 'from'} (format csv, freeze)\n" for copy in copies.values())
    script = (
        f"begin;\nset local maintenance_work_mem = '{MEMORY}MB';\n"
        f"\\i {folder}/pre-data\n{inward}\\i {folder}/post-data\ncommit;\n"
    )
    return _client(*psql, script=script)


def _client(
    program: str, server: Server, output: Path, *arguments: str, script: str = ""
) -> Command:
    """Return a command that runs one of PostgreSQL's programs."""
    path = installed() / "pginstall" / "bin" / program
    address = ("--host", str(server.folder), "--username", "postgres", "postgres")
    return Command([str(path), *arguments, *address], output, script)


def _execute(server: Server, sql: str) -> int:
    """Execute a statement; return the number that it returns, if any."""
    engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        result = connection.exec_driver_sql(sql)
        return int(result.scalar_one()) if result.returns_rows else 0


def _drop_schema(server: Server) -> None:
    _execute(server, f"drop schema if exists {SCHEMA} cascade")


def _feed_change(copy: Path, load: int, server: Server, folder: Path) -> Cost:
    change(copy, load)
    return run(feeding(copy, server, folder))


def change(database: Path, load: int) -> int:
    """Change titles in one document of a hundred, others for each `load`; return how many.

    In each of them a third of the events get another title. Its row in `loads` shows a feed that
    the document was loaded, without any `changes`.
    """
    with closing(sqlite3.connect(database)) as book, book:
        query = "select document_id from codings order by document_id"
        documents = [number for (number,) in book.execute(query)][load::HUNDREDTH]
        for number in documents:
            book.execute(
                "update events set title = title || ' (again)' where id % 3 = 0 and id in "
                "(select id from facts where document_id = ?)",
                (number,),
            )
            book.execute(
                "update codings set hash = printf('%064x', ?) where document_id = ?",
                (number * HUNDREDTH + load, number),
            )
            book.execute(
                "insert into loads (document_id, loaded_at, content_hash) "
                "values (?, '2020-01-01T00:00:00Z', printf('%064x', ?))",
                (number, number * HUNDREDTH + load),
            )
    with writing(str(database)) as connection:
        refresh = Refresh(connection, documents)
        refresh.finish(documents)
    return len(documents)
