"""`sourcebook report`: its list, its help, its options, its messages and what it imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from database.connect import writing
from reports.command import report as command
from tests.databases import create
from tests.shipped_reports import REPORTS
from tests.sourcebook_builder import islands


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = create(tmp_path_factory.mktemp("reports") / "sourcebook.db")
    with writing(made) as connection:
        islands(connection)
    return made


def typed(database: str, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, obj=database)


def test_the_list_names_title_and_question() -> None:
    rows = json.loads(typed("nowhere", "--format", "json").stdout)
    assert rows == [
        {"report": report.name, "title": report.title, "question": report.question}
        for report in REPORTS.values()
    ]


@pytest.mark.parametrize("name", REPORTS)
def test_help_is_the_header(name: str) -> None:
    shown = typed("nowhere", name, "--help").stdout
    flat = " ".join(shown.split())
    report = REPORTS[name]
    assert f"{report.title}: {report.question}" in flat
    for note in report.notes:
        assert note in flat
    for parameter in report.parameters:
        assert f"{parameter.option} " in flat
        assert parameter.meaning in flat
    for column in report.columns:
        assert f"{column.name} ({column.type}) {column.meaning}" in flat


def test_options_stand_before_or_after_the_name(database: str) -> None:
    first = typed(database, "--format", "jsonl", "quotes", "--speaker", "Zoë Ångström")
    other = typed(database, "quotes", "--format", "jsonl", "--speaker", "zoe")
    assert first.exit_code == 0
    assert first.stdout == other.stdout
    assert json.loads(first.stdout)["quote"] == "bulletin:speech"


def test_rows_go_to_a_file_and_nothing_to_stdout(database: str, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    done = typed(database, "timeline", "--format", "csv", "-o", str(path))
    assert (done.exit_code, done.stdout) == (0, "")
    assert path.read_text(encoding="utf-8").startswith("event,kind,")


def test_no_rows_are_said_to_be_none(database: str) -> None:
    done = typed(database, "timeline", "--actor", "idle", "--format", "jsonl")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "content none · no rows · database sourcebook.db\n"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["timelime"], 2, "no report 'timelime'; nearest: timeline"),
        (["timeline", "--from", "2015-02-30"], 2, "'--from': 2015-02-30 is not a day"),
        (["timeline", "--actor", "Angstroem"], 2, "'--actor': there is no actor 'Angstroem'"),
        (["timeline", "--actor", "\x1b[2J"], 2, r"'--actor': there is no actor '\x1b[2J'"),
        (["timeline", "--modality", "so"], 2, "'so' is none of actual, intended, expected"),
        (["timeline", "--raw"], 2, "--raw is for --format csv"),
        (["timeline", "-o", "nowhere/at/all.csv"], 1, "there is no folder nowhere/at"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    database: str, arguments: list[str], status: int, message: str
) -> None:
    done = typed(database, *arguments)
    assert (done.exit_code, done.stdout) == (status, "")
    assert message in done.stderr.splitlines()[-1]
    assert "\x1b" not in done.stderr


def test_in_a_wrong_folder_the_message_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = typed("sourcebook.db", "timeline")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(
        f"Error: sourcebook.db: there is no such file in {tmp_path}; name another with --db, or "
        "create it with `sourcebook init`"
    )


# --- what it imports ------------------------------------------------------------------------------

SCRIPT = """
import sys
from reports.command import report
try:
    report({arguments!r}, obj={database!r})
finally:
    print(*(name for name in {names!r} if name in sys.modules), file=sys.stderr)
"""
HEAVY = ["sqlalchemy", "alembic", "pydantic", "yaml", "tabulate", "rapidfuzz", "sqlalchemy.orm"]


@pytest.mark.parametrize("arguments", [["--help"], ["timeline", "--help"], ["--format", "json"]])
def test_help_and_list_import_nothing_heavy(arguments: list[str]) -> None:
    assert imported("nowhere", arguments) == []


def test_a_report_imports_no_more_than_it_needs(database: str) -> None:
    asked = ["timeline", "--actor", "alma", "--from", "2019", "--cite", "--words"]
    assert imported(database, asked) == ["sqlalchemy", "tabulate"]
    assert imported(database, [*asked, "--format", "html"]) == ["sqlalchemy"]


def imported(database: str, arguments: list[str]) -> list[str]:
    code = SCRIPT.format(arguments=arguments, database=database, names=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stderr.splitlines()[-1].split()


def test_a_reader_who_goes_away_is_no_fault(database: str) -> None:
    code = SCRIPT.format(arguments=["--format", "csv", "actors"], database=database, names=[])
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        message = process.stderr.read()
    assert (process.returncode, message.strip()) == (0, "")
