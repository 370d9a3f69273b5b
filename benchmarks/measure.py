"""Measures whole processes: their duration, processor time and memory.

Programs that are compared run alternately, so that other work on the machine slows both; the median
of each counts.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median

ENVIRONMENT = {name: value for name, value in os.environ.items() if name[:6] != "PYTHON"}
"""Programs run as users run them: buffered, and with cached bytecode."""

LONGEST = 30.0
"""After this many seconds, programs that are compared don't run another time."""


@dataclass(frozen=True)
class Trial:
    """What is measured, and how often."""

    book: Path
    """The sourcebook."""
    folder: Path
    """For temporary files."""
    rounds: int
    only: Sequence[str] = ()
    """Names of reports; none means all."""


@dataclass(frozen=True)
class Command:
    """A program to run, the file for its output, and its input."""

    arguments: Sequence[str]
    output: Path
    input: str = ""


def sourcebook(book: Path, *arguments: str | Path) -> list[str]:
    """Return the arguments that run a command of Sourcebook."""
    program = Path(sys.executable).with_name("sourcebook")
    return [str(program), "--db", str(book), *map(str, arguments)]


@dataclass(frozen=True)
class Cost:
    """The duration and the processor time of one run, in seconds, and the most memory in MB."""

    seconds: float
    processor: float
    megabytes: float

    def ratios(self, other: Cost) -> str:
        """Return how many times as long as the other this takes, in two cells of a table."""
        return f"{self.seconds / other.seconds:.2f} | {self.processor / other.processor:.2f}"


# A child's peak includes its parent's memory at the fork, so a small process starts the program.
# The system reports memory in kibibytes, macOS in bytes.
_STARTER = """
import json, resource, subprocess, sys, time
with open(sys.argv[1], "wb") as output:
    started = time.perf_counter()
    status = subprocess.call(sys.argv[2:], stdout=output)
    seconds = time.perf_counter() - started
used = resource.getrusage(resource.RUSAGE_CHILDREN)
megabyte = 2**20 if sys.platform == "darwin" else 2**10
print(json.dumps([seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / megabyte]))
sys.exit(status)
"""


def run(command: Command) -> Cost:
    """Run a program to its end. Raises CalledProcessError, and prints its stderr, if it fails."""
    ended = subprocess.run(
        [sys.executable, "-S", "-c", _STARTER, str(command.output), *command.arguments],
        input=command.input,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
    )
    if ended.returncode:
        sys.stderr.write(ended.stderr)
        raise subprocess.CalledProcessError(ended.returncode, command.arguments)
    return Cost(*json.loads(ended.stdout))


def median_cost(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(*map(median, zip(*map(astuple, costs), strict=True)))


def alternate(rounds: int, *commands: Command) -> list[Cost]:
    """Run programs alternately, once to warm up and then `rounds` times; return their medians.

    What takes longer than `LONGEST` runs less often, but at least once after the warm-up.
    """
    costs: list[list[Cost]] = []
    started = time.perf_counter()
    while len(costs) < 2 or (len(costs) <= rounds and time.perf_counter() - started < LONGEST):
        costs.append([run(command) for command in commands])
    return [median_cost(runs) for runs in zip(*costs[1:], strict=True)]


def first_line(command: Command) -> float:
    """Return the seconds until a program has written its first line; then kill it."""
    started = time.perf_counter()
    with subprocess.Popen(command.arguments, stdout=subprocess.PIPE, env=ENVIRONMENT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        seconds = time.perf_counter() - started
        process.kill()
    return seconds


def paragraph(text: str) -> list[str]:
    """Return the lines of a paragraph for the page, and an empty one."""
    return [*textwrap.wrap(text, 100, break_long_words=False, break_on_hyphens=False), ""]


def machine() -> dict[str, str]:
    """Describe this machine."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        model = next((line.partition(": ")[2] for line in lines if "model name" in line), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": f"{model}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "SQLite in Python": sqlite3.sqlite_version,
        "load average at the start": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
    }
