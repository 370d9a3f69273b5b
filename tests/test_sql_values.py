"""Ad hoc SQL: values go in and come out as they are, whatever they are and are called."""

from __future__ import annotations

import json
import math
import string
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adhoc.session import Session
from adhoc.values import Cells, ResultColumn, Text, parse_parameter
from cli import sourcebook
from database.statement import Engine, SqlStatement, StatementError, tokens
from output.page import Json
from tests.databases import Files, Server, on_postgresql, on_sqlite
from tests.sql_databases import ask, make_sqlite

UNHURRIED = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def session(sourcebooks: Files | Server) -> Iterator[Session]:
    made = sourcebooks.empty()
    if isinstance(sourcebooks, Files):
        make_sqlite(Path(made))
    with Session(made) as opened:
        yield opened
    sourcebooks.remove(made)


def answered(session: Session, sql: str, **values: object) -> list[tuple[object, ...]]:
    with session.ask(sql, values) as answer:  # type: ignore[arg-type]  # any value is tried
        return list(answer.rows)


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NAMES = st.from_regex(r"[a-zA-Z_\u00e9\u0434\u65e5][a-zA-Z0-9_\u00e9]{0,20}", fullmatch=True)
INTEGERS = st.integers(-(2**63), 2**63 - 1)


@UNHURRIED
@given(text=TEXTS)
def test_a_text_comes_back(session: Session, text: str) -> None:
    [(actual,)] = answered(session, "select cast(:text as text)", text=text)
    assert actual == text


@UNHURRIED
@given(text=TEXTS, name=NAMES)
def test_a_text_is_never_sql(session: Session, text: str, name: str) -> None:
    sql = f"select :{name} as a, ':{name}' as b where :{name} = :{name} -- :{name}"
    assert answered(session, sql, **{name: Text(text)}) == [(text, f":{name}")]


@UNHURRIED
@given(number=INTEGERS, real=st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back(session: Session, number: int, real: float) -> None:
    [actual] = answered(session, "select :number, :real", number=number, real=real)
    assert actual == (number, real)
    assert [type(number_back) for number_back in actual] == [int, float]


@UNHURRIED
@given(name=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_a_column_of_any_name(session: Session, name: str) -> None:
    if session.engine == "postgresql":
        while len(name.encode()) > 63:  # where PostgreSQL cuts
            name = name[:-1]
    quoted = name.replace('"', '""')
    with session.ask(f'select 1 as "{quoted}"') as answer:
        assert [column.name for column in answer.columns] == [name]
        assert list(answer.rows) == [(1,)]


@UNHURRIED
@given(sql=st.text(alphabet="selct 1;'\"`[]$:*/-\\eE\n?@a,()%", max_size=40))
def test_any_text_is_answered_or_refused(session: Session, sql: str) -> None:
    error = None
    try:
        answered(session, sql)
    except StatementError as refused:
        error = refused
    if error is not None:
        assert str(error)
        assert error.position is None or 0 <= error.position <= len(sql)


@given(sql=st.text(max_size=60), engine=st.sampled_from(["sqlite", "postgresql"]))
def test_the_pieces_of_a_text_are_the_text(sql: str, engine: Engine) -> None:
    pieces = list(tokens(sql, engine))
    assert "".join(piece.text for piece in pieces) == sql
    assert [piece.start for piece in pieces] == [0, *(piece.end for piece in pieces)][:-1]


@given(parts=st.lists(st.sampled_from(["select ", ":a", " ", ":bcd", ":efghij", "+", "':x'", "é"])))
def test_a_place_in_what_is_sent_is_found_in_what_was_written(parts: list[str]) -> None:
    statement = SqlStatement.read("select 1" + "".join(f" {part}" for part in parts), "postgresql")
    sent = statement.numbered()
    for place, sign in enumerate(sent):
        actual = statement.position(place)
        if sign not in "$123":
            assert statement.text[actual] == sign


# --- what engines have ----------------------------------------------------------------------------

SQLITE_VALUES = [
    ("1", 1, "1"),
    ("1.0", 1.0, "1.0"),
    ("9223372036854775807", 2**63 - 1, "9223372036854775807"),
    ("1e999", math.inf, '"Infinity"'),
    ("null", None, "null"),
    ("'1.20'", "1.20", '"1.20"'),
    ("'0042'", "0042", '"0042"'),
    ("x'00ff'", b"\x00\xff", r'"\\x00ff"'),
    ("x''", b"", r'"\\x"'),
    ("''", "", '""'),
    ("1 = 1", 1, "1"),
    ("json('{\"a\": 1}')", '{"a":1}', r'"{\"a\":1}"'),
]

POSTGRESQL_VALUES = [
    ("1", 1, "1"),
    ("12345678901234567890", Decimal(12345678901234567890), "12345678901234567890"),
    ("1.20", Decimal("1.20"), "1.20"),
    ("1e-9::numeric", Decimal("0.000000001"), "0.000000001"),
    ("-0.5::numeric", Decimal("-0.5"), "-0.5"),
    ("'Infinity'::numeric", Decimal("Infinity"), '"Infinity"'),
    ("0.1::float8", 0.1, "0.1"),
    ("0.1::float4", 0.1, "0.1"),
    ("'-infinity'::float8", -math.inf, '"-Infinity"'),
    ("true", True, "true"),
    ("null", None, "null"),
    ("'0042'::text", "0042", '"0042"'),
    ("'ab'::char(4)", "ab  ", '"ab  "'),
    (r"'\x00ff'::bytea", b"\x00\xff", r'"\\x00ff"'),
    ("'2015-11-24'::date", "2015-11-24", '"2015-11-24"'),
    ("'infinity'::date", "infinity", '"infinity"'),
    ("'0044-03-15 BC'::date", "0044-03-15 BC", '"0044-03-15 BC"'),
    ("'2015-11-24 10:00:00.5'::timestamp", "2015-11-24 10:00:00.5", '"2015-11-24 10:00:00.5"'),
    ("'24:00'::time", "24:00:00", '"24:00:00"'),
    ("'1 mon 2 days'::interval", "1 mon 2 days", '"1 mon 2 days"'),
    ("array[1, null]", [1, None], "[1, null]"),
    ("array['a', 'b,\"c']", ["a", 'b,"c'], r'["a", "b,\"c"]'),
    ("array[[1.10], [2]]", [[Decimal("1.10")], [Decimal(2)]], "[[1.10], [2]]"),
    ("array['2015-11-24'::date]", ["2015-11-24"], '["2015-11-24"]'),
    ("'{}'::int[]", [], "[]"),
    ('\'{"b": 1.20, "a": [1]}\'::jsonb', '{"a": [1], "b": 1.20}', '{"a": [1], "b": 1.20}'),
    ('\'{"a": 1, \n "a": 2}\'::json', '{"a": 1, \n "a": 2}', '{"a": 1,   "a": 2}'),
    ("'null'::jsonb", "null", "null"),
    ("row(1, 'a')", "(1,a)", '"(1,a)"'),
    ("int4range(1, 3)", "[1,3)", '"[1,3)"'),
    ("'10.0.0.1'::inet", "10.0.0.1", '"10.0.0.1"'),
    ("B'101'", "101", '"101"'),
    ("'6b1f0c3e-0000-4000-8000-000000000000'::uuid", "6b1f0c3e-0000-4000-8000-000000000000", None),
    ("'a'::name", "a", '"a"'),
    ("'pg_class'::regclass", "pg_class", '"pg_class"'),
]


def check_round_trip(session: Session, sql: str, value: object, written: str | None) -> None:
    with session.ask(f"select {sql} as v") as answer:
        [row] = answer.rows
        assert row == (value,)
        assert type(row[0]) is type(value)
        [[cell]] = [Cells(answer.columns, sizes=False).of(row)]
    if written is not None:
        from io import StringIO

        from output.formats import Format, render
        from output.page import Page, PageColumn

        out = StringIO()
        render(Page([PageColumn("v")], [[cell]]), Format.JSONL, out)
        assert out.getvalue() == f'{{"v": {written}}}\n'
        json.loads(out.getvalue())


@on_sqlite
@pytest.mark.parametrize(("sql", "value", "written"), SQLITE_VALUES)
def test_values_of_sqlite(session: Session, sql: str, value: object, written: str) -> None:
    check_round_trip(session, sql, value, written)


@on_postgresql
@pytest.mark.parametrize(("sql", "value", "written"), POSTGRESQL_VALUES)
def test_values_of_postgresql(session: Session, sql: str, value: object, written: str) -> None:
    check_round_trip(session, sql, value, written)


def test_numbers_that_are_exact_stay_so_in_every_format() -> None:
    rows = [(Decimal("-1.10"), [1, "a,b"], b"\1")]
    fields = (ResultColumn("n", "numeric"), ResultColumn("a", "int4[]"), ResultColumn("b", "bytea"))
    [row] = map(Cells(fields, sizes=True).of, rows)
    assert row == [Json("-1.10"), Json('[1, "a,b"]'), "\\x01 (1 bytes)"]


@on_postgresql
def test_columns_tell_their_types(session: Session) -> None:
    with session.ask(
        "select 1 as a, array[1.5] as b, null as c, '{}'::jsonb as d where false"
    ) as screen:
        assert screen.columns == (
            ResultColumn("a", "int4"),
            ResultColumn("b", "numeric[]"),
            ResultColumn("c", "text"),
            ResultColumn("d", "jsonb"),
        )
        assert list(screen.rows) == []


@on_postgresql
def test_a_database_that_does_not_say_its_encoding(sourcebooks: Server) -> None:
    made = sourcebooks.empty("encoding 'SQL_ASCII' locale 'C'")
    engine = sa.create_engine(made, poolclass=sa.NullPool, connect_args={"client_encoding": "utf8"})
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create table t as select convert_from('\\xff41', 'SQL_ASCII') as a"
        )
    assert ask(made, "select a from t") == [("\udcffA",)]
    sourcebooks.remove(made)


# --- from Python ----------------------------------------------------------------------------------


def test_rows_have_names(session: Session, sourcebooks: Files | Server) -> None:
    made = sourcebooks.empty()
    if isinstance(sourcebooks, Files):
        make_sqlite(Path(made))
    [row] = ask(
        made,
        "select :n + 1 as more, cast(:day as text) as day, 1 as class, 2 as more",
        {"n": 1, "day": date(2015, 11, 24)},
    )
    assert (row.more, row.day, row._2, row._3) == (2, "2015-11-24", 1, 2)
    with pytest.raises(StatementError, match="is not allowed"):
        ask(made, "delete from people")
    sourcebooks.remove(made)


def test_one_session_takes_one_query_after_the_other(session: Session) -> None:
    for n in range(3):
        with pytest.raises(StatementError):
            answered(session, "select nothing from nowhere")
        assert answered(session, "select :n + 0", n=n) == [(n,)]
        with session.ask("values (1), (2), (3)") as answer:
            assert next(answer.rows) == (1,)  # the others stay unread


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_parameter_is_what_stands_behind_the_sign(text: str) -> None:
    assert parse_parameter(f"a={text}").value == text
    assert parse_parameter(f"a:text={text}").value == text


@given(letters=st.text(string.ascii_letters + ":=1_ é", max_size=12))
def test_a_parameter_is_read_or_refused(letters: str) -> None:
    with suppress(ValueError):
        assert parse_parameter(letters).name.isidentifier()


def test_the_command_line_gives_what_python_gives(session: Session, tmp_path: Path) -> None:
    file = make_sqlite(tmp_path / "people.db")
    result = CliRunner().invoke(
        sourcebook, ["--db", file, "sql", "--format", "json", "select * from people"]
    )
    assert json.loads(result.stdout) == [row._asdict() for row in ask(file, "select * from people")]
