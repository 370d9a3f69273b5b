"""Sourcebooks on Spark: the folder of a parquet export, queried by a cluster over Spark Connect.

Any engine that speaks Spark Connect will do: Apache Spark 4, Sail. Our session has a temporary view
of each file, and on top of them the views that every sourcebook has. Nothing is stored.
"""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL
from sqlalchemy.sql.compiler import IdentifierPreparer

from database.errors import DatabaseError, how_to_install, naming_errors
from database.location import name_of
from database.readonly import (
    DriverResult,
    NamedType,
    ReadOnlyConnection,
    ReadOnlyDialect,
    read_only_engine,
)
from database.statement import SqlStatement, StatementError, tokens, word_set

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NO_DRIVER = f"Spark needs its client: {how_to_install('pyspark-client', 'pandas<3')}"

PORT = 15002
"""Where Spark Connect listens, unless the URL says otherwise."""

CONNECT_TIMEOUT = 10
"""How long a server may take to answer, in seconds."""

STOP_TIMEOUT = 5
"""How long a session may take to stop, in seconds."""

SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # errors instead of nulls, as on the other engines
    "spark.sql.session.timeZone": "UTC",
}

STORED = {
    "date": "cast({} as string)",
    "timestamp": r"date_format({}, 'yyyy-MM-dd\'T\'HH:mm:ss\'Z\'')",
    "array<string>": "array_join({}, '; ')",
}
"""How the other engines store what Parquet has a type for."""

QUERIES = word_set("select with values table from")
STATEMENTS = word_set("explain describe desc show")
"""The first words of queries, and of other statements that only read."""

DANGEROUS_FUNCTIONS = word_set("java_method reflect try_reflect")
"""Functions that run code on the cluster."""


class _Preparer(IdentifierPreparer):
    def __init__(self, dialect: Any) -> None:
        super().__init__(dialect, initial_quote="`")


class SparkDialect(ReadOnlyDialect):
    """What SQLAlchemy needs to query a sourcebook on Spark."""

    name = "spark"
    default_paramstyle = "named"
    supports_statement_cache = True
    preparer: type[IdentifierPreparer] = _Preparer

    def has_table(self, connection: Connection, table_name: str, *_: Any, **__: Any) -> bool:
        """Return whether there is a view of this name."""
        rows = connection.exec_driver_sql("show tables")
        return table_name in [row[1] for row in rows]

    def get_columns(self, connection: Connection, table_name: str, *_: Any, **__: Any) -> list[Any]:
        """Return the names of a view's columns."""
        rows = connection.exec_driver_sql(f"select * from {table_name} limit 0")  # noqa: S608 - ours
        return [{"name": name, "type": NamedType("")} for name in list(rows.keys())]

    def sent(self, statement: str) -> str:
        """Return a statement as Spark reads it."""
        return spark_sql(statement)


def spark_sql(sql: str) -> str:
    """Translate SQL that all other engines read into the SQL of Spark."""
    parts: list[str] = []
    casts: list[bool] = []  # of each open parenthesis: is it that of a cast?
    before = ""  # the last word or sign
    for token in tokens(sql, "portable"):
        text, word = token.backticked, token.text.lower()
        if token.kind == "string":
            inner = text[1:-1].replace("\\", "\\\\").replace("''", "\\'")
            text = f"'{inner}'"
        elif word == "(":
            casts.append(before == "cast")
        elif word == ")":
            casts.pop()
        elif word == "/":
            text = " div "  # `a/b` has no blanks around it
        elif (before, word) == ("as", "text") and casts and casts[-1]:
            text = "string"
        elif (before, word) == ("as", "materialized"):
            text = ""
        parts.append(text)
        if token.kind not in ("blank", "comment"):
            before = word
    return "".join(parts)


# --- opening --------------------------------------------------------------------------------------


def engine(url: URL, revision: str, timeout: float | None = None) -> Engine:
    """Open an export for SQLAlchemy; `timeout` limits the time of all calls, in seconds."""
    return read_only_engine(url, SparkDialect, open_spark(url, revision).limit(timeout))


def _stop(session: Any) -> None:
    """Stop a session.

    A call that Ctrl-C ended can leave the client's channel locked for ever, so the wait is limited.
    """

    def stop() -> None:
        with suppress(Exception):
            session.stop()

    stopping = threading.Thread(target=stop, daemon=True)
    stopping.start()
    stopping.join(STOP_TIMEOUT)


def open_spark(url: URL, revision: str) -> ReadOnlyConnection:
    """Start a session with the tables and views of an export of this revision.

    An export of another revision gets only the view with its revision. Raises DatabaseError.
    """
    _require_client()
    from pyspark.errors import PySparkException

    with naming_errors(name_of(url), PySparkException):
        session = _session(url)
        try:
            if _descriptor(session, url) == revision:
                _create_views(session, url)
        except BaseException:
            _stop(session)
            raise

    unread: list[Any] = []

    def ask(sql: str, parameters: Any) -> DriverResult:
        frame = session.sql(sql, parameters or None)
        rows = frame.toLocalIterator()
        unread.append(rows)
        return DriverResult(frame.dtypes, lambda size: list(map(tuple, islice(rows, size))))

    def guard(sql: str, parameters: Any) -> None:
        if require_reading(sql):
            # Only a query can be in parentheses after `from`, and asking for its columns runs
            # nothing.
            frame = session.sql(f"select * from (\n{sql}\n) limit 0", parameters or None)  # noqa: S608
            frame.schema  # noqa: B018 - asks the cluster

    def interrupt() -> None:
        with suppress(PySparkException):
            session.interruptAll()

    def close() -> None:
        for rows in unread:  # or the client would complain about them later
            rows.close()
        _stop(session)

    return ReadOnlyConnection(ask, guard, interrupt, close, PySparkException)


def _require_client() -> None:
    try:
        import pyspark.sql.connect.client  # noqa: F401 - with all that it needs itself
    except ImportError:
        raise DatabaseError(NO_DRIVER) from None


def _session(url: URL) -> SparkSession:
    from pyspark.sql import SparkSession

    # The client logs what its errors say.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    host, port = str(url.host), url.port or PORT
    try:  # the client itself would try for ten minutes
        socket.create_connection((host, port), CONNECT_TIMEOUT).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise DatabaseError(
            f"{name_of(url)}: {reason.lower()}; check that the server runs, and its host and port"
        ) from None
    options = "".join(f";{name}={value}" for name, value in url.query.items())
    session = SparkSession.builder.remote(f"sc://{host}:{port}/{options}").create()
    for name, value in SETTINGS.items():
        session.conf.set(name, value)
    return session


def _descriptor(session: SparkSession, url: URL) -> str:
    """Return the revision that an export's descriptor names, and keep it in a view."""
    from pyspark.errors import PySparkException

    try:
        [[text]] = session.read.text(f"{url.database}/datapackage.json", wholetext=True).collect()
        described = json.loads(text)["sourcebook"]
        if described["format"] == "parquet" and re.fullmatch(r"\w+", described["schema"]):
            revision: str = described["schema"]
            query = f"select '{revision}' as version_num"
            session.sql(query).createOrReplaceTempView("alembic_version")
            return revision
    except (PySparkException, ValueError, LookupError, TypeError) as error:
        raise DatabaseError(f"{name_of(url)}: {_NO_EXPORT}") from error
    raise DatabaseError(f"{name_of(url)}: {_NO_EXPORT}")


_NO_EXPORT = (
    "is not a folder with a parquet export that the cluster can read; "
    "`sourcebook export DIR --format parquet` writes one"
)


def _create_views(session: SparkSession, url: URL) -> None:
    from database.snapshot import RECORD, TABLES
    from schema.views import VIEWS

    nothing = ", ".join(f"cast(null as string) as {column.name}" for column in RECORD.columns)
    session.sql(f"select {nothing} limit 0").createOrReplaceTempView(RECORD.name)
    for table in TABLES:
        frame = session.read.parquet(f"{url.database}/{table.name}.parquet")
        columns = [
            f"{STORED.get(type, '{}').format(f'`{name}`')} as `{name}`"
            for name, type in frame.dtypes
        ]
        frame.selectExpr(*columns).createOrReplaceTempView(table.name)
    for view in VIEWS:
        query = spark_sql(view.query)
        session.sql(f"create or replace temporary view {view.name} as\n{query}")


# --- the user's queries ---------------------------------------------------------------------------


def require_reading(sql: str) -> bool:
    """Return whether a statement begins as a query; it may still turn out to be another one.

    Raises StatementError if it begins like nothing that reads, or names a dangerous function.
    """
    words = SqlStatement.read(sql, "spark").words
    for word in words:
        if word.name.lower() in DANGEROUS_FUNCTIONS:
            raise StatementError(
                f"the function `{word.name}` is not allowed: it reaches beyond the database",
                word.start,
            )
    first = words[0].text.lower() if words else ""
    if first not in QUERIES | STATEMENTS:
        raise StatementError(f"`{first}` is not allowed: a query here only reads")
    return first in QUERIES
