"""Shell completion: what is offered, through click and in a real bash, quickly and quietly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

import cli
from database.connect import writing
from reports.catalogue import Catalogue
from schema.vocabulary import Modality
from tests.databases import on_sqlite
from tests.island_reports import ROOT, book, own, put
from tests.sourcebook_builder import SourcebookBuilder

__all__ = ["book", "own"]  # fixtures

ONE = "select 1 as n, 'gazette' as source, '¶3' as passage"


def offered(database: str, *words: str) -> dict[str, str | None]:
    """Give what is offered for the last word, with its help."""
    *before, begun = words
    complete = ShellComplete(cli.sourcebook, {}, "sourcebook", "_SOURCEBOOK_COMPLETE")
    items = complete.get_completions(["--db", database, *before], begun)
    return {item.value: item.help for item in items}


@pytest.mark.parametrize(
    ("begun", "actual"),
    [
        ("", {"alma", "brim", "zoe", "envoy", "0042", "idle"}),
        ("al", {"alma"}),
        ("Palac", {"alma", "brim"}),  # both have a metonym that begins so
        ("the pal", {"alma", "brim"}),
        ("Zoë A", {"zoe"}),
        ("angst", {"zoe"}),
        ("O'H", {"0042"}),
        ("tabl", {"0042"}),
        ("'; drop table facts", set()),
        ("%", set()),
    ],
)
def test_actors_are_offered_by_key_and_name(book: str, begun: str, actual: set[str]) -> None:
    assert set(offered(book, "report", "timeline", "--actor", begun)) == actual


def test_the_help_of_an_actor_is_its_heading(book: str) -> None:
    assert offered(book, "report", "timeline", "--actor", "zo") == {"zoe": "Zoë Ångström"}


def test_places_and_topics_are_offered(book: str, own: Path) -> None:
    path = put(own, "mine", f"{ONE} where :place = :topic")
    header = path.read_text(encoding="utf-8")
    parameters = (
        "-- Parameters\n--   place  place, required  where\n"
        "--   topic  topic, required  on what\n-- Columns"
    )
    path.write_text(header.replace("-- Columns", parameters), encoding="utf-8")
    before = ("report", "--reports", str(own), "mine")
    assert offered(book, *before, "--place", "old") == {"port": "the Old Port"}
    assert offered(book, *before, "--topic", "") == {}


def test_events_and_documents_are_offered(book: str) -> None:
    actual = offered(book, "report", "event", "--event", "land")
    assert actual == {"landing": "Alma lands in the port of Brim"}
    assert set(offered(book, "report", "event", "--event", "a st")) == {"storm"}
    assert offered(book, "report", "coverage", "--document", "gaz") == {"gazette": "The Gazette"}


def test_an_event_needs_its_document_if_another_has_its_key(database: str) -> None:
    with writing(database) as connection:
        two = SourcebookBuilder(connection)
        for document, events in {
            "one": {"shared": "Twice reported"},
            "two": {"shared": "Twice reported, differently", "alone": "Once"},
        }.items():
            two.document(document, document.title(), 1)
            for key, title in events.items():
                two.event(key, title, {"voice": document, "at": [(1, 0)]})
    for begun, actual in (
        ("shared", {"one:shared", "two:shared"}),
        ("two:", {"two:alone", "two:shared"}),
        ("two:al", {"two:alone"}),
        ("al", {"alone"}),
        ("Twice rep", {"one:shared", "two:shared"}),
    ):
        assert set(offered(database, "report", "event", "--event", begun)) == actual, begun


def test_tables_and_targets_are_offered(book: str) -> None:
    assert {"events", "event_links"} <= set(offered(book, "tables", "event"))
    assert set(offered(book, "tables", "timel")) == {"timeline"}
    assert {"postgresql://", "p"} == set(offered(book, "feed", "p"))


def test_the_database_is_a_file() -> None:
    complete = ShellComplete(cli.sourcebook, {}, "sourcebook", "_SOURCEBOOK_COMPLETE")
    items = complete.get_completions(["--db"], "arch")
    assert [(item.type, item.value) for item in items] == [("file", "arch")]


@on_sqlite
def test_a_word_that_bash_left_whole_is_completed_whole(tmp_path: Path, book: str) -> None:
    done = pressed(tmp_path, book, "report", "event", "--event", "bulletin:lan")
    assert done.stdout.split() == ["plain,bulletin:landing"]


@on_sqlite
def test_reports_choices_and_options_are_offered(book: str, own: Path) -> None:
    put(own, "tidings", ONE, title="Mine")
    assert offered(book, "report", "ti") == {"ties": "Ties", "timeline": "Timeline"}
    assert offered(book, "report", "--reports", str(own), "ti")["tidings"] == "Mine"
    assert set(offered(book, "report", "")) == set(Catalogue().files)
    modalities = offered(book, "report", "timeline", "--modality", "")
    assert set(modalities) == {modality.value for modality in Modality}
    assert set(offered(book, "report", "timeline", "--format", "j")) == {"json", "jsonl"}
    assert set(offered(book, "report", "--format", "j")) == {"json", "jsonl"}
    assert {"--actor", "--cite", "--words"} <= set(offered(book, "report", "timeline", "--"))
    assert {"--all", "--reports"} <= set(offered(book, "report", "--"))
    assert "report" in offered(book, "re")


@pytest.mark.parametrize(
    ("db", "words"),
    [
        ("nowhere.db", ["report", "timeline", "--actor", ""]),
        ("postgresql://nobody@127.0.0.1:1/none", ["report", "timeline", "--actor", ""]),
        ("x://", ["report", "timeline", "--actor", ""]),
        ("nowhere.db", ["report", "--reports", "nowhere", ""]),
        ("nowhere.db", ["report", "--reports", "nowhere", "timeline", "--actor", ""]),
    ],
)
def test_what_goes_wrong_offers_nothing_and_says_nothing(
    tmp_path: Path, db: str, words: list[str]
) -> None:
    done = pressed(tmp_path, db, *words)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    done = pressed(tmp_path, "nowhere.db", "report", "timelime", "--actor", "ti")
    assert (done.returncode, done.stdout.split(), done.stderr) == (
        0,
        ["plain,ties", "plain,timeline"],
        "",
    )


@on_sqlite
def test_a_faulty_report_spoils_no_completion(book: str, own: Path) -> None:
    put(own, "bare", "nothing")
    (own / "bytes.sql").write_bytes(b"\xff\xfe")
    before = ("report", "--reports", str(own))
    assert set(offered(book, *before, "b")) == {"bare", "bytes"}
    assert offered(book, *before, "bare", "--actor", "") == offered(book, *before, "")


def pressed(folder: Path, database: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Complete the last word in a process of its own."""
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py")],
        cwd=folder,
        env={
            **os.environ,
            "_SOURCEBOOK_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["sourcebook", "--db", database, *words]),
            "COMP_CWORD": str(len(words) + 2),
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


HEAVY = ("sqlalchemy", "alembic", "pydantic", "yaml", "tabulate", "rapidfuzz", "psycopg")


@on_sqlite
def test_completion_imports_nothing_heavy(book: str) -> None:
    code = (
        "import json, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from click.shell_completion import ShellComplete\nimport cli\n"
        "complete = ShellComplete(cli.sourcebook, {}, 'sourcebook', 'X')\n"
        f"before = ['--db', {book!r}, 'report', 'timeline', '--actor']\n"
        "found = complete.get_completions(before, 'Zo')\n"
        "assert [item.value for item in found] == ['zoe']\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(json.loads(done.stdout)) & set(HEAVY)


@on_sqlite
def test_bash_completes_as_the_help_says(book: str, tmp_path: Path) -> None:
    """A bash that has read what the help says to read, and a user who presses the key."""
    bin = tmp_path / "bin"
    bin.mkdir()
    script = bin / "sourcebook"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "cli.py"}" "$@"\n')
    script.chmod(0o755)
    variables = {**os.environ, "PATH": f"{bin}:{os.environ['PATH']}", "SOURCEBOOK_DB": book}
    shown = subprocess.run(
        ["sourcebook", "--help"], env=variables, capture_output=True, text=True, check=True
    ).stdout
    line = 'eval "$(_SOURCEBOOK_COMPLETE=bash_source sourcebook)"'
    assert f"  {line}\n" in shown
    press = (
        f"{line}\n"
        "COMP_WORDS=(sourcebook report event --event bulletin : lan) COMP_CWORD=6\n"
        "_sourcebook_completion sourcebook\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
        "COMPREPLY=() COMP_WORDS=(sourcebook report timeline --actor = angs) COMP_CWORD=5\n"
        "_sourcebook_completion sourcebook\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
        "COMPREPLY=() COMP_WORDS=(sourcebook report tim) COMP_CWORD=2\n"
        "_sourcebook_completion sourcebook\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", press],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert (done.stdout.split(), done.stderr) == (["landing", "zoe", "timeline"], "")
