"""Commands for measuring how long a report takes to start, and to stream its rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Command
from benchmarks.questions import SOURCEBOOK

ARTICLE = ("report", "timeline")

OURS = (
    "__main__",
    "adhoc",
    "cli",
    "coding",
    "database",
    "exports",
    "feeds",
    "migrations",
    "output",
    "reports",
    "schema",
)

# Runs the application as its console script does, and prints at the end what it has imported.
_LOADED = """
import atexit, sys
atexit.register(lambda: print("\\n" + " ".join(sys.modules), file=sys.stderr))
sys.argv[0] = "sourcebook"
from cli import main
main()
"""


def libraries(command: Command, output: Path) -> Command:
    """Return a command that imports the same libraries as a command of the application."""
    script = [sys.executable, "-c", _LOADED, *command.arguments[1:]]
    ended = subprocess.run(script, check=True, capture_output=True, text=True)
    modules = [
        module
        for module in ended.stderr.splitlines()[-1].split()
        if module.partition(".")[0] not in OURS
    ]
    # Some libraries create modules at run time, which cannot be imported by name.
    importing = f"""
from contextlib import suppress
for module in {modules!r}:
    with suppress(ImportError):
        __import__(module)
"""
    return Command([sys.executable, "-c", importing], output)


def first_rows(folder: Path, database: Path, count: int) -> Command:
    """Return a command that prints this many rows, which need no sorting, as a table."""
    name = f"first-{count}"
    (folder / f"{name}.sql").write_text(
        f"""-- First
-- What are the first {count} events?
--
-- Columns
--   event     text  title
--   date      text  date in EDTF
--   type      text  PLOVER type
--   modality  text  whether it is

select title as event, date, event_type as type, modality
from events
limit {count}
"""
    )
    report = [SOURCEBOOK, "--db", str(database), "report", "--reports", str(folder), name]
    return Command([*report, "--format", "table"], folder / "table.txt")
