"""Measures how fast Sourcebook is, and writes docs/performance.md.

python -m benchmarks [--events N] [--rounds N] [-o FILE]
python -m benchmarks feeds exports              measures and prints only these sections
python -m benchmarks reports --only timeline    … and of all reports only these

One command writes the whole page, so a run that leaves something out only prints.
"""

from __future__ import annotations

import argparse
import shlex
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.copies import copies
from benchmarks.exporting import exports
from benchmarks.feeding import feeds
from benchmarks.generate import EVENTS, ROOT, SEED, cached
from benchmarks.loading import loads
from benchmarks.measure import LONGEST, Trial, machine, paragraph
from benchmarks.reporting import reports
from benchmarks.sites import sites
from benchmarks.starting import starting
from database.snapshot import TABLES
from output.wording import counted

PAGE = ROOT / "docs" / "performance.md"

SECTIONS = {
    "reports": reports,
    "starting": starting,
    "loads": loads,
    "exports": exports,
    "sites": sites,
    "feeds": feeds,
    "copies": copies,
}
"""The sections of the page; each function yields lines as soon as it has measured them."""


def main() -> None:
    """Measure, with progress on stderr; write the page if nothing was left out."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--events", type=int, default=EVENTS, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (default: %(default)s)")
    parser.add_argument("--only", nargs="+", default=[], metavar="REPORT", help="only these")
    parser.add_argument("-o", "--output", type=Path, default=PAGE, help="the page to write")
    options = parser.parse_args()
    if unknown := set(options.sections) - SECTIONS.keys():
        parser.error(f"there is no section {', '.join(sorted(unknown))}")
    book, lines, started = cached(options.events, SEED), [], time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="sourcebook-bench-") as folder:
        trial = Trial(book, Path(folder), options.rounds, options.only)
        for line in _page(trial, options):
            print(f"{time.perf_counter() - started:6.0f} s  {line}", file=sys.stderr)
            lines.append(f"{line}\n")
    if options.sections or options.only:
        sys.stdout.writelines(lines)
    else:
        options.output.write_text("".join(lines), encoding="utf-8")


def _page(trial: Trial, options: argparse.Namespace) -> Iterator[str]:
    with closing(sqlite3.connect(trial.book)) as opened:
        counts = {
            table.name: opened.execute(f"select count(*) from {table.name}").fetchone()[0]
            for table in TABLES
        }
    yield from (
        "# Performance",
        "",
        *paragraph(
            f"`{shlex.join(['.venv/bin/python', '-m', 'benchmarks', *sys.argv[1:]])}` measured all "
            f"of this and wrote this page on {datetime.now(UTC):%Y-%m-%d}. It used an invented "
            f"sourcebook of {options.events:,} events, with {sum(counts.values()):,} rows in all. "
            "The same seed always makes the same rows, and they are distributed as in real event "
            "data; `.venv/bin/python -m benchmarks.generate` makes the sourcebook alone."
        ),
        *paragraph(
            f"Each figure is the median of {counted(options.rounds, 'run')} of a whole process "
            "after one that warms up, or of fewer runs (at least one) if those take longer than "
            f"{LONGEST:.0f} s. Programs that are compared run alternately, so that other work on "
            "the machine slows both."
        ),
        *paragraph(f"Rows: {', '.join(f'{name} {count:,}' for name, count in counts.items())}."),
        "| machine | |",
        "| --- | --- |",
        *(f"| {name} | {value} |" for name, value in machine().items()),
    )
    for name in options.sections or SECTIONS:
        yield ""
        yield from SECTIONS[name](trial)


if __name__ == "__main__":
    main()
