"""Measures exports against DuckDB's own export of the same rows, which are in a DuckDB file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from benchmarks.generate import SEED, cached
from benchmarks.measure import Command, alternate, memory
from benchmarks.questions import SOURCEBOOK
from database.snapshot import TABLES

SMALL = 20_000
"""Events of the sourcebook that shows that memory doesn't grow."""

DUCKDB_EXPORT = """
import sys, duckdb
database, folder, format = sys.argv[1:]
with duckdb.connect(database, read_only=True) as opened:
    for name, in opened.execute("show tables").fetchall():
        opened.execute(f"copy {name} to '{folder}/{name}.{format}' (format {format})")
"""


def exports(database: Path, folder: Path, rounds: int) -> Iterator[str]:
    """Compare the formats that both write, and check that the rows are equal."""
    yield from (
        "## Exports",
        "",
        "`sourcebook export` from the SQLite file, against DuckDB's `copy … to`",
        f"(DuckDB {duckdb.__version__}, all cores) from a DuckDB file with the same rows.",
        "Sourcebook also orders the rows by key, hashes the files and writes them through to the",
        "disk, so that it makes the same bytes each time.",
        "",
        f"| | sourcebook | DuckDB | ratio | of processor time | memory | of {SMALL:,} events |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    )
    small = cached(SMALL, SEED)
    for format in ("parquet", "csv"):  # DuckDB's file is filled from the first
        ours = our_command(database, folder, format)
        if format == "parquet":
            subprocess.run(ours.arguments, check=True, capture_output=True)
            fill_duckdb(folder)
        theirs = their_command(folder, format)
        our_cost, their_cost = alternate(rounds, ours, theirs)
        require_equal(folder, format)
        large_peak, small_peak = memory(ours), memory(our_command(small, folder, format))
        yield (
            f"| {format} | {our_cost.seconds:.1f} s | {their_cost.seconds:.1f} s "
            f"| {our_cost.ratios(their_cost)} | {large_peak:.0f} MB | {small_peak:.0f} MB |"
        )
    yield ""


def our_command(database: Path, folder: Path, format: str) -> Command:
    """Return the command of Sourcebook's export."""
    arguments = [SOURCEBOOK, "--db", database, "export", folder / f"ours-{format}"]
    return Command([*map(str, arguments), "--format", format], folder / "out")


def their_command(folder: Path, format: str) -> Command:
    """Return the command of DuckDB's export."""
    target = folder / f"theirs-{format}"
    target.mkdir(exist_ok=True)
    arguments = [str(folder / "rows.duckdb"), str(target), format]
    return Command([sys.executable, "-c", DUCKDB_EXPORT, *arguments], folder / "out")


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
            for side, null in (("ours", r"\N"), ("theirs", "")):
                path = folder / f"{side}-{format}" / f"{table.name}.{format}"
                read = f"read_parquet('{path}')"
                if format == "csv":
                    read = f"read_csv('{path}', all_varchar = true, nullstr = '{null}')"
                # A moment is text on one side and a timestamp on the other.
                columns = "* exclude (loaded_at)" if "loaded_at" in table.columns else "*"
                rows = f"(select {columns} from {read})"
                query = f"select count(*), bit_xor(hash(rows)) from {rows} as rows"
                sides.append(opened.execute(query).fetchone())
            assert sides[0] == sides[1], f"{table.name}.{format}: other rows than DuckDB's"
