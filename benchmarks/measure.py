"""Measures whole processes: how long, how much of the processor, how much memory.

What is compared is run in turn, so that whatever else the machine does falls on both alike, and the
median of each is taken.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

MEGABYTE = 1024 * (1024 if sys.platform == "darwin" else 1)
"""Of what the system counts memory in: kibibytes, on macOS bytes."""

ENVIRONMENT = {name: value for name, value in os.environ.items() if name[:6] != "PYTHON"}
"""What programs are run in: as users have it, buffered and with bytecode kept."""

FEWEST, LONGEST = 3, 60.0
"""Runs that a median takes at least, and the seconds after which it has no more than those."""


@dataclass(frozen=True)
class Command:
    """A program to run; its output goes into a file, its input is a text."""

    arguments: Sequence[str]
    output: Path
    input: str = ""


@dataclass(frozen=True)
class Cost:
    """What one run took, in seconds: by the clock, and of the processor."""

    seconds: float
    processor: float


def run(command: Command) -> Cost:
    """Run a program to its end. Raises CalledProcessError with what it said if it fails."""
    started = time.perf_counter()
    with (
        command.output.open("wb") as out,
        command.output.with_suffix(".err").open("w+b") as said,
        subprocess.Popen(
            command.arguments, stdin=subprocess.PIPE, stdout=out, stderr=said, env=ENVIRONMENT
        ) as ran,
    ):
        assert ran.stdin is not None
        ran.stdin.write(command.input.encode())
        ran.stdin.close()
        _, status, used = os.wait4(ran.pid, 0)
        ran.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        said.seek(0)
        talk = said.read().decode(errors="replace")
    if ran.returncode:
        sys.stderr.write(talk)
        raise subprocess.CalledProcessError(ran.returncode, command.arguments, stderr=talk)
    return Cost(seconds, used.ru_utime + used.ru_stime)


def alternate(rounds: int, *commands: Command) -> list[Cost]:
    """Run programs in turn, once to warm up and then so often; give the medians of each.

    What has taken a minute is not run again once there are three runs of it.
    """
    costs: list[list[Cost]] = [[] for _ in commands]
    started = time.perf_counter()
    for number in range(rounds + 1):
        if number > FEWEST and time.perf_counter() - started > LONGEST:
            break
        for command, found in zip(commands, costs, strict=True):
            cost = run(command)
            if number:
                found.append(cost)
    return [
        Cost(
            median(cost.seconds for cost in found),
            median(cost.processor for cost in found),
        )
        for found in costs
    ]


def memory(command: Command) -> float:
    """Give how much memory a program and its processes held together at most at one time, in MB.

    On Linux their shares are added up every few hundredths of a second, and what several hold in
    common counts once; what the largest held by itself, which the system notes, is the least that
    is given. Elsewhere it is all. Processes that the program leaves behind do not count.

    Run by a small process of its own: a child counts what its parent held when it was started.
    """
    ran = subprocess.run(
        [sys.executable, "-S", "-c", _MEMORY, str(command.output), *command.arguments],
        check=True,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
    )
    alone, together = map(int, ran.stdout.split())
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

def held(process):
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    except OSError:
        return 0

most = 0
with open(sys.argv[1], "wb") as out, subprocess.Popen(sys.argv[2:], stdout=out) as ran:
    while ran.poll() is None:
        most = max(most, sum(map(held, tree(ran.pid))))
        time.sleep(0.02)
if ran.returncode:
    sys.exit(ran.returncode)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, most)
"""


def first_line(command: Command) -> float:
    """Give the seconds until a program has written its first line; then let it go."""
    started = time.perf_counter()
    with subprocess.Popen(command.arguments, stdout=subprocess.PIPE, env=ENVIRONMENT) as ran:
        assert ran.stdout is not None
        ran.stdout.readline()
        seconds = time.perf_counter() - started
        ran.kill()
    return seconds


def middle(rounds: int, measure: Callable[[], float]) -> float:
    """Give the median of a measurement that is made so often."""
    return median(measure() for _ in range(rounds))


def machine(shell: str) -> list[tuple[str, str]]:
    """Say on what is measured."""
    model = platform.processor() or platform.machine()
    described = Path("/proc/cpuinfo")
    if described.exists():
        lines = described.read_text(encoding="utf-8").splitlines()
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
        ("load before", ", ".join(f"{load:.1f}" for load in os.getloadavg())),
    ]
