"""Runs a program in a terminal of its own: tests type, and check what it shows.

A test fails if it waits too long for output, and the program ends with the test.
"""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0
"""How long the terminal waits for anything, in seconds."""

# The terminal must be the session's own for Ctrl-C to reach the program as a signal.
PROGRAM = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
{first}
sys.path.insert(0, {root!r})
import cli
cli.main()
"""

_CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[=>]|\][^\x07]*\x07)")


class Terminal:
    """A terminal with a running program."""

    def __init__(self, descriptor: int, process: subprocess.Popen[bytes]) -> None:
        self._descriptor = descriptor
        self._process = process
        self._read = b""

    @property
    def shown(self) -> str:
        """Everything shown so far, without control sequences."""
        return _CONTROL.sub("", self._read.decode("utf-8", "replace")).replace("\r", "")

    def type(self, text: str) -> None:
        """Type this text."""
        os.write(self._descriptor, text.encode())

    def wait(self, pattern: str) -> str:
        """Wait until this is shown; return and forget what was shown up to now."""
        until = time.monotonic() + PATIENCE
        while not re.search(pattern, self.shown):
            if time.monotonic() > until or not self._more():
                pytest.fail(f"{pattern!r} was never shown, but: {self.shown!r}")
        shown, self._read = self.shown, b""
        return shown

    def _more(self) -> bool:
        """Read what there is; say whether more may come."""
        ready, _, _ = select.select([self._descriptor], [], [], 0.1)
        if not ready:
            return True
        try:
            some = os.read(self._descriptor, 65_536)
        except OSError:  # as Linux says that the program has ended
            return False
        self._read += some
        return bool(some)

    def end(self) -> int:
        """Wait for the program to end; give its exit status."""
        until = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < until:
            self._more()
        while self._more() and select.select([self._descriptor], [], [], 0)[0]:
            pass
        return self._process.wait(timeout=1)


@contextmanager
def terminal(*arguments: str, first: str = "", **variables: str) -> Iterator[Terminal]:
    """Run the command line in a terminal of 100 columns; `first` is Python to run before it."""
    ours, theirs = os.openpty()
    os.set_blocking(ours, True)
    with suppress(ImportError):
        import fcntl
        import struct
        import termios

        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(first=first, root=str(ROOT)), *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={
            **os.environ,
            "TERM": "xterm",
            "PAGER": "cat",
            "PROMPT_TOOLKIT_NO_CPR": "1",
            **variables,
        },
    )
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
        os.close(ours)
