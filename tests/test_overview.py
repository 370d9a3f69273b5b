"""The screen that `init` ends with: what is in a sourcebook, and five commands that work."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import sourcebook
from database.connect import reading, writing
from reports.overview import overview
from tests.databases import Files, Server, create, create_shipped, on_sqlite
from tests.sourcebook_builder import SourcebookBuilder

ROOT = Path(__file__).parent.parent


def run(folder: Path, *arguments: str, **variables: str | None) -> Result:
    """Run a command in a folder."""
    with contextlib.chdir(folder):
        environment = {"SOURCEBOOK_DB": None, "COLUMNS": None, **variables}
        result = CliRunner(env=environment).invoke(sourcebook, arguments)
    assert result.exit_code == 0, result.stderr
    return result


def commands(screen: str) -> list[list[str]]:
    """Return the commands that a screen suggests, split into words."""
    suggested = screen.partition("Five commands to try next\n\n")[2].partition("\n\n")[0]
    lines = [line for line in suggested.splitlines() if not line.startswith(" ")]
    return [shlex.split(re.split(r"  +", line)[0]) for line in lines]


@pytest.fixture(scope="module")
def article(sourcebooks: Files | Server) -> Iterator[tuple[str, str]]:
    """The article's sourcebook, and the screen that `init` ends with."""
    made = sourcebooks.shipped()
    yield made, run(ROOT, "--db", made, "init").stdout
    sourcebooks.remove(made)


def test_the_screen_says_what_is_in_the_sourcebook(article: tuple[str, str]) -> None:
    screen = article[1]
    text = " ".join(screen.split())
    assert "1 document Aron Lund, “Stand Together or Fall Apart: The Russian-Iranian" in text
    assert "31 May 2016 (28 passages) 63 actors with 108 names; 12 places, 15 topics" in text
    assert re.search(r"114 events 45 happened, 7 only by allegation or inference; 62 are", text)
    assert "37 statements 13 dated; 11 with the speaker's own words" in text
    assert "34 sources 17 named, 11 unnamed, 6 without any voice" in text
    assert re.search(r"315 of the 394 facts rest on a document's word alone, 39 on unnamed", text)


def test_all_five_commands_answer(article: tuple[str, str]) -> None:
    database, screen = article
    suggested = commands(screen)
    assert len(suggested) == 5
    for command in suggested:
        assert command[:3] == ["sourcebook", "--db", database]
        answered = run(ROOT, *command[1:], "--format", "csv")
        assert answered.stdout.count("\n") > 1, command


@on_sqlite
@pytest.mark.parametrize(("columns", "height"), [("100", 30), ("80", 36), ("60", 50)])
def test_a_terminal_has_room_for_it(article: tuple[str, str], columns: str, height: int) -> None:
    folder = Path(article[0]).parent
    screen = run(folder, "--db", "sourcebook.db", "init", COLUMNS=columns).stdout
    assert max(map(len, screen.splitlines())) <= int(columns)
    assert len(screen.splitlines()) <= height
    assert len(commands(screen)) == 5


def test_commands_name_the_database_only_if_it_is_another(tmp_path: Path) -> None:
    for name in ("sourcebook.db", "my book.db"):
        create_shipped(tmp_path / name)
    usual = run(tmp_path, "init").stdout
    assert ["sourcebook", "report", "actor", "putin"] in commands(usual)
    assert ["sourcebook", "search", "red", "line"] in commands(usual)
    other = run(tmp_path, "--db", "my book.db", "init").stdout
    assert ["sourcebook", "--db", "my book.db", "report", "timeline"] in commands(other)
    variable = run(tmp_path, "init", SOURCEBOOK_DB="my book.db").stdout
    assert ["sourcebook", "report", "timeline"] in commands(variable)


def test_the_environment_is_activated_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "an environment"
    folder.mkdir()
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    create_shipped(tmp_path / "sourcebook.db")
    assert "activate" not in run(tmp_path, "init", PATH="").stderr  # there is nothing to activate
    (folder / "activate").touch()
    hint = "activate its environment first: source 'an environment/activate'\n"
    assert hint in run(tmp_path, "init", PATH="").stderr
    program = folder / "sourcebook"
    program.touch(mode=0o755)
    hint = "activate its environment"
    assert hint not in run(tmp_path, "init", PATH=f"{folder}{os.pathsep}{tmp_path}").stderr


def test_many_documents_are_counted_and_hostile_names_are_shown(tmp_path: Path) -> None:
    database = create(tmp_path / "many.db")
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        for n in range(3):
            book.document(f"note-{n}", f"Note \x1b[31m{n}", 2)
        book.actor("it", "It's a\u202e name; rm -rf")
        evidence = {"voice": "note-0", "at": [(1, 0)]}
        book.event("fall", "It falls", evidence, doer=["it"])
    with reading(database) as connection:
        few = overview(connection)
    assert "3 documents    “Note \\x1b[31m0” (2 passages)\n" in few
    assert ["sourcebook", "report", "actor", "rf"] in commands(few)
    assert "\x1b" not in few
    assert "\u202e" not in few
    with writing(database) as connection:
        SourcebookBuilder(connection).document("more", "More", 3)
    with reading(database) as connection:
        many = overview(connection)
    assert "4 documents    9 passages; `sourcebook documents` lists them\n" in many


def test_an_empty_sourcebook_has_a_screen_too(tmp_path: Path) -> None:
    with reading(create(tmp_path / "empty.db")) as connection:
        screen = overview(connection)
    assert "no documents" in screen
    assert ["sourcebook", "report", "actor", "NAME"] in commands(screen)
