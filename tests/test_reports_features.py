"""What reports do beyond rows: one's own, all at once, the footer, spreadsheets, hints."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

import cli
from database.connect import writing
from output.formats import Format
from output.options import row_options
from reports.catalogue import Catalogue
from tests.databases import on_sqlite
from tests.island_reports import HASH, ONE, book, called, marked, own, put, rows, sourcebook

__all__ = ["book", "own"]  # fixtures

# --- reports of one's own -------------------------------------------------------------------------


def test_a_folder_of_ones_own_adds_reports(book: str, own: Path) -> None:
    query = f"{ONE}\nwhere exists (select 1 from actors where key = :who)  -- if :who"
    path = put(own, "mine", query)
    header = path.read_text(encoding="utf-8")
    who = "-- Parameters\n--   who  actor  whoever\n-- Columns"
    path.write_text(header.replace("-- Columns", who), encoding="utf-8")
    wanted = [{"n": 1, "source": "gazette", "passage": "¶3"}]
    assert rows(book, "--reports", own, "mine", "--who", "zoe angstrom") == wanted
    by_variable = sourcebook(
        book, "report", "mine", "--format", "json", SOURCEBOOK_REPORTS=str(own)
    )
    assert json.loads(by_variable.stdout) == wanted
    assert rows(book, "--reports", own, "actors") == rows(book, "actors")


@on_sqlite
def test_a_report_of_ones_own_is_listed_and_helped(book: str, own: Path) -> None:
    put(own, "mine", ONE, title="Quite my own")
    listed = rows(book, "--reports", own)
    assert {"report": "mine", "title": "Quite my own", "question": "Is it so?"} in listed
    assert len(listed) == len(Catalogue().files) + 1
    for shown in (
        sourcebook(book, "report", "--reports", own, "--help").stdout,
        sourcebook(book, "report", "--help", SOURCEBOOK_REPORTS=str(own)).stdout,
    ):
        assert re.search(r"^  mine +Is it so\?$", shown, re.MULTILINE)
    help = sourcebook(book, "report", "--reports", own, "mine", "--help").stdout
    assert "Quite my own: Is it so?" in help
    assert re.search(r"passage \(text\) +where it stands", help)


@on_sqlite
def test_a_faulty_report_is_named_with_its_line_and_stops_no_other(book: str, own: Path) -> None:
    put(own, "bare", "select 1 as n, :nobody as source, '¶3' as passage")
    done = sourcebook(book, "report", "--reports", own, "bare")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {own}/bare.sql:8: :nobody is not a parameter of the header\n"
    listed = sourcebook(book, "report", "--reports", own, "--format", "jsonl")
    assert listed.returncode == 1
    assert len(listed.stdout.splitlines()) == len(Catalogue().files)
    assert listed.stderr == done.stderr
    assert sourcebook(book, "report", "--reports", own, "actors").returncode == 0


@on_sqlite
def test_what_a_database_says_of_a_report_cannot_steer_the_terminal(book: str, own: Path) -> None:
    put(own, "sly", "select `\u202e\x1b[2J` as n, '' as source, '' as passage from actors")
    done = sourcebook(book, "report", "--reports", own, "sly")
    assert done.stderr == f"Error: {own}/sly.sql: no such column: \\u202e\\x1b[2J\n"


@on_sqlite
def test_a_name_that_is_taken_is_refused(book: str, own: Path) -> None:
    put(own, "actors", ONE)
    done = sourcebook(book, "report", "--reports", own, "actors")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{own}/actors.sql: there is already a report actors; rename" in done.stderr


@on_sqlite
def test_a_folder_that_is_not_there_is_named(book: str, own: Path) -> None:
    done = sourcebook(book, "report", "--reports", own / "none", "actors")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {own}/none: no such file or directory; name another folder\n"


# --- the footer -----------------------------------------------------------------------------------


def test_the_contents_are_named_as_the_last_load_left_them(book: str, tmp_path: Path) -> None:
    """The hash is nowhere but in that row: who computed it would find another."""
    line = f"content c0ffee000000 · {{}} · {called(book)}"
    for format in ("csv", "tsv", "json", "jsonl"):
        done = sourcebook(book, "report", "quotes", "--format", format)
        assert done.stderr == line.format("3 rows") + "\n"
        assert "c0ffee" not in done.stdout
    first = sourcebook(book, "report", "quotes", "--about", "alma", "-o", tmp_path / "one.csv")
    assert first.stderr == line.format("1 row") + "\n"
    none = sourcebook(book, "report", "quotes", "--about", "0042", "--format", "csv")
    assert none.stderr.splitlines()[-1] == line.format("no rows")
    table = sourcebook(book, "report", "quotes")
    assert "\nContent c0ffee000000 · asked on " in table.stdout
    assert table.stderr == ""
    markdown = sourcebook(book, "report", "quotes", "--format", "markdown")
    last = markdown.stdout.splitlines()[-1]
    assert last.startswith(f"*{marked(line.format('3 rows'))} · asked on ")
    assert last.endswith(" · sourcebook report quotes*")
    html = sourcebook(book, "report", "quotes", "--format", "html")
    assert f"<dt>content</dt><dd>{HASH}</dd>" in html.stdout
    assert (markdown.stderr, html.stderr) == ("", "")


def test_json_is_an_array_unless_meta_is_asked_for(
    book: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1464739200")
    plain = sourcebook(book, "report", "quotes", "--format", "json")
    full = sourcebook(book, "report", "quotes", "--format", "json", "--meta")
    written = json.loads(full.stdout)
    assert written["rows"] == json.loads(plain.stdout)
    assert written["meta"] == {
        "title": "Quotes",
        "question": "Who said what, about whom, and who relays it?",
        "command": "sourcebook report quotes",
        "content": HASH,
        "database": called(book).partition(" ")[2],
        "date": "2016-06-01",
    }
    assert full.stderr == ""
    wrong = sourcebook(book, "report", "quotes", "--meta")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "--meta is for --format json" in wrong.stderr


def test_a_database_without_loads_has_no_content(database: str) -> None:
    done = sourcebook(database, "report", "quotes", "--format", "csv")
    assert done.stderr == f"content none · no rows · {called(database)}\n"


# --- spreadsheets ---------------------------------------------------------------------------------


@on_sqlite
def test_csv_begins_with_a_mark_for_excel_if_asked(book: str, tmp_path: Path) -> None:
    plain = sourcebook(book, "report", "quotes", "--format", "csv").stdout
    path = tmp_path / "quotes.csv"
    for before, after in (([], ["--bom"]), (["--bom"], [])):
        done = sourcebook(book, "report", *before, "quotes", *after, "-o", path)
        assert done.returncode == 0, done.stderr
        assert path.read_bytes() == b"\xef\xbb\xbf" + plain.encode()
    forms = ["--format", "csv", "--format", "json"]
    done = sourcebook(book, "report", "--all", "-o", tmp_path / "all", *forms, "--bom")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "all" / "quotes.csv").read_bytes() == path.read_bytes()
    assert (tmp_path / "all" / "quotes.json").read_bytes().startswith(b"[")


def test_formulas_are_neutralised_unless_raw(book: str, own: Path) -> None:
    put(own, "mine", "select 1 as n, '=1+1' as source, '@SUM(A1)' as passage")
    asked = ("report", "--reports", own, "mine", "--format", "csv")
    assert sourcebook(book, *asked).stdout == "n,source,passage\n1,'=1+1,'@SUM(A1)\n"
    assert sourcebook(book, *asked, "--raw").stdout == "n,source,passage\n1,=1+1,@SUM(A1)\n"


# --- hints ----------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["timelime"], "nearest: timeline"),
        (["quotes", "--speeker", "zoe"], "--speaker"),
        (["timeline", "--modality", "actaul"], "did you mean `actual`?"),
        (["timeline", "--actor", "Angstroem"], "nearest: Zoë Ångström (zoe)"),
        (["near", "--place", "Old Prot"], "nearest: the Old Port (port)"),
        (["near", "--topic", "harbor"], "nearest: The harbour (the-harbour)"),
        (["nera", "--place", "port"], "nearest: near"),
        (
            ["event", "--event", "landign"],
            "nearest: Alma lands in the port of Brim (bulletin:landing)",
        ),
        (["event", "--event", "gazette:storm"], "nearest: A storm (bulletin:storm)"),
        (["coverage", "--document", "buletin"], "nearest: The Bulletin (bulletin)"),
        (["changes", "--document", "wire"], "there is no document 'wire'"),
    ],
)
def test_what_is_unknown_gets_the_nearest(
    database: str, own: Path, arguments: list[str], hint: str
) -> None:
    from tests.sourcebook_builder import islands

    with writing(database) as connection:
        islands(connection)
        connection.execute(
            sa.text("insert into topics (key, label) values ('the-harbour', 'The harbour')")
        )
    path = put(
        own,
        "near",
        f"{ONE}\nwhere 1 = 1\nand :place = 'x'  -- if :place\nand :topic = 'x'  -- if :topic",
    )
    parameters = "-- Parameters\n--   place  place  where\n--   topic  topic  on what\n-- Columns"
    text = path.read_text(encoding="utf-8").replace("-- Columns", parameters)
    path.write_text(text, encoding="utf-8")
    done = sourcebook(database, "report", "--reports", own, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr.splitlines()[-1]


# --- the options of rows --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["load", "check", "tables", "report"])
def test_every_command_that_prints_rows_takes_the_same_options(name: str) -> None:
    command = cli.sourcebook.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    theirs = {tuple(param.opts) for param in command.params}
    assert {tuple(param.opts) for param in row_options()} <= theirs
    [choice] = [param.type for param in command.params if param.name == "format"]
    assert set(Format) <= set(getattr(choice, "choices", ()))


@on_sqlite
def test_a_wrong_option_is_refused_before_anything_is_loaded(database: str) -> None:
    before = Path(database).read_bytes()
    article = Path(cli.__file__).parent / "docs" / "example.yaml"
    done = sourcebook(database, "load", article, "--raw")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--raw is for --format csv" in done.stderr
    assert Path(database).read_bytes() == before


@on_sqlite
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["timeline", "--format", "csv"], "is a database; write to another file"),
        (["--all", "--format", "markdown"], "is a file; name a folder"),
    ],
)
def test_no_database_is_written_over(database: str, options: list[str], message: str) -> None:
    before = Path(database).read_bytes()
    done = sourcebook(database, "report", *options, "-o", database)
    assert done.returncode == 1
    assert message in done.stderr
    assert Path(database).read_bytes() == before


def test_who_is_meant_by_a_name_that_is_no_key_is_said(book: str) -> None:
    done = sourcebook(book, "report", "timeline", "--actor", "the almans", "--format", "csv")
    assert done.stderr.splitlines()[0] == "› the almans: understood as Alma"
    done = sourcebook(book, "report", "timeline", "--actor", "alma", "--format", "csv")
    assert "understood" not in done.stderr


def test_words_are_shown_beside_the_columns_that_are_asked_for(book: str) -> None:
    [row, *_] = rows(book, "timeline", "--words", "--columns", "what,date")
    assert list(row) == ["what", "date", "rests_on"]
