"""Measures how fast Sourcebook is, prints the figures and writes docs/performance.md.

python -m benchmarks [--events N] [--rounds N] [-o FILE]
python -m benchmarks --only REPORT …      prints the figures of these reports
python -m benchmarks --skip exports feeds loads prints all other figures

One command writes the whole page, so a run that leaves something out only prints.
"""

from __future__ import annotations

import argparse
import csv
import shlex
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from statistics import median

from benchmarks.exporting import exports
from benchmarks.feeding import feeds
from benchmarks.generate import EVENTS, ROOT, SEED, cached
from benchmarks.loading import loads
from benchmarks.measure import Command, Cost, alternate, first_line, machine, memory
from benchmarks.questions import SOURCEBOOK, WHOLE, Question, questions, shell, trivial
from benchmarks.starting import ARTICLE, first_rows, libraries
from benchmarks.world import COLUMNS

PAGE = ROOT / "docs" / "performance.md"
SHORTEST_ANSWER = 0.1
"""The shell's answer must take this many seconds for a ratio to be meaningful."""

FEED_ROUNDS = 3
"""The most rounds of feeds: one takes minutes."""

FILTERED, ENTIRE, STARTED, HELPED = 1.3, 1.5, 1.3, 1.5
"""The limits: how many times as long as the other side we may take."""


def main() -> None:
    """Measure and print; write the page if nothing was left out."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--events", type=int, default=EVENTS, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each (default: %(default)s)")
    parser.add_argument("--only", nargs="*", default=[], help="only these reports; writes no page")
    parser.add_argument(
        "--skip",
        nargs="*",
        default=[],
        choices=("exports", "feeds", "loads"),
        help="leave these out; writes no page",
    )
    parser.add_argument("-o", "--output", type=Path, default=PAGE, help="the page to write")
    options = parser.parse_args()
    database = cached(options.events, SEED)
    lines = [*_head(database, options.events), *_reports(database, options.rounds, options.only)]
    if not options.only:
        with tempfile.TemporaryDirectory() as folder:
            lines += _starting(database, Path(folder), options.rounds)
            if "loads" not in options.skip:
                lines += loads(Path(folder))
            if "exports" not in options.skip:
                lines += exports(database, Path(folder), options.rounds)
        if "feeds" not in options.skip:
            lines += feeds(database, min(options.rounds, FEED_ROUNDS))
    page = "\n".join(lines) + "\n"
    print(page)
    if not options.only and not options.skip:
        options.output.write_text(page, encoding="utf-8")


def _head(database: Path, events: int) -> Iterator[str]:
    version = shell()
    rival = f"sqlite3 shell {version}" if version else "Python's sqlite3 and csv modules"
    with closing(sqlite3.connect(database)) as opened:
        counts = {
            table: opened.execute(f"select count(*) from {table}").fetchone()[0]
            for table in COLUMNS
        }
    yield from (
        "# Performance",
        "",
        f"`{shlex.join(['.venv/bin/python', '-m', 'benchmarks', *sys.argv[1:]])}` measured all of",
        f"this and wrote this page on {datetime.now(UTC):%Y-%m-%d}.",
        f"It used an invented sourcebook of {events:,} events, with {sum(counts.values()):,} rows",
        "in all. The same seed always makes the same rows, and they are distributed as in real",
        "event data; `.venv/bin/python -m benchmarks.generate` makes the sourcebook alone.",
        "",
        "Each figure is the median of several runs of a whole process. Programs that are compared",
        "run alternately, so that other work on the machine slows both.",
        "",
        "Rows: " + ", ".join(f"{table} {count:,}" for table, count in counts.items()) + ".",
        "",
        "| machine | |",
        "| --- | --- |",
        *(f"| {what} | {value} |" for what, value in machine(rival)),
        "",
    )


# --- reports --------------------------------------------------------------------------------------


def _reports(database: Path, rounds: int, only: list[str]) -> Iterator[str]:
    """Compare every report with the same SQL in the shell."""
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
        "`sourcebook report … --format csv`, compared with the sqlite3 shell, which runs the same",
        "SQL with the same values and also prints csv. Both write to a file, and the benchmark",
        "stops if their rows differ. Filters name what has the most rows: the busiest actor, the",
        "two busiest actors, the largest document or event.",
        "",
        f"Starting takes {ours.seconds:.2f} s (a report on an empty sourcebook), nearly all of it",
        f"for Python and its libraries, and {theirs.seconds:.2f} s in the shell (`select 1`).",
        "`ratio` compares whole processes. `answer` compares what they take beyond their start;",
        "the limits are for `answer`. It is left out if the shell answers in less than",
        f"{SHORTEST_ANSWER} s.",
    )
    for title, table in (
        (f"One actor, pair, month or source: `answer` at most {FILTERED}", filtered),
        (f"The whole database: `answer` at most {ENTIRE}", entire),
    ):
        if table:
            yield from ("", f"### {title}", "")
            yield "| report | rows | sourcebook | shell | added | ratio | answer |"
            yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
            yield from table
    yield ""


def _start(folder: Path, rounds: int) -> tuple[Cost, Cost]:
    """Measure how long a report and the shell take when there is nothing to find."""
    empty = folder / "empty.db"
    subprocess.run([SOURCEBOOK, "--db", empty, "migrate"], check=True, capture_output=True)
    asked = [SOURCEBOOK, "--db", str(empty), "report", "sources", "--format", "csv"]
    ours = Command(asked, folder / "ours.csv")
    theirs = trivial(empty, folder / "theirs.csv")
    first, second = alternate(2 * rounds, ours, theirs)
    return first, second


def _row(name: str, rows: int, costs: tuple[Cost, Cost], start: tuple[Cost, Cost]) -> str:
    ours, theirs = (cost.seconds for cost in costs)
    our_answer, their_answer = (
        cost.seconds - at_start.seconds for cost, at_start in zip(costs, start, strict=True)
    )
    answer = f"{our_answer / their_answer:.2f}" if their_answer >= SHORTEST_ANSWER else ""
    return (
        f"| {name} | {rows:,} | {ours:.2f} s | {theirs:.2f} s | {ours - theirs:.2f} s "
        f"| {ours / theirs:.2f} | {answer} |"
    )


def compare(
    database: Path, folder: Path, question: Question, rounds: int
) -> tuple[int, Cost, Cost]:
    """Measure one question; return how many rows it has, our cost and theirs."""
    ours = question.ours(database, folder / "ours.csv")
    theirs = question.theirs(database, folder / "theirs.csv")
    our_cost, their_cost = alternate(rounds, ours, theirs)
    return _count_equal_rows(question, ours.output, theirs.output), our_cost, their_cost


def _count_equal_rows(question: Question, our_csv: Path, their_csv: Path) -> int:
    """Return how many rows both files have; stop at the first that differs.

    Our apostrophe before what a spreadsheet would take for a formula is not a difference.
    """
    csv.field_size_limit(sys.maxsize)  # a name that thousands of documents use has a long list
    with (
        our_csv.open(encoding="utf-8", newline="") as ours,
        their_csv.open(encoding="utf-8", newline="") as theirs,
    ):
        count = -1
        for count, (row, other) in enumerate(zip_longest(csv.reader(ours), csv.reader(theirs))):
            assert row is not None, f"{question.name}: the shell has more than {count} rows"
            assert other is not None, f"{question.name}: the shell has only {count} rows"
            bare = [cell.removeprefix("'") for cell in row]
            assert other in (row, bare), f"{question.name}: row {count}: {row} {other}"
    return count


# --- starting and streaming -----------------------------------------------------------------------


def _starting(database: Path, folder: Path, rounds: int) -> Iterator[str]:
    """Compare starting with importing, and show that a long table streams."""
    article, out = folder / "article.db", folder / "out"
    subprocess.run([SOURCEBOOK, "--db", article, "init"], check=True, capture_output=True)
    report = Command([SOURCEBOOK, "--db", str(article), *ARTICLE], out)
    ours, theirs = alternate(4 * rounds, report, libraries(report, out))
    yield from (
        "## Starting",
        "",
        f"`sourcebook {' '.join(ARTICLE)}` on the article, compared with a Python that only",
        f"imports the same libraries. The limit is a ratio of {STARTED}.",
        "",
        "| report | imports only | ratio | ratio of processor time |",
        "| ---: | ---: | ---: | ---: |",
        f"| {ours.seconds:.3f} s | {theirs.seconds:.3f} s | {ours.ratios(theirs)} |",
        "",
    )
    listing = Command([SOURCEBOOK, "--help"], out)
    ours, theirs = alternate(25, listing, Command([sys.executable, "-c", "import click"], out))
    yield from (
        "`sourcebook --help`, compared with `python -c 'import click'`: medians of 25 processes",
        f"each. The limit is a ratio of {HELPED}.",
        "",
        "| help | import click | ratio | ratio of processor time |",
        "| ---: | ---: | ---: | ---: |",
        f"| {ours.seconds:.3f} s | {theirs.seconds:.3f} s | {ours.ratios(theirs)} |",
        "",
    )
    fresh = folder / "fresh.db"
    init = Command([sys.executable, "-c", _INIT, SOURCEBOOK, str(fresh)], out)
    imports = libraries(Command([SOURCEBOOK, "--db", str(folder / "once.db"), "init"], out), out)
    ours, theirs = alternate(rounds, init, imports)
    yield from (
        f"`sourcebook init`, which loads the article, takes {ours.processor:.2f} s of processor",
        f"time, {theirs.processor:.2f} s of it for imports. The other",
        f"{ours.processor - theirs.processor:.2f} s may be at most 1 s.",
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
    first = median(first_line(many) for _ in range(rounds))
    yield from (
        "## A table of 100,000 rows",
        "",
        "A report that sorts nothing, with `--format table`, written to a file. `first line` is",
        "measured on a pipe. Memory must not grow with the number of rows.",
        "",
        "| rows | first line | all | most memory |",
        "| ---: | ---: | ---: | ---: |",
        f"| 1,000 | | {short.seconds:.2f} s | {memory(few):.0f} MB |",
        f"| 100,000 | {first:.2f} s | {whole.seconds:.2f} s | {memory(many):.0f} MB |",
    )


if __name__ == "__main__":
    main()
