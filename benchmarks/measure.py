"""Measures whole processes: their duration, processor time and memory.

Programs that are compared run alternately, so that other work on the machine slows both; the median
of each counts.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

MEGABYTE = 1024 * (1024 if sys.platform == "darwin" else 1)
"""The system reports memory in kibibytes, macOS in bytes."""

ENVIRONMENT = {name: value for name, value in os.environ.items() if name[:6] != "PYTHON"}
"""Programs run as users run them: buffered, and with cached bytecode."""

FEWEST, LONGEST = 3, 60.0
"""The fewest runs for a median, and the seconds after which there are no more than these."""


@dataclass(frozen=True)
class Command:
    """A program to run, the file for its output, and its input."""

    arguments: Sequence[str]
    output: Path
    input: str = ""


@dataclass(frozen=True)
class Cost:
    """The duration and the processor time of one run, in seconds."""

    seconds: float
    processor: float

    def ratios(self, other: Cost) -> str:
        """Return how many times as long as the other this takes, in two cells of a table."""
        return f"{self.seconds / other.seconds:.2f} | {self.processor / other.processor:.2f}"


def median_cost(costs: Sequence[Cost]) -> Cost:
    """Return the medians of the durations and of the processor times."""
    return Cost(median(c.seconds for c in costs), median(c.processor for c in costs))


def run(command: Command) -> Cost:
    """Run a program to its end. Raises CalledProcessError with its stderr if it fails."""
    started = time.perf_counter()
    with (
        command.output.open("wb") as out,
        command.output.with_suffix(".err").open("w+b") as errors,
        subprocess.Popen(
            command.arguments, stdin=subprocess.PIPE, stdout=out, stderr=errors, env=ENVIRONMENT
        ) as process,
    ):
        assert process.stdin is not None
        process.stdin.write(command.input.encode())
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        errors.seek(0)
        stderr = errors.read().decode(errors="replace")
    if process.returncode:
        sys.stderr.write(stderr)
        raise subprocess.CalledProcessError(process.returncode, command.arguments, stderr=stderr)
    return Cost(seconds, usage.ru_utime + usage.ru_stime)


def alternate(rounds: int, *commands: Command) -> list[Cost]:
    """Run programs alternately, once to warm up and then `rounds` times; return their medians.

    After a minute, three runs of each are enough.
    """
    costs: list[list[Cost]] = [[] for _ in commands]
    started = time.perf_counter()
    for number in range(rounds + 1):
        if number > FEWEST and time.perf_counter() - started > LONGEST:
            break
        for command, runs in zip(commands, costs, strict=True):
            cost = run(command)
            if number:
                runs.append(cost)
    return list(map(median_cost, costs))


def memory(command: Command) -> float:
    """Return the most memory that a program and its child processes used at one time, in MB.

    On Linux their proportional shares are sampled every 20 ms, so shared pages count once. The
    result is at least the peak of the largest process, which the system records; elsewhere it is
    just that. Processes that outlive the program do not count.

    A small process starts the program: a child's peak includes its parent's memory at the fork.
    """
    measured = subprocess.run(
        [sys.executable, "-S", "-c", _MEMORY, str(command.output), *command.arguments],
        check=True,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
    )
    alone, together = map(int, measured.stdout.split())
    return max(alone / MEGABYTE, together / 1024)


_MEMORY = """
import os, resource, subprocess, sys, time

def tree(process):
    yield process
    try:
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/children") as file:
                for child in file.read().split():
                    yield from tree(child)
    except OSError:  # it has ended, or this is not Linux
        pass

def share(process):
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    except OSError:
        return 0

most = 0
with open(sys.argv[1], "wb") as out, subprocess.Popen(sys.argv[2:], stdout=out) as ran:
    while ran.poll() is None:
        most = max(most, sum(map(share, tree(ran.pid))))
        time.sleep(0.02)
if ran.returncode:
    sys.exit(ran.returncode)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, most)
"""


def first_line(command: Command) -> float:
    """Return the seconds until a program has written its first line; then kill it."""
    started = time.perf_counter()
    with subprocess.Popen(command.arguments, stdout=subprocess.PIPE, env=ENVIRONMENT) as ran:
        assert ran.stdout is not None
        ran.stdout.readline()
        seconds = time.perf_counter() - started
        ran.kill()
    return seconds


def machine(shell: str) -> list[tuple[str, str]]:
    """Describe this machine and the program that the reports are compared with."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        ("processor", f"{model}, {os.cpu_count()} cores"),
        ("memory", f"{memory:.0f} GiB"),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_version()} ({platform.python_implementation()})"),
        ("SQLite in Python", sqlite3.sqlite_version),
        ("compared with", shell),
        ("load average at the start", ", ".join(f"{load:.1f}" for load in os.getloadavg())),
    ]
