"""Compares reports on a DuckDB copy with the sourcebook in SQLite, and with an older version.

python -m benchmarks copies
python -m benchmarks.copies SOURCEBOOK [--old CHECKOUT --old-sourcebook FILE]

CHECKOUT is a folder with another version and its .venv; FILE a sourcebook of that version with the
same events.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.generate import ROOT
from benchmarks.measure import ENVIRONMENT, Trial, paragraph, sourcebook
from benchmarks.questions import WHOLE

ROWS = """
import sys, time
sys.path.insert(0, sys.argv[1])
try:
    from database.connect import reading
except ImportError:
    from schema.database import reading  # as older versions call it
from reports.catalogue import Catalogue
from reports.run import run
report = Catalogue().report(sys.argv[3])
with reading(sys.argv[2]) as connection:
    for _ in range(2):
        began = time.process_time()
        with run(connection, report, {}) as page:
            for row in page.rows:
                pass
    print(time.process_time() - began)
"""
"""Reads all rows of a report twice, and prints the processor time of the second, in seconds."""

Side = tuple[str, Path, Path]
"""What is measured: its heading, the checkout that runs the report, and the database."""


def copies(trial: Trial) -> Iterator[str]:
    """Compare the reports on a DuckDB copy with those on the sourcebook."""
    copy = trial.folder / "copy.duckdb"
    subprocess.run(sourcebook(trial.book, "feed", copy), check=True, capture_output=True)
    sides = [("SQLite", ROOT, trial.book), ("DuckDB", ROOT, copy)]
    yield from ("## Copies in DuckDB", "", *_compared(sides, trial.rounds, trial.only))


def _compared(sides: Sequence[Side], rounds: int, only: Sequence[str] = ()) -> Iterator[str]:
    yield from paragraph(
        "Processor time to read all rows of a report without filters, in seconds, without starting "
        "Python, opening the database and writing the rows: the second time that a process asks, "
        f"medians of {rounds} processes, run alternately. The last column is the last figure "
        "divided by the first."
    )
    yield f"| report | {' | '.join(heading for heading, *_ in sides)} | ratio |"
    yield f"| --- |{' ---: |' * (len(sides) + 1)}"
    for report in WHOLE:
        if only and report not in only:
            continue
        runs = [[_seconds(side, report) for side in sides] for _ in range(rounds)]
        seconds = [median(times) for times in zip(*runs, strict=True)]
        figures = " | ".join(f"{figure:.2f}" for figure in seconds)
        yield f"| {report} | {figures} | {seconds[-1] / seconds[0]:.2f} |"


def _seconds(side: Side, report: str) -> float:
    _, checkout, database = side
    python = sys.executable if checkout == ROOT else str(checkout / ".venv" / "bin" / "python")
    ended = subprocess.run(
        [python, "-c", ROWS, str(checkout), str(database.resolve()), report],
        check=True,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        cwd=checkout,
    )
    return float(ended.stdout)


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.copies",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sourcebook", type=Path)
    parser.add_argument("--old", type=Path, metavar="CHECKOUT")
    parser.add_argument("--old-sourcebook", type=Path, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sourcebook-bench-") as folder:
        copy = Path(folder, "copy.duckdb")
        feed = sourcebook(options.sourcebook, "feed", copy)
        subprocess.run(feed, check=True, capture_output=True)
        sides = [("SQLite", ROOT, options.sourcebook), ("DuckDB", ROOT, copy)]
        if options.old:
            sides.insert(0, ("older version", options.old.resolve(), options.old_sourcebook))
        for line in _compared(sides, options.rounds):
            print(line, flush=True)


if __name__ == "__main__":
    main()
