"""`sourcebook search`: its options, what it prints, and what it says beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

import cli
from adhoc import search_command
from adhoc.quotation import Finding
from adhoc.search import Hit, SearchQuery, beginnings
from adhoc.search_rows import Kind
from database.connect import writing
from tests.databases import create
from tests.terminal import terminal
from tests.test_search import fill

UNKEPT = (
    "› passages: the text of bulletin is not kept; keep it with "
    "`sourcebook load CODING --text TEXT --keep-text`\n"
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = create(tmp_path_factory.mktemp("search") / "sourcebook.db")
    with writing(made) as connection:
        fill(connection)
    return made


def searched(database: str, *arguments: str) -> Result:
    return CliRunner().invoke(search_command.search, arguments, obj=database)


def test_it_knows_what_the_search_knows() -> None:
    assert tuple(Kind) == search_command.KINDS
    assert tuple(it.name for it in search_command.COLUMNS) == Hit._fields
    assert tuple(it.name for it in search_command.QUOTE_COLUMNS) == Finding._fields


def test_rows_come_in_every_format_and_the_rest_is_said_beside_them(library: str) -> None:
    done = searched(library, "red", "line", "--limit", "1", "--format", "jsonl")
    assert (done.exit_code, json.loads(done.stdout)) == (
        0,
        {
            "kind": "event",
            "what": "Did not happen: Alma crosses the red line. Of a line, a red one.",
            "voice": "the document",
            "passage": "bulletin ¶1; bulletin ¶2; gazette ¶1",
            "key": "crossing",
            "modality": "denied",
            "certainty": "asserted",
            "source": "bulletin; gazette",
        },
    )
    assert done.stderr == (
        "content none · 1 row · database sourcebook.db\n"
        "› the best 1 of 7; --limit 7 shows all\n" + UNKEPT
    )


def test_a_table_that_is_no_terminal_s_holds_whole_texts_without_marks(library: str) -> None:
    done = searched(library, "état-major")
    words = " ".join(done.stdout.split())
    assert "Lines in red: the red line, the" in words
    assert "*" not in words


def test_kinds_are_chosen_and_passages_not_missed_without_need(library: str) -> None:
    done = searched(library, '"red line"', "--kind", "event", "--kind", "quote", "--format", "json")
    assert [row["key"] for row in json.loads(done.stdout)] == ["hint", "vow", "crossing"]
    assert done.stderr == "content none · 3 rows · database sourcebook.db\n"


def test_nothing_found_is_said_and_no_failure(library: str) -> None:
    done = searched(library, "allma", "xyzzy", "--kind", "actor", "--format", "json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, [])
    assert done.stderr.splitlines()[:-1] == [
        "› nothing contains all these words",
        "› nothing contains “allma”; nearest: alma, almans",
        "› nothing contains “xyzzy”",
    ]


@pytest.mark.parametrize(
    ("known", "instead"),
    [(["allied", "allies"], "alli*"), (["allow"], "ally*"), (["ally"], "ally*")],
)
def test_other_forms_of_a_word_are_suggested(known: list[str], instead: str) -> None:
    assert beginnings(SearchQuery.parse("ally"), known) == instead


@pytest.mark.parametrize("words", [["red", "\udcff"], ["--quote", "no red \udcff line"]])
def test_broken_arguments_are_printed(library: str, words: list[str]) -> None:
    done = searched(library, *words, "--format", "html")
    assert done.exit_code == 0
    assert "no red line" in done.stdout


def test_a_speaker_is_completed(library: str) -> None:
    complete = ShellComplete(cli.sourcebook, {}, "sourcebook", "_SOURCEBOOK_COMPLETE")
    items = complete.get_completions(
        ["--db", library, "search", "--quote", "x", "--speaker"], "pal"
    )
    assert [item.value for item in items] == ["alma"]


def test_rows_go_to_a_file(library: str, tmp_path: Path) -> None:
    done = searched(library, "red", "-o", str(tmp_path / "red.tsv"), "--format", "tsv")
    assert done.stdout == ""
    assert (tmp_path / "red.tsv").read_text(encoding="utf-8").startswith("kind\twhat\tvoice\t")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["..."], 2, "give at least one word, of letters or digits"),
        ([], 2, "Missing argument 'WORDS...'"),
        (["red", "--kind", "word"], 2, "'word' is not one of 'passage', 'quote', "),
        (["red", "--limit", "0"], 2, "0 is not a whole number from 1 to 1,000,000,000"),
        (["red", "--raw"], 2, "--raw is for --format csv"),
        (["red", "--speaker", "alma"], 2, "--speaker is for --quote"),
        (["red", "--quote", "line"], 2, "--quote takes the words; leave WORDS and --kind out"),
        (["--quote", "line", "--kind", "quote"], 2, "--quote takes the words; leave WORDS and"),
        (["--quote", "..."], 2, "give at least one word, of letters or digits"),
        (["--quote", "red", "--speaker", "nobody"], 2, "'--speaker': there is no actor 'nobody'"),
        (["--quote", "red", "--speaker", "\udcff"], 2, "'--speaker': isn't text"),
        (["--quote", "\udcff"], 2, "give at least one word, of letters or digits"),
        (["red", "-o", "/"], 1, "/: is a folder; name a file in it"),
    ],
)
def test_what_is_wrong_is_said(
    library: str, arguments: list[str], status: int, message: str
) -> None:
    done = searched(library, *arguments)
    assert (done.exit_code, done.stdout) == (status, "")
    assert message in done.stderr


def test_a_database_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    done = searched(str(tmp_path / "none.db"), "red")
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "there is no such file" in done.stderr


def test_help_imports_nothing_heavy() -> None:
    program = "import sys, adhoc.search_command; print('sqlalchemy' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"


def test_a_terminal_sees_the_words_marked(library: str) -> None:
    with terminal("--db", library, "search", "red", "line", "--kind", "quote") as screen:
        assert screen.end() == 0
        assert "*red*" in screen.shown
    assert "*red*" not in searched(library, "red", "line").stdout
