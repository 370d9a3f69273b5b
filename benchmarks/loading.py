"""Measures `load` of many codings in one command, beside `load` of a single one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Command, memory, run
from benchmarks.questions import SOURCEBOOK
from coding.load import SHIPPED

COUNTS = (10, 50, 200)
"""How many codings of the article's size are loaded together."""


@dataclass(frozen=True)
class Load:
    """What loading some codings into a new sourcebook takes."""

    processor: float
    """Processor time in seconds."""
    megabytes: float


def loads(folder: Path) -> Iterator[str]:
    """Load copies of the article under other keys; each step should cost what the first does."""
    article = (SHIPPED / "stand-together-or-fall-apart.yaml").read_text(encoding="utf-8")
    key = "key: stand-together-or-fall-apart"
    paths = [folder / f"{n}.yaml" for n in range(max(COUNTS))]
    for n, path in enumerate(paths):
        path.write_text(article.replace(key, f"{key}-{n}", 1), encoding="utf-8")
    empty = folder / "empty.db"
    subprocess.run([SOURCEBOOK, "--db", empty, "migrate"], check=True, capture_output=True)
    yield from (
        "## Loading",
        "",
        "`sourcebook load` of copies of the article's coding in one command. What one coding alone",
        "takes, with starting up, is subtracted; the rest is divided by the number of the others.",
        "",
        "| codings | processor time for each | memory for each |",
        "| ---: | ---: | ---: |",
    )
    first = _load(empty, folder, paths[:1])
    for count in COUNTS:
        cost = _load(empty, folder, paths[:count])
        seconds = (cost.processor - first.processor) / (count - 1)
        megabytes = (cost.megabytes - first.megabytes) / (count - 1)
        yield f"| {count} | {seconds:.2f} s | {megabytes:.2f} MB |"
    yield ""


def _load(empty: Path, folder: Path, paths: list[Path]) -> Load:
    """Load into copies of an empty sourcebook: the least time of three runs, and the memory."""
    database = folder / "loading.db"
    command = Command([SOURCEBOOK, "--db", str(database), "load", *map(str, paths)], folder / "out")
    times = []
    for _ in range(3):
        shutil.copyfile(empty, database)
        times.append(run(command).processor)
    shutil.copyfile(empty, database)
    return Load(min(times), memory(command))
