"""On PostgreSQL no command runs code that somebody else has put on the search path.

PostgreSQL prefers a function or operator whose argument types match exactly, in any schema on the
path, to its own. Each trap here raises an error when it is run.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.engine import make_url

from cli import sourcebook
from tests.postgres import GUEST

EXAMPLE = Path(__file__).parent.parent / "docs" / "example.yaml"
SPRUNG = "language plpgsql immutable as $$ begin raise exception 'sprung'; end $$"

OPERANDS = [
    *("oid, regproc", "oid, regclass", "oid, regtype", "oid, oid", '"char", text', "name, text"),
    *("text, text", "integer, integer", "bigint, integer", "name, name"),
]
FUNCTIONS = [
    *("count(integer)", "count(text)", "length(text)", "lower(text)", "current_schema()"),
    *("current_schemas(boolean)", "set_config(text, text, boolean)", "unnest(name[])"),
    *("quote_ident(name)", "substr(text, integer, integer)", "json_build_array(text)"),
    *("pg_advisory_xact_lock(integer)", "array_position(text[], text)", "concat(text, text)"),
]


def asked(database: str, *arguments: str) -> Result:
    result = CliRunner().invoke(sourcebook, ["--db", database, *arguments])
    assert "sprung" not in result.output
    assert "sprung" not in repr(result.exception)
    return result


def with_path(url: str, path: str) -> str:
    """Return the URL of a database with a search path."""
    options = {"options": f"-csearch_path={path}"}
    return make_url(url).update_query_dict(options).render_as_string(hide_password=False)


@pytest.fixture
def run(postgres_database: Callable[..., str]) -> Iterator[tuple[str, Callable[[str], None]]]:
    """An empty database, and what runs a statement in it as superuser."""
    url = postgres_database()
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:

        def execute(statement: str) -> None:
            connection.exec_driver_sql(statement)

        yield url, execute


@pytest.fixture
def mallory(run: tuple[str, Callable[[str], None]]) -> Iterator[str]:
    """A role without rights."""
    role = f"{GUEST}{uuid.uuid4().hex}"
    run[1](f"create role {role}")
    yield role
    run[1](f"drop owned by {role} cascade")
    run[1](f"drop role {role}")


def set_traps(run: Callable[[str], None], mallory: str, schema: str) -> None:
    """Let the role create every trap in a schema where it may create."""
    run(f"grant usage, create on schema {schema} to {mallory}")
    run(f"set role {mallory}")
    try:
        for operands in OPERANDS:
            run(f"create function {schema}.trap({operands}) returns boolean {SPRUNG}")
            left, right = operands.split(", ")
            run(
                f"create operator {schema}.= (function = {schema}.trap, leftarg = {left}, "
                f"rightarg = {right})"
            )
        for function in FUNCTIONS:
            run(f"create function {schema}.{function} returns text {SPRUNG}")
        run(f"create type {schema}.text as (sprung int)")
        run(f"create type {schema}.regclass as (sprung int)")
    finally:
        run("reset role")


def test_traps_on_the_path_stay_unsprung(
    run: tuple[str, Callable[[str], None]], mallory: str, tmp_path: Path
) -> None:
    url, execute = run
    execute("create schema traps")
    execute("create schema own")
    for step in (["migrate"], ["load", str(EXAMPLE)]):
        made = asked(with_path(url, "own"), *step)
        assert made.exit_code == 0, made.output
    set_traps(execute, mallory, "traps")
    database = with_path(url, "traps,own,pg_catalog")
    for n, arguments in enumerate(
        (
            ("migrate",),
            ("load", str(EXAMPLE)),
            ("report", "timeline", "--format", "csv"),
            ("report", "quotes", "--cite"),
            ("search", "Arvel"),
            ("tables",),
            ("tables", "events"),
            ("export", str(tmp_path / "csv"), "--format", "csv"),
            ("feed", str(tmp_path / "copy.db")),
            ("feed", str(tmp_path / "copy.db"), "--verify"),
        )
    ):
        result = asked(database, *arguments)
        assert result.exit_code == 0, (n, arguments, result.output)
        assert mallory not in result.output
    copied = asked(str(tmp_path / "copy.db"), "feed", with_path(url, "traps,pg_catalog"))
    assert copied.exit_code == 0, copied.output
    # The statement itself runs on the user's own path, here in PostgreSQL's default order.
    query = "select key from actors where id = 1"
    listed = asked(with_path(url, "traps,own"), "sql", query)
    assert listed.exit_code == 0, listed.output


def test_a_schema_open_to_others_is_warned_about_once(
    run: tuple[str, Callable[[str], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from database import postgresql

    monkeypatch.setattr(postgresql, "_warned", set())
    url, execute = run
    assert "others may create" not in asked(url, "migrate").stderr
    execute("grant create on schema public to public")
    asked_twice = [asked(url, "report", "timeline") for _ in range(2)]
    assert [result.exit_code for result in asked_twice] == [0, 0]
    assert "others may create functions in its schema public" in asked_twice[0].stderr
    assert "others may create" not in asked_twice[1].stderr


def test_a_sourcebook_among_traps_is_refused(
    run: tuple[str, Callable[[str], None]], mallory: str, tmp_path: Path
) -> None:
    url, execute = run
    assert asked(url, "migrate").exit_code == 0
    for name, trap in {
        "public.count(integer)": f"create function count(integer) returns bigint {SPRUNG}",
        "public.*(numeric,bigint)": (
            f"create function trap(numeric, bigint) returns boolean {SPRUNG}; "
            "create operator * (function = trap, leftarg = numeric, rightarg = bigint)"
        ),
    }.items():
        execute(f"grant create on schema public to {mallory}")
        execute(f"set role {mallory}; {trap}; reset role")
        for arguments in (
            ("report", "timeline"),
            ("search", "x"),
            ("migrate",),
            ("export", str(tmp_path / "a"), "--format", "csv"),
        ):
            result = asked(url, *arguments)
            assert (result.exit_code, result.stdout) == (1, ""), (arguments, result.output)
            message = result.stderr.splitlines()[-1]
            assert f"its schema public holds {name} of {mallory}, which" in message
            assert message.endswith("drop it, and revoke create on that schema")
        execute(f"drop owned by {mallory} cascade")


def test_the_guard_sees_volatile_operators_without_their_signs(
    run: tuple[str, Callable[[str], None]],
) -> None:
    url, execute = run
    execute("create type k as (n int); create table t (k k); create table u (k k)")
    execute("create function same(k, k) returns boolean language sql volatile as 'select true'")
    for sign in ("=", "<", "<=", ">", ">="):
        execute(f"create operator public.{sign} (function = same, leftarg = k, rightarg = k)")
    for query, sign in (
        ("select 1 from t where k in (select k from u)", "="),
        ("select 1 from t join u using (k)", "="),
        ("select 1 from t natural join u", "="),
        ("select case k when k then 1 end from t", "="),
        ("select 1 from t where k between k and k", ""),
        ("select 1 from t where k not between symmetric k and k", ""),
    ):
        result = asked(url, "sql", query)
        assert (result.exit_code, result.stdout) == (1, ""), query
        assert f"the operator `public.{sign}" in result.stderr, query
        assert f"` (owned by {make_url(url).username}) is not allowed" in result.stderr, query


def test_a_function_called_as_an_attribute_is_judged_by_its_schema(
    run: tuple[str, Callable[[str], None]],
) -> None:
    url, execute = run
    execute("create table people (id int); insert into people values (1)")
    execute("create function random(people) returns int language sql volatile as 'select 1'")
    for query in ("select people.random from people", "select (people).random from people"):
        result = asked(url, "sql", query)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "the function `public.random` (owned by " in result.stderr
    assert asked(url, "sql", "select random() < 1 as r").exit_code == 0
