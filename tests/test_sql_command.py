"""`sourcebook sql`: where the query comes from, its parameters, its limits, its messages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adhoc.command import CHARACTERS, TIMEOUT
from adhoc.printing import ROWS
from adhoc.session import TIMEOUT as USUAL
from cli import sourcebook
from tests.databases import Files, Server, on_postgresql, on_sqlite
from tests.sql_databases import make_postgresql, make_sqlite
from tests.terminal import terminal

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def people(sourcebooks: Files | Server) -> Iterator[str]:
    """A database that is no sourcebook."""
    made = sourcebooks.empty()
    if isinstance(sourcebooks, Files):
        make_sqlite(Path(made))
    else:
        make_postgresql(made)
    yield made
    sourcebooks.remove(made)


def typed(database: str, *arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(sourcebook, ["--db", database, "sql", *arguments], input=stdin)


def rows(database: str, *arguments: str, stdin: str | None = None) -> list[dict[str, object]]:
    result = typed(database, "--format", "json", *arguments, stdin=stdin)
    assert (result.exit_code, result.stderr) == (0, "")
    actual: list[dict[str, object]] = json.loads(result.stdout)
    return actual


# --- where the query comes from -------------------------------------------------------------------


def test_from_the_argument_a_file_or_stdin(people: str, tmp_path: Path) -> None:
    query = "-- who\nselect name from people where id = 1;\n"
    file = tmp_path / "query.sql"
    file.write_text("\ufeff" + query, encoding="utf-8")
    expected = [{"name": "ann"}]
    assert rows(people, "--", query) == expected  # it begins as an option does
    assert rows(people, "-f", str(file)) == expected
    assert rows(people, "-f", "-", stdin=query) == expected
    assert rows(people, stdin=query) == expected


@on_sqlite
def test_a_query_that_cannot_be_read(people: str, tmp_path: Path) -> None:
    file = tmp_path / "query.sql"
    assert "no such file" in typed(people, "-f", str(file)).stderr
    file.write_bytes(b"select '\xff'")
    assert "is not UTF-8" in typed(people, "-f", str(file)).stderr
    assert "stdin: is not UTF-8" in typed(people, stdin=b"select '\xff'").stderr
    both = typed(people, "select 1", "-f", str(file))
    assert both.exit_code == 2
    assert "is empty" in typed(people, stdin="").stderr


# --- parameters -----------------------------------------------------------------------------------


def test_parameters_by_type(people: str) -> None:
    given = ["-p", "t=0042", "-p", "n:int=-3", "-p", "r:float=1.5", "-p", "d:date=2015-11-24"]
    given += ["-p", "x:null", "-p", "e:text=", "-p", "b:bool=true"]
    query = (
        "select :t as t, :n + 0 as n, :r as r, cast(:d as text) as d, cast(:x as text) as x, "
        ":e as e, :b as b, :t as again"
    )
    [actual] = rows(people, query, *given)
    assert actual.pop("b") in (True, 1)
    texts = {"t": "0042", "d": "2015-11-24", "x": None, "e": "", "again": "0042"}
    assert actual == texts | {"n": -3, "r": 1.5}


def test_a_colon_that_means_nothing(people: str) -> None:
    query = """
        select ':no' as a, -- :no
          "b:no" as b, /* :no */ :yes as c
        from (select 1 as "b:no") as t
    """
    assert rows(people, query, "-p", "yes=1") == [{"a": ":no", "b": 1, "c": "1"}]


@on_postgresql
def test_a_colon_that_means_something_else(people: str) -> None:
    query = (
        "select '1'::int + :n::int as a, (array[1,2,3])[1:2] as b, (array[1,2,3])[lo:hi] as c, "
        "$$:no$$ as d, $t$:no $$ $t$ as e, E'\\':no' as f, /* /* :no */ :no */ '%s %d ?' as g "
        "from (select 2 as lo, 3 as hi) as t"
    )
    [actual] = rows(people, query, "-p", "n=2")
    assert list(actual.values()) == [3, [1, 2], [2, 3], ":no", ":no $$ ", "':no", "%s %d ?"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "there is no value for :a; add -p a=value"),
        (
            ["-p", "b=1"],
            ("there is no value for :a; add -p a=value; the query has no parameter :b; it has :a"),
        ),
        (["-p", "a=1", "-p", "b=2", "-p", "c=3"], "the query has no parameter :b, :c; it has :a"),
    ],
)
def test_missing_and_unused_parameters_are_named(
    people: str, given: list[str], message: str
) -> None:
    result = typed(people, "select :a", *given)
    assert result.exit_code == 1
    assert message in result.stderr


@on_sqlite
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("a", "a has no value"),
        ("=1", "is not a parameter"),
        ("1a=1", "is not a parameter"),
        ("a:number=1", "unknown type 'number'; use one of text, int, float, bool, date, null"),
        ("a:int=1.5", "is not a whole number"),
        ("a:int=٣", "is not a whole number"),
        ("a:int=", "is not a whole number"),
        ("a:float=nan", "is not a number"),
        ("a:bool=yes", "is neither true nor false"),
        ("a:date=2015-02-29", "is not a date; write YYYY-MM-DD"),
        ("a:date=20150228", "is not a date; write YYYY-MM-DD"),
        ("a:null=1", "null takes no value"),
    ],
)
def test_a_parameter_that_is_none(people: str, given: str, message: str) -> None:
    result = typed(people, "select :a", "-p", given)
    assert result.exit_code == 2
    assert message in result.stderr
    assert typed(people, "select :a", "-p", "a=1", "-p", "a=2").exit_code == 2


@on_sqlite
def test_an_integer_that_sqlite_cannot_hold(people: str) -> None:
    assert "too large for SQLite" in typed(people, "select :a", "-p", f"a:int={2**63}").stderr


@on_postgresql
def test_a_parameter_whose_type_nobody_knows(people: str) -> None:
    result = typed(people, "select :a is null", "-p", "a=1")
    assert "give its type, as in -p name:text=value" in result.stderr
    assert rows(people, "select :a is null as n", "-p", "a:text=1") == [{"n": False}]


# --- limits ---------------------------------------------------------------------------------------

MANY = "with recursive up (n) as (select 1 union all select n + 1 from up where n < {}) "


def test_rows_are_cut_only_where_it_is_asked_for(people: str) -> None:
    query = MANY.format(1500) + "select n from up"
    for form in ("table", "csv", "jsonl"):
        result = typed(people, query, "--format", form)
        assert result.stderr == ""
        assert "1500" in result.stdout
    few = typed(people, query, "--format", "csv", "--limit", "2")
    assert few.stdout == "n\n1\n2\n"
    assert few.stderr == "stopped after 2 rows; --limit 0 shows all\n"
    assert typed(people, query, "--format", "csv", "--limit", "1500").stderr == ""


@on_sqlite
def test_a_terminal_gets_a_thousand_rows(people: str) -> None:
    assert ROWS == 1000
    query = MANY.format(1500) + "select n from up"
    with terminal("--db", people, "sql", query) as screen:
        shown = screen.wait("stopped after 1,000 rows; --limit 0 shows all")
        assert screen.end() == 0
    assert "\n   1000\n" in shown
    assert "1001" not in shown
    with terminal("--db", people, "sql", query, "--limit", "0") as screen:
        screen.wait(r"\n +1500\n")
        assert screen.end() == 0


def test_long_values_are_cut_in_tables_alone(people: str) -> None:
    query = "select replace(substr('{}', 1, 3000), 'x', 'ab') as v".format("x" * 1500)
    table = typed(people, query)
    assert "".join(table.stdout.split()).endswith("abab…")
    assert table.stderr == (
        f"1 value was cut to {CHARACTERS:,} characters; --value-limit 0 shows all\n"
    )
    whole = typed(people, query, "--value-limit", "0", "--width", "0")
    assert "ab" * 1500 in whole.stdout
    assert whole.stderr == ""
    assert rows(people, query) == [{"v": "ab" * 1500}]


def test_the_limits_are_those_that_are_written_down() -> None:
    assert TIMEOUT == USUAL == 30


# --- output ---------------------------------------------------------------------------------------


def test_a_file_is_written_whole_or_not_at_all(people: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    good = typed(people, "select name from people order by 1", "--format", "csv", "-o", str(file))
    assert (good.exit_code, good.stdout) == (0, "")
    assert file.read_text() == "name\nann\nbob\ncyd\n"
    divided = "1 / (id - 3)" if "://" in people else "abs(-9223372036854775807 - (id - 2))"
    bad = typed(
        people, f"select {divided} as n from people order by id", "--format", "csv", "-o", str(file)
    )
    assert bad.exit_code == 1
    assert file.read_text() == "name\nann\nbob\ncyd\n"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "tsv", "json", "jsonl", "html"])
def test_every_format_takes_any_answer(people: str, form: str) -> None:
    for query in (
        "select 1 as a, 2 as a, null as b",
        "select * from people where 1 = 0",
        f"select {', '.join(f'{n} as c{n}' for n in range(1600))}",
        "select '\x1b[31m' as \"\x1b[32m\", '\u202e' as b, 'a\tb\nc' as c",
    ):
        result = typed(people, query, "--format", form)
        assert (result.exit_code, result.stderr) == (0, "")
        if form in ("table", "markdown", "html", "json", "jsonl"):
            assert "\x1b" not in result.stdout
            assert "\u202e" not in result.stdout


# --- mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "reason", "place"),
    [
        ("select nme from people", "no column `nme` in `people`; did you mean `name`?", "nme"),
        ("select p.nme from people as p", "did you mean `name`? `people` has id, name", None),
        ("select nope from people", "no column `nope` in `people`; `people` has id, name", "nope"),
        ("select * from zyxwvu", "no table `zyxwvu`; `sourcebook tables` lists all", "zyxwvu"),
        ('select "nme" from people', "write 'nme' if it is text; `people` has id, name", '"nme"'),
        ('select id from people where name = "ann"', "write 'ann' if it is text", '"ann"'),
        ('select "it\'s"', "write 'it''s' if it is text", '"it\'s"'),
        ('select p."nme" from people as p', "no column `p.nme` in `people`", None),
        (
            "select *\nfrom peeple\nwhere 1 = 1",
            "no table `peeple`; did you mean `people`?",
            "peeple",
        ),
        ("select lenght(name) from people", "did you mean `length`?", "lenght"),
        ("select id,\n  name\n  fro m people", "syntax error", None),
        ("select 1,, 2", "syntax error", ", 2"),
        ("selct 1", "syntax error", "selct"),
        ("select 'é', '日本', :a, nme from people", "no column `nme`", "nme"),
    ],
)
def test_a_mistake_is_shown_at_its_place(
    people: str, query: str, reason: str, place: str | None
) -> None:
    given = ["-p", "a=1"] if ":a" in query else []
    result = typed(people, query, *given)
    message, line, caret = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (1, "")
    assert reason in message
    assert caret.strip() == "^"
    if place is not None:
        wide = line.replace("日本", "日本__")  # two places each
        assert wide[caret.index("^") :].startswith(place)


@pytest.mark.parametrize(
    "query",
    [
        'select "name" as "Its name" from "people" as "p p" where "p p"."id" = 1',
        'select "a ""b""" from (select \'ann\' as "a ""b""") as t order by "a ""b"""',
        'with "c c" as (select name as "n" from people where id = 1) select "n" from "c c"',
        'select \'ann\' as "`" -- "no name"',
        "select '\"ann\"' as a",
    ],
)
def test_a_double_quoted_name_is_no_mistake(people: str, query: str) -> None:
    [row] = rows(people, query)
    assert [str(value).strip('"') for value in row.values()] == ["ann"]


@on_sqlite
def test_what_is_answered_without_a_name_keeps_its_heading(people: str) -> None:
    assert rows(people, 'select "name" || 1 from people where id = 1') == [{'"name" || 1': "ann1"}]
    assert len(rows(people, 'pragma table_info("people")')) == 2
    assert rows(people, 'explain select "name" from people') != []
    explained = typed(people, 'explain select "nme" from people')
    assert "no column `nme`" in explained.stderr


def test_a_long_line_is_shown_around_the_place(people: str) -> None:
    query = f"select {'1, ' * 200} nme, {'2, ' * 200} 3 from people"
    _, line, caret = typed(people, query).stderr.splitlines()
    assert len(line) < 100
    assert line[caret.index("^") :].startswith("nme")


def test_what_a_query_says_cannot_steer_the_terminal(people: str) -> None:
    result = typed(people, "select '\u202e\x1b[2J' from people wher")
    assert "\x1b" not in result.stderr
    assert "\u202e" not in result.stderr


def test_a_server_that_is_not_there() -> None:
    result = typed("postgresql://nobody:S3cret@127.0.0.1:1/none", "select 1")
    assert result.exit_code == 1
    assert "check that the server runs" in result.stderr
    assert "S3cret" not in result.stderr


# --- as a program ---------------------------------------------------------------------------------


@on_sqlite
def test_a_reader_who_goes_away_is_no_fault(people: str) -> None:
    query = MANY.format(10_000_000) + "select n from up"
    command = [
        sys.executable,
        str(ROOT / "cli.py"),
        "--db",
        people,
        "sql",
        "--format",
        "csv",
        query,
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "n\n"
        process.stdout.close()
        assert process.wait(timeout=30) == 0
        assert process.stderr.read() == ""


@on_sqlite
def test_the_help_imports_no_database(people: str) -> None:
    code = (
        "import sys; from cli import sourcebook\n"
        "try: sourcebook(['sql', '--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'sqlalchemy', 'psycopg', 'pgparse', 'tabulate'} & {*sys.modules}))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines()[-1] == "[]"
