"""Measures how long a site takes, and that its memory doesn't grow with the sourcebook."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.generate import SMALL, cached
from benchmarks.measure import Command, Cost, Trial, paragraph, run, sourcebook

TENTH = SMALL // 10
"""A sourcebook to compare with: memory must not grow as the number of events does."""


def sites(trial: Trial) -> Iterator[str]:
    """Measure the sites of the article and of two sourcebooks, each once."""
    article = trial.folder / "article.db"
    subprocess.run(sourcebook(article, "init"), check=True, capture_output=True)
    yield from (
        "## Sites",
        "",
        *paragraph(
            "`sourcebook site`, one run each. A site has a page for everything, so its size grows "
            "with the sourcebook; memory holds one subject, lists of ids and the search index."
        ),
        "| sourcebook | files | size | time | processor time | memory |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    )
    books = {"the article": article}
    books |= {f"{events:,} events": cached(events) for events in (TENTH, SMALL)}
    for name, book in books.items():
        yield _line(name, *measured(book, trial.folder))


def measured(book: Path, folder: Path) -> tuple[Cost, int, int]:
    """Return what a site of a sourcebook costs, the number of its files and their bytes."""
    out = folder / "site"
    cost = run(Command(sourcebook(book, "site", out), folder / "out"))
    sizes = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
    return cost, len(sizes), sum(sizes)


def _line(name: str, cost: Cost, files: int, size: int) -> str:
    return (
        f"| {name} | {files:,} | {size / 1e6:.1f} MB | {cost.seconds:.1f} s "
        f"| {cost.processor:.1f} s | {cost.megabytes:.0f} MB |"
    )
