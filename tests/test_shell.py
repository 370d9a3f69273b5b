"""The shell of `sourcebook sql`: typed as users type, on both engines, and in a real terminal."""

from __future__ import annotations

import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from adhoc.printing import PrintOptions
from adhoc.recipes import recipes
from adhoc.shell import is_whole, shell
from adhoc.sql_completion import SqlCompleter
from database.connect import writing
from database.errors import DatabaseError
from database.statement import Engine
from tests.databases import Files, Server, on_sqlite
from tests.sample_rows import fill
from tests.terminal import ROOT, terminal

ENTER, LEAVE, STOP, UP, TAB = "\r", "\x04", "\x03", "\x1b[A", "\t"
ENDLESS = "with recursive n (n) as (select 1 union all select n + 1 from n) select max(n) from n;"


@pytest.fixture(scope="module")
def filled(sourcebooks: Files | Server) -> Iterator[str]:
    """The `--db` of a sourcebook with rows; nobody can write to it."""
    made = sourcebooks.migrated()
    with writing(made) as connection:
        fill(connection)
    yield made
    sourcebooks.remove(made)


class Shown(NamedTuple):
    """What a shell has printed."""

    out: str
    err: str


Type = Callable[..., Shown]


@pytest.fixture
def typed(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Type:
    """Type into a shell, leave it, and give what it printed."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    usual: dict[str, Any] = {"format": "csv", "output": None, "raw": False}
    usual |= {"timeout": 30.0, "limit": None, "value_limit": 0}

    def types(keys: str | bytes, values: dict[str, Any] | None = None, **asked: Any) -> Shown:
        with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
            pipe.send_bytes(keys if isinstance(keys, bytes) else keys.encode())
            pipe.send_text(LEAVE)
            pipe.close()  # whatever the keys do, nobody waits for more
            shell(filled, values or {}, PrintOptions(**{**usual, **asked}))
        return Shown(*capsys.readouterr())

    return types


def test_one_query_after_another_in_one_line_or_several(typed: Type) -> None:
    keys = f"select 1 as a;{ENTER}select key{ENTER}from actors{ENTER}where id = 2 ;{ENTER}"
    shown = typed(keys)
    assert shown.out == "a\n1\nkey\nstate\n"
    assert shown.err.count("\n") == 1
    assert ".help" in shown.err


def test_an_empty_line_ends_a_query_too(typed: Type) -> None:
    assert typed(f"select 1 as a{ENTER}{ENTER}{ENTER}select 2 as b{ENTER} {ENTER}").out == (
        "a\n1\nb\n2\n"
    )


def test_a_semicolon_in_a_string_or_comment_ends_nothing(typed: Type) -> None:
    assert typed(f"select ';' -- ;{ENTER} as a /* ;{ENTER}*/;{ENTER}").out == "a\n;\n"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("select 1;", True),
        ("select 1; -- that is it", True),
        ("select 1", False),
        ("select 1\n", True),
        ("select 1\n  ", True),
        ("select 1\n, 2", False),
        ("select ';", False),
        ("select 1 --;", False),
        ('select ";', False),
        ("", True),
        (" \n", True),
        (".tables", True),
        ("help", True),
        ("quit;", True),
        ("\\dt", True),
        ("\\d actors", True),
        ("show tables", True),
        ("describe actors", True),
        ("describe select 1", False),
        ("helpless", False),
        ("select 1; select 2", False),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_where_an_input_ends(text: str, whole: bool, engine: Engine) -> None:
    assert is_whole(text, engine) == whole


def test_what_goes_wrong_is_said_and_the_next_is_answered(typed: Type, filled: str) -> None:
    shown = typed(
        f"select nam from actors;{ENTER}delete from actors;{ENTER}select 1; select 2;{ENTER}"
        f"select count(*) as n from actors;{ENTER}"
    )
    assert shown.out == "n\n3\n"
    _, *message = shown.err.splitlines()
    listed = "`actors` has id, key, name, kind, background"
    assert [line for line in message if line.startswith("Error: ")] == [
        f"Error: no column `nam` in `actors`; did you mean `name`? {listed}",
        "Error: `delete` is not allowed: a query here only reads",
        "Error: one statement at a time: nothing may follow the semicolon",
    ]
    assert message[1:3] == ["1 | select nam from actors;", "           ^"]


def test_limits_hold_and_are_said(typed: Type) -> None:
    shown = typed(
        f"{ENDLESS}{ENTER}select id from actors order by id;{ENTER}", timeout=0.3, limit=2
    )
    assert shown.out == "id\n1\n2\n"
    assert "stopped after 0.3 s; --timeout" in shown.err
    assert "stopped after 2 rows; --limit" in shown.err


def test_parameters_stand_in_the_queries_that_name_them(typed: Type) -> None:
    keys = f"select :k as k;{ENTER}select 1 as a;{ENTER}select :other;{ENTER}"
    shown = typed(keys, {"k": "it's"})
    assert shown.out == "k\nit's\na\n1\n"
    assert "there is no value for :other" in shown.err


def test_tables_are_told_as_the_command_tells_them(typed: Type) -> None:
    shown = typed(
        f".tables{ENTER}.tables actors;{ENTER}.tables actrs{ENTER}.help{ENTER}.foo{ENTER}"
    )
    assert shown.out.startswith("name,kind,rows,meaning\nactor_names,table,1,")
    assert "\ncolumn,type,key,null,meaning,values,examples\nid,integer,pk,false," in shown.out
    assert "Error: there is no table or view 'actrs'; did you mean `actors`?\n" in shown.err
    assert shown.err.count(".quit           leave") == 2


@pytest.mark.parametrize(
    ("commands", "head"),
    [
        (
            ("show tables", "Show Tables;", "\\d", "\\dt", "\\dt;"),
            "name,kind,rows,meaning\nactor_names,table,1,",
        ),
        (
            (
                *("\\d actors", "\\d actors;", "\\d+ actors", '\\d "actors"', "desc actors"),
                "describe actors;",
            ),
            "column,type,key,null,meaning,values,examples",
        ),
    ],
)
def test_tables_are_described_by_the_commands_of_other_shells(
    typed: Type, commands: tuple[str, ...], head: str
) -> None:
    answers = typed(
        "".join(f"select 0 as next;{ENTER}{command}{ENTER}" for command in commands)
    ).out
    for command, answer in zip(commands, answers.split("next\n0\n")[1:], strict=True):
        assert answer.startswith(head), command


@on_sqlite
def test_help_is_printed_however_it_is_asked_for(typed: Type) -> None:
    commands = ("help", "HELP;", "?", "\\?", "\\h", ".help")
    shown = typed("".join(f"{command}{ENTER}" for command in commands))
    assert shown.out == ""
    lines = shown.err.count(".examples N     the query for question N, and its rows")
    assert lines == len(commands)


LEAVING = ["quit", "quit;", "exit", "EXIT;", "\\q", "\\q;", ".quit", ".exit"]


@on_sqlite
@pytest.mark.parametrize("command", LEAVING)
def test_it_is_left_by_a_command_too(typed: Type, command: str) -> None:
    assert typed(f"{command}{ENTER}select 1;{ENTER}").out == ""


def test_examples_are_listed_and_run(typed: Type) -> None:
    shown = typed(f".examples{ENTER}.examples 99{ENTER}.examples 5;{ENTER}")
    known = recipes()
    for n, recipe in enumerate(known, 1):
        assert f"{n:4}  {recipe.question}\n" in shown.err
    assert f"Error: there is no example 99; .examples lists 1 to {len(known)}\n" in shown.err
    assert known[4].sql in shown.err
    assert shown.out.startswith("sentence,certainty,passage\n")


def test_what_is_typed_can_be_given_up(typed: Type) -> None:
    assert typed(f"select 1 as{ENTER}{STOP}select 2 as b;{ENTER}").out == "b\n2\n"


def test_the_history_is_kept_for_the_next_and_for_nobody_else(typed: Type, tmp_path: Path) -> None:
    typed(f"select 41{ENTER}+ 1 as a;{ENTER}")
    file = tmp_path / "state" / "sourcebook" / "sql-history"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert typed(f"{UP}{ENTER}").out == "a\n42\n"


def test_bytes_that_are_no_text_are_refused_and_not_kept(typed: Type, tmp_path: Path) -> None:
    shown = typed(b"select '\xff' as a;\rselect 1 as b;\r")
    assert shown.out == "b\n1\n"
    assert "Error: " in shown.err
    assert typed(f"{UP}{ENTER}").out == "b\n1\n"


def test_where_no_history_can_be_kept_that_is_said(
    typed: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    shown = typed(f"select 1 as a;{ENTER}")
    assert shown.out == "a\n1\n"
    assert shown.err.startswith("no history is kept: ")
    monkeypatch.setenv("XDG_STATE_HOME", "relative")  # is not to be taken
    monkeypatch.setenv("HOME", str(tmp_path))
    typed(f"select 1 as a;{ENTER}")
    assert (tmp_path / ".local" / "state" / "sourcebook" / "sql-history").exists()


def test_a_database_that_is_not_there_ends_it(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="there is no such file"):
        shell(str(tmp_path / "none.db"), {}, PrintOptions("csv", None, False, 30.0, None, 0))


# --- completion -----------------------------------------------------------------------------------

COLUMNS = {
    "actors": ["id", "key", "name"],
    "actor_names": ["id", "actor_id", "name", "name_kind"],
    "Odd One": ["select", 'q"q', "Plain"],
    "evil\x1b[31m": ["x"],
}


def offered(text: str, engine: Engine = "sqlite") -> list[str]:
    """Complete at the sign ‸, or at the end."""
    before, _, after = text.partition("‸")
    completions = SqlCompleter(engine, COLUMNS).get_completions(
        Document(before + after, len(before)), CompleteEvent()
    )
    return [
        before[: len(before) + completion.start_position] + completion.text
        for completion in completions
    ]


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("sel", ["select", '"select"']),
        ("SEL", ["SELECT", '"select"']),
        ("select * from act", ["select * from actors", "select * from actor_names"]),
        ("select * from ACTORS", ["select * from actors"]),
        ("select n‸ from actors", ["select name", "select not", "select null", "select nulls"]),
        ("select a.‸ from actors as a", ["select a.id", "select a.key", "select a.name"]),
        ("select a.k‸ from actors a, actor_names b", ["select a.key"]),
        ("select b.name_‸ from actors a join actor_names b on 1", ["select b.name_kind"]),
        ("select actors.k", ["select actors.key"]),
        ("select z.k", []),
        ("select .k", []),
        ("select 'act", []),
        ("select 'act'", []),
        ("select 1 -- act", []),
        ("select 1 /* act", []),
        ("select :act", []),
        ("select * from odd", ['select * from "Odd One"']),
        ('select * from "odd', ['select * from "Odd One"']),
        ('select o.‸ from "Odd One" o', ['select o."select"', 'select o."q""q"', "select o.Plain"]),
        ("select * from evil", []),
        ("select name_k", ["select name_kind"]),
    ],
)
def test_what_is_offered(text: str, completed: list[str]) -> None:
    assert offered(text) == completed


def test_postgresql_keeps_capitals_in_quotation_marks_alone() -> None:
    assert offered('select o.pl‸ from "Odd One" o', "postgresql") == ['select o."Plain"']


# --- in a terminal --------------------------------------------------------------------------------


@on_sqlite
def test_a_terminal_has_it_all(filled: str, tmp_path: Path) -> None:
    with terminal("--db", filled, "sql", XDG_STATE_HOME=str(tmp_path)) as screen:
        screen.wait(r"sql> *$")
        screen.type(f"select 'a' || 'b' as both_{ENTER};{ENTER}")
        assert "\nboth_\n-----\nab\n" in screen.wait(r"\nab\n[^$]*sql> *$")
        screen.type(f"{ENDLESS}{ENTER}")
        time.sleep(0.7)
        screen.type(STOP)
        screen.wait(r"stopped\s[^$]*sql> *$")
        screen.type(f"select 1 + 1 as n;{ENTER}")
        screen.wait(r"\n *2\n[^$]*sql> *$")
        screen.type(f"select backg{TAB}")
        screen.wait("background")
        screen.type(f" from actors where id = 2;{ENTER}")
        screen.wait(r"\nhas a coast\n[^$]*sql> *$")
        screen.type(UP)
        screen.wait("where id = 2;")
        screen.type(f"{STOP}{LEAVE}")
        assert screen.end() == 0


@on_sqlite
@pytest.mark.parametrize("missing", ["prompt_toolkit", "pygments"])
def test_what_is_not_installed_is_named(filled: str, missing: str) -> None:
    first = f"sys.modules[{missing!r}] = None"
    with terminal("--db", filled, "sql", first=first) as screen:
        shown = screen.wait(r"on stdin\s")
        assert screen.end() == 1
    assert f"Error: the shell needs {missing}" in shown
    assert f"{sys.executable} -m pip install prompt-toolkit pygments" in shown.replace("\n", "")


@on_sqlite
def test_the_shell_writes_to_no_file(filled: str, tmp_path: Path) -> None:
    with terminal("--db", filled, "sql", "-o", str(tmp_path / "out")) as screen:
        screen.wait("-o is for a query")
        assert screen.end() == 2


@on_sqlite
def test_a_database_that_is_not_there_is_said_in_one_line(filled: str) -> None:
    with terminal("--db", filled + "x", "sql") as screen:
        screen.wait("Error: .*there is no such file")
        assert screen.end() == 1


@on_sqlite
def test_a_query_imports_nothing_of_the_shell(filled: str) -> None:
    program = (
        "import sys, cli\n"
        "try: cli.sourcebook(['--db', sys.argv[1], 'sql', 'select 1 as a', '--format', 'csv'])\n"
        "finally: print({'prompt_toolkit', 'pygments'} & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, filled],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "a\n1\nset()\n"
