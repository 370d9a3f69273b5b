"""Makes a sourcebook of a million events, or of however many, the same for the same seed.

    python -m benchmarks.generate [--events N] [--seed N] [-o FILE]

The tables come from the migrations, the rows from `benchmarks/documents.py`: document by document,
as if codings had been loaded one by one. Indexes are taken away for the load and made again after
it, foreign keys are checked at its end: both save half of the time.
"""

from __future__ import annotations

import argparse
import hashlib
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from benchmarks.documents import Documents
from benchmarks.world import COLUMNS
from database.connect import migrating
from migrations.upgrade import upgrade

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".bench"
"""Where databases wait for the next measurement; git ignores it."""

MADE_BY = (
    *(f"benchmarks/{part}.py" for part in ("documents", "generate", "shape", "world")),
    "migrations/versions/*.py",
    "schema/edtf.py",
)
"""What a database depends on: when it changes, the database is made again."""

EVENTS = 1_000_000
SEED = 1
AT_ONCE = 400
"""Documents that are made before they are written: some hundred thousand rows."""


def generate(path: Path, events: int = EVENTS, seed: int = SEED) -> dict[str, int]:
    """Make a sourcebook in a file that is not there yet; give the rows of each table."""
    with migrating(str(path)) as connection:
        upgrade(connection)
    world = Documents(events, seed)
    counts: Counter[str] = Counter()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for setting in ("journal_mode = off", "synchronous = off", "cache_size = -262144"):
            database.execute(f"pragma {setting}")
        database.execute("begin")
        indexes = _take_indexes(database)
        while world.write(AT_ONCE):
            for table, columns in COLUMNS.items():
                rows = world.rows[table]
                values = ", ".join("?" * len(columns.split(", ")))
                database.executemany(f"insert into {table} ({columns}) values ({values})", rows)
                counts[table] += len(rows)
                rows.clear()
        for statement in indexes:
            database.execute(statement)
        broken = database.execute("pragma foreign_key_check").fetchone()
        assert broken is None, f"the generator broke a foreign key: {broken}"
        database.execute("commit")
    return dict(counts)


def _take_indexes(database: sqlite3.Connection) -> list[str]:
    """Drop the indexes that no constraint needs; give what makes them again."""
    found = database.execute(
        "select name, sql from sqlite_schema where type = 'index' and sql is not null"
    ).fetchall()
    for name, _ in found:
        database.execute(f"drop index {name}")
    return [statement for _, statement in found]


def cached(events: int = EVENTS, seed: int = SEED) -> Path:
    """Give the database of so many events, made now or before by the same code."""
    made_by = hashlib.sha256()
    for source in sorted(source for pattern in MADE_BY for source in ROOT.glob(pattern)):
        made_by.update(source.read_bytes())
    path = CACHE / f"{events}-{seed}-{made_by.hexdigest()[:12]}.db"
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        for old in CACHE.glob(f"{events}-{seed}-*"):
            old.unlink()
        print(f"making a sourcebook of {events:,} events ...", file=sys.stderr)
        started = time.perf_counter()
        unfinished = path.with_suffix(".unfinished")
        counts = generate(unfinished, events, seed)
        unfinished.rename(path)
        print(summary(counts, time.perf_counter() - started), file=sys.stderr)
    return path


def summary(counts: dict[str, int], seconds: float) -> str:
    """Say how many rows were made, and how fast."""
    total = sum(counts.values())
    tables = ", ".join(f"{table} {count:,}" for table, count in counts.items())
    return f"{total:,} rows in {seconds:.0f} s ({total / seconds:,.0f} a second): {tables}"


def main() -> None:
    """Make one where the command line says."""
    parser = argparse.ArgumentParser(description="Make a sourcebook of made-up events.")
    parser.add_argument("--events", type=int, default=EVENTS, help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="of all chance (%(default)s)")
    parser.add_argument("-o", "--output", type=Path, help="the file to make (default: in .bench)")
    asked = parser.parse_args()
    if asked.output is None:
        print(cached(asked.events, asked.seed))
        return
    if asked.output.exists():
        parser.error(f"{asked.output} is there already")
    started = time.perf_counter()
    print(summary(generate(asked.output, asked.events, asked.seed), time.perf_counter() - started))


if __name__ == "__main__":
    main()
