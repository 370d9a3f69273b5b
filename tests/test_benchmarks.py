"""The benchmarks run every filter of every report, and compare its rows with the shell's."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import __main__ as main
from benchmarks import questions as asking
from benchmarks.feeding import change
from benchmarks.generate import generate
from benchmarks.measure import Command, Trial, alternate, run
from benchmarks.questions import questions
from benchmarks.reporting import compare
from database.snapshot import TABLES
from tests.shipped_reports import REPORTS


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("benchmarks") / "sourcebook.db"
    generate(made, events=600)
    return made


def test_every_filter_of_every_report_is_asked(database: Path) -> None:
    filters = {(q.report.name, name) for q in questions(database, []) for name in q.values}
    assert filters == {
        (report.name, parameter.name)
        for report in REPORTS.values()
        for parameter in report.parameters
        if parameter.required or parameter.optional
    }


def test_a_flag_is_asked_with_what_it_needs(database: Path) -> None:
    flags = [
        (parameter, question.values)
        for question in questions(database, [])
        for parameter in question.report.parameters
        if parameter.needs and parameter.name in question.values
    ]
    assert flags
    assert all(values.keys() & set(parameter.needs) for parameter, values in flags)


@pytest.mark.parametrize(("report", "shell"), [("timeline", "3"), ("dyad", None)])
def test_both_sides_return_the_same_rows(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: str, shell: str | None
) -> None:
    """The comparison itself stops at the first difference."""
    if shell is None or asking.shell() is None:
        monkeypatch.setattr(asking, "shell", lambda: None)
    question = next(iter(questions(database, [report])))
    rows, [ours, theirs] = compare(Trial(database, tmp_path, rounds=1), question)
    assert rows > 0
    assert min(ours.seconds, ours.processor, theirs.seconds, theirs.processor) > 0


def test_different_rows_stop_the_benchmark(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = next(iter(questions(database, ["timeline"])))
    other = next(iter(questions(database, ["ties"])))
    theirs = type(question).theirs
    monkeypatch.setattr(type(question), "theirs", lambda _, *where: theirs(other, *where))
    with pytest.raises(AssertionError, match="row 0"):
        compare(Trial(database, tmp_path, rounds=1), question)


@pytest.mark.parametrize("left_out", [["reports", "--only", "ties"], ["loads", "starting"]])
def test_a_run_that_leaves_something_out_only_prints(
    database: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    left_out: list[str],
) -> None:
    """The page names one command, which measured all of it."""
    page = tmp_path / "performance.md"
    monkeypatch.setattr(main, "cached", lambda *_: database)
    for section in main.SECTIONS:
        monkeypatch.setitem(main.SECTIONS, section, lambda _, name=section: [f"## {name}"])
    monkeypatch.setattr(sys, "argv", ["benchmarks", "-o", str(page), *left_out])
    main.main()
    assert not page.exists()
    printed = capsys.readouterr().out
    assert [name for name in main.SECTIONS if f"## {name}" in printed.splitlines()] == [
        name for name in main.SECTIONS if name in left_out
    ]
    monkeypatch.setattr(sys, "argv", ["benchmarks", "-o", str(page), "--rounds", "1"])
    main.main()
    command = f"`.venv/bin/python -m benchmarks -o {page} --rounds 1` measured all"
    assert command in " ".join(page.read_text(encoding="utf-8").split("\n"))


def test_processor_time_and_memory_exclude_the_benchmark_itself(tmp_path: Path) -> None:
    asleep = Command([sys.executable, "-c", "import time; time.sleep(0.5)"], tmp_path / "out")
    at_work = Command([sys.executable, "-c", "sum(range(10**7))"], tmp_path / "out")
    [slept, worked] = alternate(1, asleep, at_work)
    assert slept.seconds > 0.5 > slept.processor
    assert worked.processor > slept.processor
    block = bytearray(100 * 2**20)  # counts for this process, not for those that it starts
    large = Command([sys.executable, "-c", "bytearray(200 * 2**20)"], tmp_path / "out")
    assert slept.megabytes < 50 < 200 < run(large).megabytes < 260 < len(block)


def test_the_change_before_a_feed_is_a_third_of_the_titles(database: Path, tmp_path: Path) -> None:
    """Besides summaries that have the titles, hashes and rows of `loads`, nothing changes."""
    copy = Path(shutil.copyfile(database, tmp_path / "copy.db"))
    documents = change(copy, 0)
    with closing(sqlite3.connect(copy)) as book:
        book.execute("attach ? as old", (str(database),))

        def count(table: str) -> int:
            new = f"select * from main.{table} except select * from old.{table}"
            [[rows]] = book.execute(f"select count(*) from ({new})")
            return int(rows)

        changed = {table.name: count(table.name) for table in TABLES}
        query = """
            select count(*)
            from events
            join facts on facts.id = events.id
            where facts.document_id in (
              select sources.id
              from loads
              join sources on sources.key = loads.document and sources.document_id is null
              where loads.loaded_at = '2020-01-01T00:00:00Z'
            )
        """
        [[events]] = book.execute(query)
    # The sentence of a link, or of another name, has the title too.
    assert changed["fact_summaries"] >= changed["events"] > 0
    assert {table: rows for table, rows in changed.items() if rows} == {
        "codings": documents,
        "events": changed["events"],
        "fact_summaries": changed["fact_summaries"],
        "loads": documents,
    }
    assert changed["events"] == pytest.approx(events / 3, abs=2 * documents)


def test_a_program_that_fails_stops_the_measurement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from subprocess import CalledProcessError

    with pytest.raises(CalledProcessError):
        run(Command([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path / "out"))
    assert "no such thing" in capsys.readouterr().err
