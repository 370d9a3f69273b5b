"""Measures what speed is claimed, prints the table of ratios and writes docs/performance.md.

python -m benchmarks [--events N] [--rounds N] [--only REPORT …] [--skip exports feeds] [-o FILE]
"""

from __future__ import annotations

import argparse
import csv
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path

from benchmarks.exporting import exports
from benchmarks.feeding import feeds
from benchmarks.generate import EVENTS, ROOT, SEED, cached
from benchmarks.measure import Command, Cost, alternate, first_line, machine, memory, middle
from benchmarks.questions import SOURCEBOOK, WHOLE, Question, questions, shell, trivial
from benchmarks.starting import ARTICLE, first_rows, libraries
from benchmarks.world import COLUMNS

PAGE = ROOT / "docs" / "performance.md"
LONG = 0.1
"""Seconds of answering from which on a ratio says something."""

FEEDS = 3
"""Rounds of feeds at most: one takes minutes."""

COMMAND = [".venv/bin/python", "-m", "benchmarks"]

FILTERED, ENTIRE, STARTED = 1.3, 1.5, 1.3
"""At most so many times what it is compared with."""


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help="how many (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each (%(default)s)")
    parser.add_argument("--only", nargs="*", default=[], help="only these reports")
    parser.add_argument(
        "--skip", nargs="*", default=[], choices=("exports", "feeds"), help="leave these out"
    )
    parser.add_argument("-o", "--output", type=Path, default=PAGE, help="the page to write")
    asked = parser.parse_args()
    database = cached(asked.events, SEED)
    version = shell()
    rival = (
        f"sqlite3 shell {version}" if version else "csv from Python's sqlite3 (no sqlite3 shell)"
    )
    found = machine(rival)
    lines = [*_head(database, asked.events, found), *_reports(database, asked.rounds, asked.only)]
    if not asked.only:
        with tempfile.TemporaryDirectory() as folder:
            lines += _starting(database, Path(folder), asked.rounds)
            if "exports" not in asked.skip:
                lines += exports(database, Path(folder), asked.rounds)
        if "feeds" not in asked.skip:
            lines += feeds(database, min(asked.rounds, FEEDS))
    page = "\n".join(lines) + "\n"
    print(page)
    asked.output.write_text(page, encoding="utf-8")


def _head(database: Path, events: int, found: list[tuple[str, str]]) -> Iterator[str]:
    with closing(sqlite3.connect(database)) as opened:
        counts = {
            table: opened.execute(f"select count(*) from {table}").fetchone()[0]
            for table in COLUMNS
        }
    yield from (
        "# Performance",
        "",
        f"Measured on {datetime.now(UTC):%Y-%m-%d} by `{' '.join(COMMAND + sys.argv[1:])}`;",
        "`make bench` measures all, and writes this page.",
        f"The sourcebook is made up: {events:,} events, and {sum(counts.values()):,} rows in all.",
        "It is shaped as event data are, and the same for the same seed;",
        "`.venv/bin/python -m benchmarks.generate` makes it alone.",
        "Whole processes are run, in turn, and the medians taken.",
        "",
        "Its rows: " + ", ".join(f"{table} {count:,}" for table, count in counts.items()) + ".",
        "",
        "| machine | |",
        "| --- | --- |",
        *(f"| {what} | {value} |" for what, value in found),
        "",
    )


# --- reports --------------------------------------------------------------------------------------


def _reports(database: Path, rounds: int, only: list[str]) -> Iterator[str]:
    """Compare every question with the same SQL in the shell."""
    filtered: list[str] = []
    entire: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        start = _start(Path(folder), rounds)
        for question in questions(database, only):
            rows, ours, theirs = compare(database, Path(folder), question, rounds)
            whole = question.report.name in WHOLE and not question.values
            into = entire if whole else filtered
            into.append(_row(question.name, rows, (ours, theirs), start))
            print(into[-1], file=sys.stderr)
    ours, theirs = start
    yield from (
        "## Reports",
        "",
        "`sourcebook report … --format csv` against the same SQL with the same values in the",
        "shell, its output as csv. Both write to a file, and the rows are compared. An actor is",
        "the busiest of all, a pair the two busiest, a document or an event that with most to it.",
        "",
        "A process starts before it answers, whatever it is asked: ours takes",
        f"{ours.seconds:.2f} s for a report on an empty sourcebook, nearly all of it Python and",
        f"its libraries, the shell {theirs.seconds:.2f} s for `select 1`. `ratio` is that of the",
        "whole processes, `answer` that of what each takes beyond its start, and for which the",
        "limits are;",
        f"it is left out where the shell answers in less than {LONG} s.",
    )
    for title, table in (
        (f"One actor, pair, month or source: the answer in at most {FILTERED} times", filtered),
        (f"The whole database: the answer in at most {ENTIRE} times", entire),
    ):
        if table:
            yield from ("", f"### {title}", "")
            yield "| report | rows | sourcebook | shell | added | ratio | answer |"
            yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
            yield from table
    yield ""


def _start(folder: Path, rounds: int) -> tuple[Cost, Cost]:
    """Measure what a report and the shell take when there is nothing to find."""
    empty = folder / "empty.db"
    subprocess.run([SOURCEBOOK, "--db", empty, "migrate"], check=True, capture_output=True)
    asked = [SOURCEBOOK, "--db", str(empty), "report", "sources", "--format", "csv"]
    ours = Command(asked, folder / "ours.csv")
    theirs = trivial(empty, folder / "theirs.csv")
    first, second = alternate(2 * rounds, ours, theirs)
    return first, second


def _row(name: str, rows: int, costs: tuple[Cost, Cost], start: tuple[Cost, Cost]) -> str:
    ours, theirs = (cost.seconds for cost in costs)
    answered, other = (cost.seconds - one.seconds for cost, one in zip(costs, start, strict=True))
    answer = f"{answered / other:.2f}" if other >= LONG else ""
    return (
        f"| {name} | {rows:,} | {ours:.2f} s | {theirs:.2f} s | {ours - theirs:.2f} s "
        f"| {ours / theirs:.2f} | {answer} |"
    )


def _ratios(ours: Cost, theirs: Cost) -> str:
    clock, processor = ours.seconds / theirs.seconds, ours.processor / theirs.processor
    return f"{clock:.2f} | {processor:.2f}"


def compare(
    database: Path, folder: Path, question: Question, rounds: int
) -> tuple[int, Cost, Cost]:
    """Measure one question; give how many rows it has, what ours took and what theirs."""
    one = question.ours(database, folder / "ours.csv")
    other = question.theirs(database, folder / "theirs.csv")
    ours, theirs = alternate(rounds, one, other)
    return _same(question, one, other), ours, theirs


def _same(question: Question, one: Command, other: Command) -> int:
    """Count the rows of both. Stops where they differ, but for the mark before a formula."""
    csv.field_size_limit(sys.maxsize)  # a name that thousands of documents use has a long list
    with (
        one.output.open(encoding="utf-8", newline="") as ours,
        other.output.open(encoding="utf-8", newline="") as theirs,
    ):
        count = -1
        for count, (row, same) in enumerate(zip_longest(csv.reader(ours), csv.reader(theirs))):
            assert row is not None, f"{question.name}: the shell has more rows than {count}"
            assert same is not None, f"{question.name}: the shell has {count} rows only"
            bare = [cell.removeprefix("'") for cell in row]
            assert row == same or bare == same, f"{question.name}: row {count}: {row} {same}"
    return count


# --- starting and streaming -----------------------------------------------------------------------


def _starting(database: Path, folder: Path, rounds: int) -> Iterator[str]:
    """Compare starting with importing, and see a long table stream."""
    article, out = folder / "article.db", folder / "out"
    subprocess.run([SOURCEBOOK, "--db", article, "init"], check=True, capture_output=True)
    report = Command([SOURCEBOOK, "--db", str(article), *ARTICLE], out)
    ours, theirs = alternate(4 * rounds, report, libraries(report, out))
    yield from (
        "## Starting",
        "",
        f"`sourcebook {' '.join(ARTICLE)}` on the article that ships, against a Python that",
        f"imports the same libraries and ends: at most {STARTED} times.",
        "",
        "| report | imports alone | ratio | of processor time |",
        "| ---: | ---: | ---: | ---: |",
        f"| {ours.seconds:.3f} s | {theirs.seconds:.3f} s | {_ratios(ours, theirs)} |",
        "",
    )
    fresh = folder / "fresh.db"
    init = Command([sys.executable, "-c", _INIT, SOURCEBOOK, str(fresh)], out)
    imports = libraries(Command([SOURCEBOOK, "--db", str(folder / "once.db"), "init"], out), out)
    ours, theirs = alternate(rounds, init, imports)
    yield from (
        f"`sourcebook init`, which loads it, takes {ours.processor:.2f} s of processor time,",
        f"{theirs.processor:.2f} s of them imports;",
        f"{ours.processor - theirs.processor:.2f} s are beyond its imports, of at most 1.",
        "",
    )
    yield from _streaming(database, folder, rounds)


_INIT = """
import os, sys
from pathlib import Path
Path(sys.argv[2]).unlink(missing_ok=True)
os.execv(sys.argv[1], [sys.argv[1], "--db", sys.argv[2], "init"])
"""


def _streaming(database: Path, folder: Path, rounds: int) -> Iterator[str]:
    few, many = (first_rows(folder, database, count) for count in (1_000, 100_000))
    short, whole = alternate(rounds, few, many)
    first = middle(rounds, lambda: first_line(many))
    yield from (
        "## A table of 100,000 rows",
        "",
        "A report of one's own that sorts nothing, `--format table`, into a file; the first line",
        "into a pipe. One of a thousand rows stands beside it: memory does not grow with the rows.",
        "",
        "| rows | first line | all | memory at most |",
        "| ---: | ---: | ---: | ---: |",
        f"| 1,000 | | {short.seconds:.2f} s | {memory(few):.0f} MB |",
        f"| 100,000 | {first:.2f} s | {whole.seconds:.2f} s | {memory(many):.0f} MB |",
    )


if __name__ == "__main__":
    main()
