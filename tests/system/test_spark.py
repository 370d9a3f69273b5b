"""Reports on Apache Spark itself, over Spark Connect: the rows of SQLite, in the same order.

With `make test`, Sail answers the same questions and many more: it starts in a second, and Spark
takes seconds for each report.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from adhoc.session import Session
from database.connect import reading
from database.statement import StatementError
from exports.export import export
from tests.conftest import in_memory
from tests.databases import Files
from tests.shipped_reports import REPORTS
from tests.test_reports_golden import fill, questions, rows_of

PATIENCE = 120.0
"""How long the server may take to start, in seconds."""

SETTINGS = {
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.ui.enabled": "false",
    # The rows are few: what makes large queries fast would only take time.
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}
DOCUMENT = "example"


@pytest.fixture(scope="module")
def apache_spark() -> Iterator[str]:
    """The beginning of the URL of every sourcebook on the server; a folder follows."""
    spec = importlib.util.find_spec("pyspark")
    assert spec
    assert spec.origin
    home = Path(spec.origin).parent
    folder = Path(tempfile.mkdtemp(prefix="sourcebook-", dir=in_memory()))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {**SETTINGS, "spark.connect.grpc.binding.port": port, "spark.local.dir": folder}
    command = [
        str(home / "bin" / "spark-submit"),
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer"),
        *("--master", "local[2]"),
        *(part for name, value in settings.items() for part in ("--conf", f"{name}={value}")),
        "spark-internal",
    ]
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env={**os.environ, "SPARK_HOME": str(home)},
            start_new_session=True,  # an interrupt from the keyboard is for the tests
        )
    try:
        wait_until_it_listens(port, server, log)
        yield f"sc://127.0.0.1:{port}/;path="
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # it keeps nothing
        server.wait()
        shutil.rmtree(folder)


def wait_until_it_listens(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server accepts connections; fail if it ends or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"Spark did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.2)
        else:
            return


@pytest.fixture(scope="module")
def original(sqlite_sourcebooks: Files) -> Iterator[Connection]:
    """The sourcebook in SQLite."""
    database = sqlite_sourcebooks.migrated()
    fill(database, DOCUMENT)
    with reading(database) as connection:
        yield connection
    sqlite_sourcebooks.remove(database)


@pytest.fixture(scope="module")
def on_spark(
    apache_spark: str, original: Connection, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The `--db` of its export."""
    folder = tmp_path_factory.mktemp("export") / "parquet"
    export(original, folder, "parquet")
    return f"{apache_spark}{folder}"


@pytest.fixture(scope="module")
def copy(on_spark: str) -> Iterator[Connection]:
    """The export on Spark."""
    with reading(on_spark) as connection:
        yield connection


def compare(copy: Connection, original: Connection, name: str, *, filters: bool) -> None:
    """Compare the rows of a report on both engines, with no filter or all of them."""
    report = REPORTS[name]
    given = questions(report, DOCUMENT)[-1 if filters else 0]
    expected = [*map(repr, rows_of(original, report, given))]
    assert [*map(repr, rows_of(copy, report, given))] == expected
    assert expected or filters


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_returns_the_rows_of_sqlite(
    copy: Connection, original: Connection, name: str
) -> None:
    compare(copy, original, name, filters=False)


@pytest.mark.parametrize("name", ["timeline", "quotes"])
def test_filters_mean_the_same(copy: Connection, original: Connection, name: str) -> None:
    compare(copy, original, name, filters=True)


@pytest.fixture(scope="module")
def session(on_spark: str) -> Iterator[Session]:
    """A session for the user's own queries."""
    with Session(on_spark) as opened:
        yield opened


@pytest.mark.parametrize(
    "statement",
    [
        "insert overwrite directory '{folder}/out' using csv select 1",
        "with a as (select 1) insert overwrite directory '{folder}/out' using csv select * from a",
        "from actors insert overwrite directory '{folder}/out' using csv select *",
        "create table t as select 1",
        "select reflect('java.lang.System', 'exit', 1)",
        "select 1) as a; drop view actors; select (1",
    ],
)
def test_a_query_only_reads(session: Session, tmp_path: Path, statement: str) -> None:
    with (
        pytest.raises(StatementError),
        session.ask(statement.replace("{folder}", str(tmp_path))),
    ):
        pass
    assert list(tmp_path.iterdir()) == []
