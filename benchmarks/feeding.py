"""Measures feeds of a PostgreSQL server of its own beside psql, which is given the rows as csv.

    python -m benchmarks.feeding [DATABASE] [--rounds N]

The server is that of the tests, on this machine: both sides share its processors.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from benchmarks.generate import SEED, cached
from benchmarks.measure import Command, Cost, memory, run
from benchmarks.questions import SOURCEBOOK
from database.snapshot import TABLES
from feeds.postgresql import MEMORY
from tests.postgres import Server, installed

SCHEMA = "sourcebook"
SMALL = 20_000
"""Events of the sourcebook beside which memory is shown not to grow."""

LIMIT, UNCHANGED, PART = 0.7, 1 / 10, 1 / 5
"""At least so much of the limit's speed; at most so much of a first feed's time."""

HUNDREDTH = 100
"""In one document of so many something is changed."""

CONSTRAINTS = """
    select conrelid::regclass::text as "table", conname as name, contype as kind,
      pg_get_constraintdef(oid) as definition
    from pg_constraint
    where connamespace = current_schema::regnamespace and contype in ('p', 'u', 'f')
    order by conrelid::regclass::text, conname
"""
INDEXES = """
    select indexname as name, indexdef as definition, tablename as "table"
    from pg_indexes
    where schemaname = current_schema
      and indexname not in (
        select conname from pg_constraint where connamespace = current_schema::regnamespace
      )
    order by indexname
"""
CHECKS = """
    select conrelid::regclass::text as "table",
      string_agg(format('add constraint %%I %%s', conname, pg_get_constraintdef(oid)), ', ')
        as definition
    from pg_constraint
    where connamespace = current_schema::regnamespace and contype = 'c'
    group by conrelid
"""


class Psql:
    """Brings the same rows by psql, from csv files that are ready."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server = server
        self._folder = folder

    def prepare(self) -> int:
        """Write what is in the schema to csv files, and note its definitions; count the rows."""
        copies = (
            f"\\copy {SCHEMA}.{table.name} to '{self._csv(table.name)}' (format csv)\n"
            for table in TABLES
        )
        run(self._command("".join(copies)))
        with opened(self._server) as connection:
            connection.exec_driver_sql(f"set search_path to {SCHEMA}")
            ours = {table.name for table in TABLES}
            keys = [one for one in connection.exec_driver_sql(CONSTRAINTS) if one.table in ours]
            self._keys = [_adding(one) for one in keys if one.kind != "f"]
            self._foreign = [_adding(one) for one in keys if one.kind == "f"]
            self._checks = [
                f"alter table {one.table} {one.definition};\n"
                for one in connection.exec_driver_sql(CHECKS)
                if one.table in ours
            ]
            self._indexes = [
                one.definition.replace(f" {SCHEMA}.", " bare.") + ";\n"
                for one in connection.exec_driver_sql(INDEXES)
                if one.table in ours
            ]
            return sum(
                connection.exec_driver_sql(f"select count(*) from {table.name}").scalar_one()
                for table in TABLES
            )

    def limit(self) -> Command:
        """Copy into bare tables, then add all that hangs on them: what can hardly be beaten."""
        return self._filling(
            self._copies(), *self._keys, *self._checks, *self._indexes, *self._foreign
        )

    def constrained(self) -> Command:
        """Copy into tables that have it all."""
        return self._filling(
            *self._keys, *self._checks, *self._indexes, *self._foreign, self._copies()
        )

    def _filling(self, *statements: str) -> Command:
        tables = "".join(f"create table {t.name} (like {SCHEMA}.{t.name});\n" for t in TABLES)
        return self._command(
            "drop schema if exists bare cascade;\nbegin;\ncreate schema bare;\n"
            f"set search_path to bare;\nset maintenance_work_mem = '{MEMORY}MB';\n"
            f"{tables}{''.join(statements)}commit;\n"
        )

    def _copies(self) -> str:
        return "".join(
            f"\\copy {table.name} from '{self._csv(table.name)}' (format csv, freeze)\n"
            for table in TABLES
        )

    def _csv(self, table: str) -> Path:
        return self._folder / f"{table}.csv"

    def _command(self, script: str) -> Command:
        program = installed() / "pginstall" / "bin" / "psql"
        where = ["--host", str(self._server.folder), "--username", "postgres", "postgres"]
        asked = [str(program), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", *where]
        return Command(asked, self._folder / "psql", script)


def _adding(one: sa.Row[tuple[str, str, str, str]]) -> str:
    return f'alter table {one.table} add constraint "{one.name}" {one.definition};\n'


@contextmanager
def opened(server: Server) -> Iterator[sa.Connection]:
    """Hold a connection to the server."""
    engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def dropped(server: Server) -> None:
    """Take the schema away."""
    with opened(server) as connection:
        connection.exec_driver_sql(f"drop schema if exists {SCHEMA} cascade")


def feeding(database: Path, server: Server, folder: Path) -> Command:
    """Give the command that feeds the server."""
    url = server.url.replace("+psycopg", "")
    return Command([SOURCEBOOK, "--db", str(database), "feed", url], folder / "fed")


def several(rounds: int, command: Command, before: Callable[[], object] | None = None) -> Cost:
    """Run a program so often, with something before each; give the medians."""
    costs = []
    for _ in range(rounds):
        if before is not None:
            before()
        costs.append(run(command))
    return Cost(median(one.seconds for one in costs), median(one.processor for one in costs))


def change(database: Path, load: int) -> int:
    """Change a third of the events' titles in every so manieth document; say how many those are.

    Each of these gets a row of `loads`, so that a feed sees that it was loaded, but no `changes`.
    """
    with closing(sqlite3.connect(database)) as book, book:
        asked = "select document_id from codings order by document_id"
        documents = [number for (number,) in book.execute(asked)][load::HUNDREDTH]
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
        return len(documents)


def feeds(database: Path, rounds: int) -> Iterator[str]:
    """Compare first feeds with psql, and later ones with the first."""
    with tempfile.TemporaryDirectory() as made:
        folder, server = Path(made), Server(Path(tempfile.mkdtemp(prefix="sourcebook-bench-")))
        try:
            server.ensure()
            yield from _feeds(database, rounds, server, folder)
        finally:
            server.stop()


def _feeds(database: Path, rounds: int, server: Server, folder: Path) -> Iterator[str]:
    ours, psql = feeding(database, server, folder), Psql(server, folder)
    run(ours)
    rows = psql.prepare()
    firsts, limits = [], []
    for _ in range(rounds):  # in turn, so that whatever else the machine does falls on both
        dropped(server)
        firsts.append(run(ours))
        limits.append(run(psql.limit()))
    first = Cost(median(c.seconds for c in firsts), median(c.processor for c in firsts))
    limit = median(one.seconds for one in limits)
    into = run(psql.constrained()).seconds
    with opened(server) as connection:
        connection.exec_driver_sql("drop schema bare cascade")
    pgloader = _pgloader(database, server, folder)
    with opened(server) as connection:
        connection.exec_driver_sql("checkpoint")  # what others left to be written delays nobody
    unchanged = several(rounds, ours)
    copy = folder / "changed.db"
    shutil.copyfile(database, copy)
    loads = iter(range(rounds))
    part = several(rounds, feeding(copy, server, folder), lambda: change(copy, next(loads)))
    dropped(server)
    most = memory(ours)
    dropped(server)
    least = memory(feeding(cached(SMALL, SEED), server, folder))
    yield from (
        "## Feeds",
        "",
        f"`sourcebook feed postgresql://…` of {rows:,} rows into a server on the same machine,",
        "with `fsync` off. psql is given the rows as csv that is ready; it copies them in one",
        "transaction and compares nothing. Ours reads them from SQLite, and its time includes the",
        "hashes of both sides, and statistics for the planner.",
        "",
        "| | time | rows a second | against |",
        "| --- | ---: | ---: | ---: |",
    )
    slower, ours_is = limit / into, limit / first.seconds
    later, less = unchanged.seconds / first.seconds, part.seconds / first.seconds
    yield _row("psql, all constraints afterwards: the limit", limit, rows)
    yield _row("psql, into tables that have them", into, rows, f"{slower:.2f} of the limit's speed")
    if pgloader is not None:
        slower = limit / pgloader
        what = "pgloader, which brings keys and indexes, no CHECKs, comments, views"
        yield _row(what, pgloader, rows, f"{slower:.2f} of the limit's speed")
    yield _row(
        *("first feed", first.seconds, rows),
        f"{ours_is:.2f} of the limit's speed, of at least {LIMIT}",
    )
    yield _row(
        *("feed with nothing to bring", unchanged.seconds, None),
        f"{later:.3f} of the first, of at most {UNCHANGED}",
    )
    yield _row(
        *(f"feed, a part of one document of {HUNDREDTH} changed", part.seconds, None),
        f"{less:.2f} of the first, of at most {PART}",
    )
    yield from (
        "",
        f"What the last of these brings: in one document of {HUNDREDTH} a third of the events have",
        "another title. Each such document has another hash of its coding, and one more row in",
        "`loads`. A load would write to `changes` too.",
        "",
        f"A first feed holds {most:.0f} MB at most, that of {SMALL:,} events {least:.0f} MB: its",
        "processes together (where this is not Linux, the largest of them), without the server's.",
        f"Its own processor time is {first.processor:.1f} s, the server's comes on top.",
        *(["pgloader is not installed where this was measured."] if pgloader is None else []),
        "",
    )


def _row(what: str, seconds: float, rows: int | None, against: str = "") -> str:
    speed = f"{rows / seconds:,.0f}" if rows else ""
    return f"| {what} | {seconds:.1f} s | {speed} | {against} |"


def _pgloader(database: Path, server: Server, folder: Path) -> float | None:
    """Give the seconds in which it brings the rows into a database of their own, if installed."""
    program = shutil.which("pgloader")
    if program is None:
        return None
    with opened(server) as connection:
        connection.exec_driver_sql("create database pgloader")
    into = f"postgresql://postgres@unix:{server.folder}:5432/pgloader"
    took = run(Command([program, f"sqlite://{database}", into], folder / "pgloader")).seconds
    with opened(server) as connection:
        connection.exec_driver_sql("drop database pgloader")
    return took


def main() -> None:
    """Measure feeds alone, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feeding", description=__doc__)
    parser.add_argument("database", type=Path, nargs="?", help="(default: that in .bench)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (%(default)s)")
    asked = parser.parse_args()
    for line in feeds(asked.database or cached(), asked.rounds):
        print(line)


if __name__ == "__main__":
    main()
