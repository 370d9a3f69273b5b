"""Measures how long commands take to start, and that a long table streams."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from benchmarks.measure import Command, Trial, alternate, first_line, paragraph, sourcebook

HELP, REPORT, INIT = 1.5, 1.3, 1.0
"""The limits: times as long as importing the libraries; for `init`, seconds beyond it."""

PROCESSES = 25

REPORT_LIBRARIES = "click, sqlalchemy, sqlalchemy.dialects.sqlite.pysqlite, tabulate, wcwidth"
INIT_LIBRARIES = "click, alembic.command, pydantic, sqlalchemy.orm, yaml"

TABLE = "select title, date, event_type, modality from events limit {}"


def starting(trial: Trial) -> Iterator[str]:
    """Compare commands with a Python that only imports the libraries they need."""
    out, article = trial.folder / "out", trial.folder / "article.db"
    init = sourcebook(article, "init")
    subprocess.run(init, check=True, capture_output=True)
    yield from (
        "## Starting",
        "",
        f"Commands compared with `python -c 'import …'`: medians of {PROCESSES} whole processes.",
        "",
        "| command | compared with | command | import | ratio | of processor time | limit |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    )
    for arguments, libraries, limit in (
        (["--help"], "click", HELP),
        (["report", "timeline"], REPORT_LIBRARIES, REPORT),
    ):
        ours = Command(sourcebook(article, *arguments), out)
        ours_cost, imports = alternate(PROCESSES, ours, _import(trial, libraries))
        yield (
            f"| `sourcebook {' '.join(arguments)}` | `import {libraries}` "
            f"| {ours_cost.seconds:.3f} s | {imports.seconds:.3f} s "
            f"| {ours_cost.ratios(imports)} | {limit} |"
        )
    # `init` on a database that is there already would only check it.
    fresh = Command(["sh", "-c", 'rm "$2"; exec "$0" "$@"', *init], out)
    cost, imports = alternate(trial.rounds, fresh, _import(trial, INIT_LIBRARIES))
    yield from (
        "",
        *paragraph(
            f"`sourcebook init`, which loads the article, takes {cost.processor:.2f} s of "
            f"processor time, {imports.processor:.2f} s of it for `import {INIT_LIBRARIES}`. "
            f"The other {cost.processor - imports.processor:.2f} s may be at most {INIT:.0f} s."
        ),
        "## A table of 100,000 rows",
        "",
        *paragraph(
            "`sourcebook sql … --format table`, written to a file. `first line` is measured on a "
            "pipe. Memory must not grow with the number of rows."
        ),
        "| rows | first line | all | memory |",
        "| ---: | ---: | ---: | ---: |",
    )
    few, many = (
        Command(sourcebook(trial.book, "sql", TABLE.format(rows)), out) for rows in (1_000, 100_000)
    )
    for rows, command, cost in zip(
        ("1,000", "100,000"), (few, many), alternate(trial.rounds, few, many), strict=True
    ):
        first = median(first_line(command) for _ in range(trial.rounds))
        yield f"| {rows} | {first:.2f} s | {cost.seconds:.2f} s | {cost.megabytes:.0f} MB |"


def _import(trial: Trial, libraries: str) -> Command:
    return Command([sys.executable, "-c", f"import {libraries}"], trial.folder / "out")
