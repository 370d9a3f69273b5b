"""Measures `load` of many codings in one command, beside `load` of a single one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Command, Cost, Trial, paragraph, run, sourcebook
from coding.load import SHIPPED

COUNTS = (10, 50, 200)
"""How many codings of the article's size are loaded together."""

SECONDS, MEGABYTES = 0.3, 1
"""The limits for each further coding."""


def loads(trial: Trial) -> Iterator[str]:
    """Load copies of the article under other keys; each step should cost what the first does."""
    article = (SHIPPED / "stand-together-or-fall-apart.yaml").read_text(encoding="utf-8")
    key = "key: stand-together-or-fall-apart"
    paths = [trial.folder / f"{n}.yaml" for n in range(max(COUNTS))]
    for n, path in enumerate(paths):
        path.write_text(article.replace(key, f"{key}-{n}", 1), encoding="utf-8")
    empty = trial.folder / "empty.db"
    subprocess.run(sourcebook(empty, "migrate"), check=True, capture_output=True)
    yield from (
        "## Loading",
        "",
        *paragraph(
            "One `sourcebook load` of several copies of the article's coding, run once. What a run "
            "with one coding takes is subtracted, since that includes starting; the rest is "
            "divided by the number of further codings. Each may take "
            f"{SECONDS} s and {MEGABYTES} MB."
        ),
        "| codings | processor time for each | memory for each |",
        "| ---: | ---: | ---: |",
    )
    first = _load(empty, trial, paths[:1])
    for count in COUNTS:
        cost = _load(empty, trial, paths[:count])
        seconds = (cost.processor - first.processor) / (count - 1)
        megabytes = (cost.megabytes - first.megabytes) / (count - 1)
        yield f"| {count} | {seconds:.2f} s | {megabytes:.2f} MB |"


def _load(empty: Path, trial: Trial, paths: list[Path]) -> Cost:
    """Load codings into a copy of an empty sourcebook."""
    database = Path(shutil.copyfile(empty, trial.folder / "loading.db"))
    return run(Command(sourcebook(database, "load", *paths), trial.folder / "out"))
