"""Measures exports against DuckDB's own export of the same rows, which are in a DuckDB file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from benchmarks.generate import SMALL, cached
from benchmarks.measure import Command, Trial, alternate, paragraph, run, sourcebook
from database.snapshot import TABLES

DUCKDB_EXPORT = """
import sys, duckdb
database, folder, format = sys.argv[1:]
with duckdb.connect(database, read_only=True) as opened:
    for name, in opened.execute("show tables").fetchall():
        opened.execute(f"copy {name} to '{folder}/{name}.{format}' (format {format})")
"""


def exports(trial: Trial) -> Iterator[str]:
    """Compare the formats that both write, and check that the rows are equal."""
    yield from (
        "## Exports",
        "",
        *paragraph(
            "`sourcebook export` from the SQLite file, against DuckDB's `copy … to` (DuckDB "
            f"{duckdb.__version__}, all cores) from a DuckDB file with the same rows. Sourcebook "
            "also orders the rows by key, hashes the files and writes them through to the disk, so "
            "that it makes the same bytes each time. Memory must not grow with the rows."
        ),
        f"| | sourcebook | DuckDB | ratio | of processor time | memory | of {SMALL:,} events |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    )
    for format in ("parquet", "csv"):  # DuckDB's file is filled from the first
        small = run(our_command(cached(SMALL), trial.folder, format))
        ours = our_command(trial.book, trial.folder, format)
        if format == "parquet":
            run(ours)
            fill_duckdb(trial.folder)
        cost, theirs = alternate(trial.rounds, ours, their_command(trial.folder, format))
        require_equal(trial.folder, format)
        yield (
            f"| {format} | {cost.seconds:.1f} s | {theirs.seconds:.1f} s | {cost.ratios(theirs)} "
            f"| {cost.megabytes:.0f} MB | {small.megabytes:.0f} MB |"
        )


def our_command(book: Path, folder: Path, format: str) -> Command:
    """Return the command of Sourcebook's export."""
    export = ("export", folder / f"ours-{format}", "--format", format)
    return Command(sourcebook(book, *export), folder / "out")


def their_command(folder: Path, format: str) -> Command:
    """Return the command of DuckDB's export."""
    target = folder / f"theirs-{format}"
    target.mkdir(exist_ok=True)
    script = [DUCKDB_EXPORT, str(folder / "rows.duckdb"), str(target), format]
    return Command([sys.executable, "-c", *script], folder / "out")


def fill_duckdb(folder: Path) -> None:
    """Fill the DuckDB file from Sourcebook's export."""
    with duckdb.connect(str(folder / "rows.duckdb")) as opened:
        for table in TABLES:
            path = folder / "ours-parquet" / f"{table.name}.parquet"
            opened.execute(f"create table {table.name} as from read_parquet('{path}')")


def require_equal(folder: Path, format: str) -> None:
    """Stop if the rows of a table differ, in whatever order."""
    with duckdb.connect() as opened:
        for table in TABLES:
            sides = []
            for side in ("ours", "theirs"):
                path = folder / f"{side}-{format}" / f"{table.name}.{format}"
                read = f"read_parquet('{path}')"
                if format == "csv":
                    read = f"read_csv('{path}', all_varchar = true, nullstr = '')"
                # A moment is text on one side and a timestamp on the other.
                columns = "* exclude (loaded_at)" if "loaded_at" in table.columns else "*"
                rows = f"(select {columns} from {read})"
                query = f"select count(*), bit_xor(hash(rows)) from {rows} as rows"
                sides.append(opened.execute(query).fetchone())
            assert sides[0] == sides[1], f"{table.name}.{format}: other rows than DuckDB's"
