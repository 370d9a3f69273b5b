"""Measures exports beside DuckDB's own of the same rows, which it is given in a file of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from benchmarks.generate import SEED, cached
from benchmarks.measure import Command, Cost, alternate, memory
from benchmarks.questions import SOURCEBOOK
from database.snapshot import TABLES

SMALL = 20_000
"""Events of the sourcebook beside which memory is shown not to grow."""

THEIRS = """
import sys, duckdb
database, folder, format = sys.argv[1:]
with duckdb.connect(database, read_only=True) as opened:
    for name, in opened.execute("show tables").fetchall():
        opened.execute(f"copy {name} to '{folder}/{name}.{format}' (format {format})")
"""


def exports(database: Path, folder: Path, rounds: int) -> Iterator[str]:
    """Compare both formats that both write, and see that the rows are the same."""
    yield from (
        "## Exports",
        "",
        "`sourcebook export` from the SQLite file, against DuckDB's `copy … to`",
        f"(DuckDB {duckdb.__version__}, all cores) from a DuckDB file that holds the same rows",
        "beforehand. Both write the same rows; ours also orders them by key, hashes and syncs the",
        "files, and so gives the same bytes each time.",
        "",
        f"| | sourcebook | DuckDB | ratio | of processor time | memory | of {SMALL:,} events |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    )
    small = cached(SMALL, SEED)
    for format in ("parquet", "csv"):  # DuckDB's file is filled from the first
        ours = _ours(database, folder, format)
        if format == "parquet":
            subprocess.run(ours.arguments, check=True, capture_output=True)
            _fill(folder)
        theirs = _theirs(folder, format)
        one, other = alternate(rounds, ours, theirs)
        _same(folder, format)
        most, least = memory(ours), memory(_ours(small, folder, format))
        yield (
            f"| {format} | {one.seconds:.1f} s | {other.seconds:.1f} s | {_ratios(one, other)} "
            f"| {most:.0f} MB | {least:.0f} MB |"
        )
    yield ""


def _ours(database: Path, folder: Path, format: str) -> Command:
    arguments = [SOURCEBOOK, "--db", database, "export", folder / f"ours-{format}"]
    return Command([*map(str, arguments), "--format", format], folder / "out")


def _theirs(folder: Path, format: str) -> Command:
    into = folder / f"theirs-{format}"
    into.mkdir(exist_ok=True)
    given = [str(folder / "rows.duckdb"), str(into), format]
    return Command([sys.executable, "-c", THEIRS, *given], folder / "out")


def _fill(folder: Path) -> None:
    with duckdb.connect(str(folder / "rows.duckdb")) as opened:
        for table in TABLES:
            path = folder / "ours-parquet" / f"{table.name}.parquet"
            opened.execute(f"create table {table.name} as from read_parquet('{path}')")


def _same(folder: Path, format: str) -> None:
    """Stop where the rows of a table differ, whatever their order."""
    with duckdb.connect() as opened:
        for table in TABLES:
            found = []
            for side, null in (("ours", r"\N"), ("theirs", "")):
                path = folder / f"{side}-{format}" / f"{table.name}.{format}"
                read = f"read_parquet('{path}')"
                if format == "csv":
                    read = f"read_csv('{path}', all_varchar = true, nullstr = '{null}')"
                # A moment is text in one and a timestamp in the other.
                columns = "* exclude (loaded_at)" if "loaded_at" in table.columns else "*"
                rows = f"(select {columns} from {read})"
                query = f"select count(*), bit_xor(hash(rows)) from {rows} as rows"
                found.append(opened.execute(query).fetchone())
            assert found[0] == found[1], f"{table.name}.{format}: other rows than DuckDB's"


def _ratios(ours: Cost, theirs: Cost) -> str:
    return f"{ours.seconds / theirs.seconds:.2f} | {ours.processor / theirs.processor:.2f}"
