"""Makes a sourcebook of a million invented events, or of any number; a seed decides the rows.

    python -m benchmarks.generate [--events N] [--seed N] [-o FILE]

The tables come from the migrations, the rows from `benchmarks/documents.py`: document by document,
as if codings had been loaded one by one. Indexes are dropped first and created again at the end,
where foreign keys are checked too: that saves half of the time.
"""

from __future__ import annotations

import argparse
import hashlib
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from benchmarks.documents import COLUMNS, Documents
from database.connect import migrating
from database.derived.refresh import recompute
from migrations.upgrade import upgrade

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".bench"
"""Where databases are kept for the next measurement; git ignores it."""

INPUTS = (
    *(f"benchmarks/{part}.py" for part in ("documents", "generate", "shape")),
    "migrations/versions/*.py",
    "schema/edtf.py",
    "schema/vocabulary.py",
    "database/derived/*.py",
)
"""The files that decide what a database holds: when one changes, the database is made again."""

EVENTS, SMALL = 1_000_000, 20_000
"""The smaller number shows that memory doesn't grow with the number of rows."""

SEED = 1
BATCH = 400
"""Documents that are made before their rows are written: about a hundred thousand rows."""


def generate(path: Path, events: int = EVENTS, seed: int = SEED) -> None:
    """Make a sourcebook in a new file."""
    with migrating(str(path)) as connection:
        upgrade(connection)
    world = Documents(events, seed)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for setting in ("journal_mode = off", "synchronous = off", "cache_size = -262144"):
            database.execute(f"pragma {setting}")
        database.execute("begin")
        indexes = _drop_indexes(database)
        while world.write(BATCH):
            for table, columns in COLUMNS.items():
                rows = world.rows[table]
                values = ", ".join("?" * len(columns.split(", ")))
                database.executemany(f"insert into {table} ({columns}) values ({values})", rows)
                rows.clear()
        for statement in indexes:
            database.execute(statement)
        broken = database.execute("pragma foreign_key_check").fetchone()
        assert broken is None, f"the generator broke a foreign key: {broken}"
        database.execute("commit")
    with migrating(str(path)) as connection:
        for _ in recompute(connection, write=True):
            pass


def _drop_indexes(database: sqlite3.Connection) -> list[str]:
    """Drop the indexes that no constraint needs; return the statements that create them."""
    indexes = database.execute(
        "select name, sql from sqlite_schema where type = 'index' and sql is not null"
    ).fetchall()
    for name, _ in indexes:
        database.execute(f"drop index {name}")
    return [statement for _, statement in indexes]


def cached(events: int = EVENTS, seed: int = SEED) -> Path:
    """Return a database of this many events, made now or earlier by the same code."""
    inputs = hashlib.sha256()
    for source in sorted(source for pattern in INPUTS for source in ROOT.glob(pattern)):
        inputs.update(source.read_bytes())
    path = CACHE / f"{events}-{seed}-{inputs.hexdigest()[:12]}.db"
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        for old in CACHE.glob(f"{events}-{seed}-*"):
            old.unlink()
        print(f"making a sourcebook of {events:,} events ...", file=sys.stderr)
        started = time.perf_counter()
        unfinished = path.with_suffix(".unfinished")
        generate(unfinished, events, seed)
        unfinished.rename(path)
        print(f"made in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return path


def main() -> None:
    """Make the sourcebook that the command line describes."""
    parser = argparse.ArgumentParser(description="Make a sourcebook of invented events.")
    parser.add_argument("--events", type=int, default=EVENTS, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=SEED, help="default: %(default)s")
    parser.add_argument("-o", "--output", type=Path, help="the file to make (default: in .bench)")
    options = parser.parse_args()
    if options.output is None:
        print(cached(options.events, options.seed))
    elif options.output.exists():
        parser.error(f"{options.output} exists already")
    else:
        generate(options.output, options.events, options.seed)


if __name__ == "__main__":
    main()
