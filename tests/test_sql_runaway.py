"""Ad hoc SQL that would not end: a limit of time and Ctrl-C end it, and nothing of it stays."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa

from adhoc.session import Session
from database.cancellation import CancellableCalls, TimeLimitError
from tests.databases import Files, Server
from tests.sql_databases import folder_of, make_sqlite

ROOT = Path(__file__).resolve().parent.parent

ENDLESS = "with recursive up (n) as (select 1 union all select n + 1 from up) select {} from up"
MANY = {
    "sqlite": "(with recursive up (n) as (select 1 union all select n + 1 from up limit 1000000) "
    "select n from up)",
    "postgresql": "(select generate_series(1, 1000000) as n)",
}
PRODUCT = (
    f"select count(*) from {', '.join(f'{{many}} as m{n}' for n in range(4))} where m0.n + m3.n < 0"
)

PATIENCE = 10.0
"""What is stopped ends at once; on a machine that does much else, within so many seconds."""

# One call of a function of SQLite's, which looks up for nobody.
DEAF = "select instr(hex(zeroblob(50000000)), hex(zeroblob(40000000)) || '1')"

RUNAWAY = [
    ENDLESS.format("count(*)"),
    ENDLESS.format("n") + " where n < 0",
    ENDLESS.format("n") + " order by n desc",
    PRODUCT,
]


@pytest.fixture(scope="module")
def database(sourcebooks: Files | Server) -> Iterator[str]:
    made = sourcebooks.empty()
    if isinstance(sourcebooks, Files):
        make_sqlite(Path(made))
    yield made
    sourcebooks.remove(made)


@pytest.mark.parametrize("query", RUNAWAY)
def test_a_limit_of_time_ends_it(database: str, query: str) -> None:
    with Session(database) as session:
        query = query.replace("{many}", MANY[session.engine])
        began = time.monotonic()
        with (
            pytest.raises(TimeLimitError, match=r"stopped after 0\.1 s; --timeout"),
            session.ask(query, timeout=0.1) as answer,
        ):
            list(answer.rows)
        assert 0.08 < time.monotonic() - began < PATIENCE
        with session.ask("select 1 as n") as answer:  # it can be asked again
            assert list(answer.rows) == [(1,)]


def test_only_the_time_of_the_database_counts(database: str) -> None:
    rows = "(select 1 as n union all select 2 union all select 3)"
    with Session(database) as session, session.ask(f"select n from {rows} as r", timeout=0.6) as a:
        for _ in a.rows:
            time.sleep(0.25)


def test_a_million_rows_begin_at_once(database: str) -> None:
    with Session(database) as session:
        began = time.monotonic()
        with session.ask(f"select n from {MANY[session.engine]} as m") as answer:
            assert next(answer.rows) == (1,)
            assert time.monotonic() - began < PATIENCE
            assert sum(1 for _ in islice(answer.rows, 20_000)) == 20_000


# --- a call that does not end ---------------------------------------------------------------------


def test_a_call_that_never_ends_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("database.cancellation.GRACE", 0.1)
    never = threading.Event()
    calls = CancellableCalls(lambda: None, seconds=0.1)
    with pytest.raises(TimeLimitError):
        calls.call(never.wait)
    assert calls.abandoned
    never.set()
    calls.close()


def test_an_interrupt_is_told_until_it_is_heard() -> None:
    answer = threading.Semaphore(0)
    calls = CancellableCalls(answer.release, seconds=0.05)
    with pytest.raises(TimeLimitError):
        calls.call(lambda: [answer.acquire() for _ in range(3)])
    assert not calls.abandoned
    calls.close()


def test_what_a_call_raises_is_raised() -> None:
    calls = CancellableCalls(lambda: None)
    with pytest.raises(ZeroDivisionError):
        calls.call(lambda: 1 / 0)
    assert calls.call(lambda: "well") == "well"
    calls.close()


# --- as a program ---------------------------------------------------------------------------------


@contextmanager
def running(database: str, query: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(ROOT / "cli.py"), "--db", database, "sql", *options, query]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")


@pytest.fixture
def file(tmp_path: Path) -> str:
    return make_sqlite(tmp_path / "people.db")


@pytest.mark.parametrize("query", [ENDLESS.format("count(*)"), DEAF])
def test_the_program_ends_on_time(file: str, query: str) -> None:
    before = folder_of(file)
    with running(file, query, "--timeout", "0.2") as process:
        out, message = process.communicate(timeout=30)
    assert (process.returncode, out) == (1, "")
    assert message.startswith("Error: stopped after 0.2 s; --timeout")
    assert folder_of(file) == before


def test_ctrl_c_ends_the_program(file: str, tmp_path: Path) -> None:
    output = tmp_path / "out" / "rows.csv"
    output.parent.mkdir()
    query = ENDLESS.format("n")
    with running(file, query, "--format", "csv", "-o", str(output)) as process:
        until(lambda: any(path.stat().st_size for path in output.parent.iterdir()))
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, message = process.communicate(timeout=30)
        assert time.monotonic() - began < PATIENCE
    assert (process.returncode, out, message) == (130, "", "stopped\n")
    assert list(output.parent.iterdir()) == []  # whole, or not at all


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_server_does_not_go_on_alone(postgres_server: str, ending: signal.Signals) -> None:
    mark = f"runaway_{ending.name}"
    query = PRODUCT.format(many=MANY["postgresql"]).replace("count(*)", f"count(*) as {mark}")
    engine = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection, running(postgres_server, query) as process:

        def works() -> bool:
            return bool(
                connection.exec_driver_sql(
                    "select 1 from pg_stat_activity where state = 'active' and query like %s",
                    (f"select count(*) as {mark}%",),
                ).all()
            )

        until(works)
        process.send_signal(ending)
        out, message = process.communicate(timeout=30)
        assert out == ""
        if ending == signal.SIGINT:
            assert (process.returncode, message) == (130, "stopped\n")
            assert not works()
        until(lambda: not works())  # after a kill the server looks every other second
