"""Ctrl-C and time limits, tried on databases whose views never end, in every command that reads."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.databases import Files, Server, create, on_postgresql

ROOT = Path(__file__).resolve().parent.parent
ENDLESS = "with recursive up (n) as (select 1 union all select n + 1 from up) select {} from up"
# One call of a function that computes for hours, and never checks whether it was interrupted.
DEAF = """
select {}
from (select instr(hex(zeroblob(50000000)), hex(zeroblob(40000000)) || '1') as n)
"""
HEADER = """-- Endless
-- How long does this take?
--
-- Columns
--   n  integer  a number
"""
REPORT = f"{HEADER}select count(*) as n\nfrom generate_series(1, 1000000000)\n"
COMMANDS = (
    ["report", "actors"],
    ["report", "--all", "-o", "reports"],
    ["search", "--kind", "actor", "red"],
    ["feed", "copy.db"],
    ["export", "folder", "--format", "csv"],
    ["sql", "--timeout", "0", "select * from actors"],
    ["tables", "actors"],
)


def endless(path: Path, body: str) -> Path:
    """Create a sourcebook whose table `actors` is replaced with a view that never ends."""
    create(path)
    with closing(sqlite3.connect(path)) as connection:
        columns = [row[1] for row in connection.execute("pragma table_info(actors)")]
        connection.execute("pragma legacy_alter_table = on")
        connection.execute("alter table actors rename to hidden")
        selected = ", ".join(f"n as {column}" for column in columns)
        connection.execute(f"create view actors as {body.format(selected)} where n < 0")
    return path


def start(database: str | Path, *arguments: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "--db", str(database), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )


def interrupt(database: str | Path, *arguments: str, folder: Path) -> None:
    """Run a command, press Ctrl-C while the database computes, and check how the command ends."""
    with start(database, *arguments, folder=folder) as process:
        try:
            for _ in range(600):
                if computing(process) or process.poll() is not None:
                    break
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, out) == (130, "")
    assert err.endswith("stopped\n")
    assert "Traceback" not in err


def computing(process: subprocess.Popen[str]) -> bool:
    """Say whether a process has spent a tenth of a second in a thread other than the main one."""
    for stat in Path(f"/proc/{process.pid}/task").glob("*/stat"):
        fields = stat.read_text().rpartition(")")[2].split()
        if stat.parent.name != str(process.pid) and int(fields[11]) > 10:
            return True
    return False


@pytest.mark.parametrize(
    ("body", "arguments"), [*((ENDLESS, arguments) for arguments in COMMANDS), (DEAF, COMMANDS[0])]
)
def test_ctrl_c_ends_every_command(body: str, arguments: list[str], tmp_path: Path) -> None:
    book = endless(tmp_path / "book.db", body)
    interrupt(book, *arguments, folder=tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left <= {"book.db", "reports"}


def test_ctrl_c_and_a_time_limit_end_a_report_of_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "endless.sql").write_text(HEADER + ENDLESS.format("count(*) as n"))
    book = create(tmp_path / "book.db")
    mine = ("report", "--reports", ".", "endless")
    interrupt(book, *mine, folder=tmp_path)
    with start(book, *mine, "--timeout", "0.2", folder=tmp_path) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("Error: stopped after 0.2 s; --timeout ")


@pytest.mark.parametrize("arguments", [COMMANDS[2], COMMANDS[1]])
def test_a_time_limit_ends_reports_and_searches(arguments: list[str], tmp_path: Path) -> None:
    book = endless(tmp_path / "book.db", ENDLESS)
    with start(book, *arguments, "--timeout", "0.2", folder=tmp_path) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert re.search(r"^Error: stopped after 0\.2 s; --timeout .*\n\Z", err, re.MULTILINE)


@on_postgresql
def test_a_time_limit_ends_a_report_on_a_server(
    sourcebooks: Files | Server, tmp_path: Path
) -> None:
    (tmp_path / "endless.sql").write_text(REPORT)
    database = sourcebooks.migrated()
    mine = ("report", "--reports", ".", "endless", "--timeout", "0.2")
    with start(database, *mine, folder=tmp_path) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("Error: stopped after 0.2 s; --timeout ")
    with sa.create_engine(database, poolclass=sa.NullPool).connect() as connection:
        active = """
            select query
            from pg_stat_activity
            where query like '%%1000000000%%' and state = 'active' and pid <> pg_backend_pid()
        """
        assert connection.exec_driver_sql(active).all() == []
