"""Loading many codings in one command takes linear time and little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from cli import sourcebook
from coding.changeset import Peers
from coding.load import load
from coding.validation import read
from database.connect import writing
from tests.databases import Files
from tests.valid_coding import VALID_CODING

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, str(ROOT / "cli.py"), "--db"]


def codings(folder: Path, count: int, old: str = "", new: str = "") -> list[Path]:
    """Write codings of different documents that share actors, places, topics and a source."""
    paths = [folder / f"{n}.yaml" for n in range(count)]
    for n, path in enumerate(paths):
        text = VALID_CODING.replace("key: harbour-talks", f"key: document-{n}")
        path.write_text(text.replace(old, new), encoding="utf-8")
    return paths


def run(*arguments: str | Path) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(sourcebook, [*map(str, arguments)])


def calls(work: Callable[[], object]) -> int:
    """Count the function calls that some work makes, built-in functions included."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_all_codings_are_loaded_though_nobody_reads_the_output(tmp_path: Path) -> None:
    database = Files(tmp_path).migrated()
    paths = codings(tmp_path, 4)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, database, "load", *paths, "--format", "csv"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(": added ") == 4
    listed = run("--db", database, "sql", "select count(*) as n from codings", "--format", "csv")
    assert listed.stdout.split() == ["n", "4"]


def test_every_coding_that_renames_a_shared_actor_is_journalled(tmp_path: Path) -> None:
    database = Files(tmp_path).migrated()
    paths = codings(tmp_path, 3)
    load_command: list[str | Path] = ["--db", database, "load", *paths]
    assert run(*load_command).exit_code == 0
    codings(tmp_path, 3, "name: Sudland,", "name: Southland,")
    done = run(*load_command, "--format", "json")
    expected = [
        {
            "document": f"document-{n}",
            "action": "changed",
            "item": "actor",
            "key": "sudland-state",
            "field": "name",
            "old_value": "Sudland",
            "new_value": "Southland",
        }
        for n in range(3)
    ]
    assert json.loads(done.stdout) == expected
    changes = ["--db", database, "report", "changes", "--format", "csv"]
    report = run(*changes)
    assert "document-2" in report.stdout
    assert "sudland-state" in report.stdout
    again = run(*load_command)
    assert again.stderr.count(": unchanged") == 3


def test_the_work_of_each_load_does_not_grow_with_the_number_of_codings(tmp_path: Path) -> None:
    database = Files(tmp_path).migrated()
    validated = [read(path) for path in codings(tmp_path, 30)]
    peers = Peers(validated)

    def load_one() -> None:
        with writing(database) as connection:
            load(connection, validated.pop(), peers=peers)

    load_one()  # compiles what later loads reuse
    first = sum(calls(load_one) for _ in range(5))
    for _ in range(19):
        load_one()
    last = sum(calls(load_one) for _ in range(5))
    assert last < 1.1 * first


def test_no_statement_of_a_load_reads_a_whole_table(tmp_path: Path) -> None:
    """Except for the content hash, which covers all codings."""
    database = Files(tmp_path).migrated()
    first, second = map(read, codings(tmp_path, 2))
    statements: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        statements[statement] = values[0] if isinstance(values, list) else values

    with writing(database) as connection:
        load(connection, first)
    with writing(database) as connection:
        sa.event.listen(connection, "before_cursor_execute", note)
        load(connection, second)
        sa.event.remove(connection, "before_cursor_execute", note)
        tables = {*sa.inspect(connection).get_table_names()} - {"relation_types"}
        scans = set()
        for statement, values in statements.items():
            plan = connection.exec_driver_sql(f"explain query plan {statement}", values)
            scans |= {row.detail.split()[1] for row in plan if row.detail.startswith("SCAN ")}
    assert len(statements) > 50
    assert scans & tables <= {"sources", "codings"}


def test_a_coding_that_waits_for_its_load_takes_little_memory() -> None:
    path = ROOT / "articles" / "stand-together-or-fall-apart.yaml"
    read(path)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    validated = [read(path)]
    peers = Peers(validated)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peers.documents
    assert after - before < 1_000_000


def test_changes_shows_the_newest_load_although_the_clock_was_ahead(tmp_path: Path) -> None:
    database = Files(tmp_path).migrated()
    [path] = codings(tmp_path, 1)
    assert run("--db", database, "load", path).exit_code == 0
    with writing(database) as connection:
        connection.exec_driver_sql("update loads set loaded_at = '2999-01-01T00:00:00Z'")
    path.write_text(
        path.read_text(encoding="utf-8").replace("Sudland leaves", "Sudland walks out"),
        encoding="utf-8",
    )
    assert run("--db", database, "load", path).exit_code == 0
    done = run("--db", database, "report", "changes", "--format", "jsonl")
    actions = {json.loads(line)["action"] for line in done.stdout.splitlines()}
    assert actions == {"changed"}, done.stdout


@pytest.mark.parametrize(
    ("date", "advice"),
    [
        ("2015-", "nothing follows the last hyphen: write 2015"),
        ("0", "a year has four digits"),
        ("201x", "an unspecified digit is a capital X"),
    ],
)
def test_check_gives_advice_that_fits_the_date(tmp_path: Path, date: str, advice: str) -> None:
    [path] = codings(tmp_path, 1, "date: 2020-03-01", f"date: '{date}'")
    done = run("check", path)
    assert done.exit_code == 1
    assert advice in done.output
