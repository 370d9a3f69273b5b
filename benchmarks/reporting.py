"""Measures every report, whole and filtered, against the same SQL in the sqlite3 shell."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from benchmarks.measure import Command, Cost, Trial, alternate, paragraph, sourcebook
from benchmarks.questions import PLAIN, Question, plain_select, questions, shell, trivial
from reports.catalogue import Catalogue

FILTERED, WHOLE = 1.3, 1.5
"""The limits: how many times as long as the shell an answer may take."""

BESIDE_PLAIN = 3
"""The limit beside a plain select of the same columns."""

SHORTEST_ANSWER = 0.1
"""The shell's answer must take this many seconds for a ratio to be meaningful."""


def reports(trial: Trial) -> Iterator[str]:
    """Compare every question; filtered reports first."""
    version = shell()
    rival = f"the sqlite3 shell ({version})" if version else "Python's sqlite3 and csv modules"
    start = _start(trial)
    ours, theirs = start
    yield from (
        "## Reports",
        "",
        *paragraph(
            f"`sourcebook report … --format csv`, compared with {rival}: the same SQL with the "
            "same values, printed as csv. Both write to a file, and the benchmark stops if their "
            "rows differ. Filters name what has the most rows: the busiest actor, the two busiest "
            "actors, the largest document or event."
        ),
        *paragraph(
            f"Starting takes {ours.seconds:.2f} s (a report on an empty sourcebook), nearly all of "
            f"it for Python and its libraries, and {theirs.seconds:.2f} s on the other side "
            "(`select 1`). `ratio` compares whole processes. `answer` compares what they take "
            "beyond their start; the limits are for `answer`. It is left out if the other side "
            f"takes less than {SHORTEST_ANSWER} s for it."
        ),
    )
    asked = list(questions(trial.book, trial.only))
    for title, limit, whole in (
        ("One actor, pair, month or source", FILTERED, False),
        ("The whole database", WHOLE, True),
    ):
        yield from (
            f"### {title}: `answer` at most {limit}",
            "",
            "| report | rows | sourcebook | shell | ratio | answer | memory |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        )
        for question in asked:
            if whole is (not question.values):
                yield _row(question.name, *compare(trial, question), start)
        yield ""
    yield from _beside_plain_selects(trial, theirs)


def _beside_plain_selects(trial: Trial, start: Cost) -> Iterator[str]:
    """Compare reports that show most facts with a plain select, both in the shell."""
    yield from (
        f"### Beside a plain select: `answer` at most {BESIDE_PLAIN}",
        "",
        "The report's SQL, compared with its columns of `fact_summaries` in the order of the text.",
        "",
        "| report | its SQL | plain select | answer |",
        "| --- | ---: | ---: | ---: |",
    )
    for name in [name for name in PLAIN if not trial.only or name in trial.only]:
        question = Question(Catalogue().report(name), {})
        full = question.theirs(trial.book, trial.folder / "full.csv")
        plain = plain_select(name, trial.book, trial.folder / "plain.csv")
        ours, theirs = alternate(trial.rounds, full, plain)
        answer = (ours.seconds - start.seconds) / max(theirs.seconds - start.seconds, 0.001)
        yield f"| {name} | {ours.seconds:.2f} s | {theirs.seconds:.2f} s | {answer:.2f} |"
    yield ""


def _start(trial: Trial) -> list[Cost]:
    """Measure how long a report and the shell take when there is nothing to find."""
    empty = trial.folder / "empty.db"
    subprocess.run(sourcebook(empty, "migrate"), check=True, capture_output=True)
    report = sourcebook(empty, "report", "sources", "--format", "csv")
    ours = Command(report, trial.folder / "ours.csv")
    return alternate(3 * trial.rounds, ours, trivial(empty, trial.folder / "theirs.csv"))


def _row(name: str, rows: int, costs: list[Cost], start: list[Cost]) -> str:
    ours, theirs = costs
    our_answer, their_answer = (
        cost.seconds - at_start.seconds for cost, at_start in zip(costs, start, strict=True)
    )
    answer = f"{our_answer / their_answer:.2f}" if their_answer >= SHORTEST_ANSWER else ""
    return (
        f"| {name} | {rows:,} | {ours.seconds:.2f} s | {theirs.seconds:.2f} s "
        f"| {ours.seconds / theirs.seconds:.2f} | {answer} | {ours.megabytes:.0f} MB |"
    )


def compare(trial: Trial, question: Question) -> tuple[int, list[Cost]]:
    """Measure one question; return how many rows it has, our cost and theirs."""
    ours = question.ours(trial.book, trial.folder / "ours.csv")
    theirs = question.theirs(trial.book, trial.folder / "theirs.csv")
    costs = alternate(trial.rounds, ours, theirs)
    return _count_equal_rows(question, ours.output, theirs.output), costs


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
            if other is None and count == 0:
                continue  # the shell prints no heading if there are no rows
            assert other is not None, f"{question.name}: the shell has only {count} rows"
            bare = [cell.removeprefix("'") for cell in row]
            assert other in (row, bare), f"{question.name}: row {count}: {row} {other}"
    return count
