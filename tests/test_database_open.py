"""A sourcebook in use: settings, reading, writing, waiting for others, servers that fail."""

from __future__ import annotations

import signal
import socket
import socketserver
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from database import postgresql, sqlite
from database.connect import migrating, reading, writing
from database.errors import DatabaseError
from database.location import locate, name_of
from tests.databases import (
    ALL,
    NEWER,
    OPEN,
    OTHER,
    WAYS,
    Files,
    Server,
    names,
    on_postgresql,
    on_sqlite,
    refusal,
)
from tests.postgres import GUEST

ROOT = Path(__file__).resolve().parent.parent

SECRET = "S3cret"

# --- as it is opened ------------------------------------------------------------------------------


@on_sqlite
def test_settings_of_a_file(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sqlite.BUSY_TIMEOUT >= 1
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 1.234)
    for way, keys in (("read", 1), ("write", 1), ("build", 0)):
        with WAYS[way](database) as connection:
            settings = [
                connection.exec_driver_sql(f"pragma {name}").scalar()
                for name in ("foreign_keys", "busy_timeout", "journal_mode")
            ]
        assert settings == [keys, 1234, "delete"]
    assert names(Path(database).parent) == ["sourcebook.db"]


@pytest.mark.parametrize(
    "statement",
    [
        "insert into topics (key, label) values ('a', 'b')",
        "delete from relation_types",
        "create table more (n int)",
        "drop view timeline",
    ],
)
def test_who_reads_cannot_write(database: str, statement: str) -> None:
    with pytest.raises(DatabaseError) as raised, reading(database) as connection:
        connection.exec_driver_sql(statement)
    assert str(raised.value).startswith(f"{name_of(locate(database))}: cannot be written to")
    with reading(database) as connection:
        assert connection.exec_driver_sql("select count(*) from relation_types").scalar()


@on_postgresql
def test_who_reads_cannot_begin_to_write(database: str) -> None:
    with pytest.raises(DatabaseError), reading(database) as connection:
        connection.exec_driver_sql("set transaction read write")


def add(connection: sa.Connection, *keys: str) -> None:
    for key in keys:
        connection.exec_driver_sql(f"insert into topics (key, label) values ('{key}', '{key}')")


def topics(connection: sa.Connection) -> list[str]:
    return [*connection.exec_driver_sql("select key from topics order by key").scalars()]


def test_a_block_that_raises_has_written_nothing(database: str) -> None:
    with writing(database) as connection:
        add(connection, "a")
    with pytest.raises(DatabaseError, match="topics"), writing(database) as connection:
        add(connection, "b", "a")  # which is there already
    with reading(database) as connection:
        assert topics(connection) == ["a"]


@on_postgresql
def test_who_reads_sees_one_state(database: str) -> None:
    with reading(database) as reader:
        assert topics(reader) == []
        with writing(database) as writer:
            add(writer, "a")
        assert topics(reader) == []
    with reading(database) as reader:
        assert topics(reader) == ["a"]


def test_one_writes_after_another(database: str) -> None:
    seen: list[list[str]] = []
    began = threading.Event()

    def second() -> None:
        began.set()
        with writing(database) as connection:
            seen.append(topics(connection))
            add(connection, "b")

    thread = threading.Thread(target=second)
    with writing(database) as connection:
        add(connection, "a")
        thread.start()
        began.wait(10)
        thread.join(0.2)
        assert thread.is_alive()
        assert seen == []
    thread.join(10)
    assert seen == [["a"]]
    with reading(database) as connection:
        assert topics(connection) == ["a", "b"]


@on_sqlite
@pytest.mark.parametrize(
    ("stored", "way"),
    [("exclusive", "read"), ("exclusive", "write"), ("immediate", "write"), ("immediate", "build")],
)
def test_a_busy_file_is_waited_for_but_not_for_ever(
    database: str, monkeypatch: pytest.MonkeyPatch, stored: str, way: str
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.05)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute(f"begin {stored}")
        message = "another process is using it; try again when that has ended"
        assert refusal(way, database) == f"{database}: {message}"
    with WAYS[way](database):
        assert names(Path(database).parent) == ["sourcebook.db"]


@on_sqlite
def test_a_write_that_a_reader_holds_up_is_undone(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.05)
    with reading(database) as reader:
        assert topics(reader) == []
        with pytest.raises(DatabaseError, match="another process is using it"):  # noqa: SIM117
            with writing(database) as writer:
                add(writer, "a")
    with reading(database) as reader:
        assert topics(reader) == []
    assert names(Path(database).parent) == ["sourcebook.db"]


KILLED = """
import os, signal, sys
from database.connect import writing
with writing(sys.argv[1]) as connection:
    connection.exec_driver_sql("pragma cache_size = 1")
    for number in range(2000):
        row = (f"topic {number}", "label " * 20)
        connection.exec_driver_sql("insert into topics (key, label) values (?, ?)", row)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@on_sqlite
@pytest.mark.parametrize("way", ALL)
def test_what_a_killed_writer_left_is_taken_back(database: str, way: str) -> None:
    path = Path(database)
    size = path.stat().st_size
    killed = subprocess.run([sys.executable, "-c", KILLED, database], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.stat().st_size > size
    assert len(names(path.parent)) == 2
    with WAYS[way](database) as connection:
        assert topics(connection) == []
        assert connection.exec_driver_sql("pragma integrity_check").scalar() == "ok"
    assert names(path.parent) == ["sourcebook.db"]
    assert path.stat().st_size == size


# --- servers --------------------------------------------------------------------------------------


class Refusing(socketserver.StreamRequestHandler):
    """A PostgreSQL server that asks for a password and takes none."""

    def handle(self) -> None:
        """Speak the first messages of the protocol, then refuse."""
        while True:
            length, code = struct.unpack("!ii", self.rfile.read(8))
            self.rfile.read(length - 8)
            if code not in (80877103, 80877104):  # a wish for TLS, or for GSSAPI
                break
            self.wfile.write(b"N")
        self.wfile.write(struct.pack("!cii", b"R", 8, 3))
        self.rfile.read(1)
        (length,) = struct.unpack("!i", self.rfile.read(4))
        self.rfile.read(length - 4)
        fields = (b"SFATAL", b"VFATAL", b"C28P01", b'Mpassword authentication failed for user "me"')
        body = b"".join(field + b"\0" for field in fields) + b"\0"
        self.wfile.write(struct.pack("!ci", b"E", len(body) + 4) + body)


@pytest.fixture
def refusing() -> Iterator[int]:
    """The port of a server that takes no password."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize("way", ALL)
def test_a_wrong_password_is_told_and_no_password_is(refusing: int, way: str) -> None:
    message = refusal(way, f"postgresql://me:S3cret@127.0.0.1:{refusing}/x")
    assert message.startswith(f"postgresql://me:***@127.0.0.1:{refusing}/x: ")
    assert 'password authentication failed for user "me"; check user and password' in message
    assert "S3cret" not in message


def closed_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize("way", ALL)
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (
            "postgresql://me:S3cret@127.0.0.1:{port}/x",
            "Connection refused; check that the server runs, and its host and port",
        ),
        ("postgresql://me:S3cret@/x?host={folder}", "; check that the server runs, and its host"),
        ("postgresql://me:S3cret@host.invalid/x", "; check that the server runs, and its host"),
        (
            "postgresql://me:S3cret@127.0.0.1/x?colour=S3cret",
            'invalid connection option "colour"; take it out of the URL',
        ),
    ],
)
def test_a_server_that_cannot_be_reached(tmp_path: Path, way: str, url: str, reason: str) -> None:
    message = refusal(way, url.format(port=closed_port(), folder=tmp_path))
    assert message.startswith("postgresql://me:***@")
    assert reason in message
    assert "S3cret" not in message


def test_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "CONNECT_TIMEOUT", 2)  # the least that the driver takes
    began = time.monotonic()
    with closing(socket.create_server(("127.0.0.1", 0))) as silent, ThreadPoolExecutor() as pool:
        url = f"postgresql://me:S3cret@127.0.0.1:{silent.getsockname()[1]}/x"
        messages = dict(zip(ALL, pool.map(refusal, ALL, [url] * len(ALL)), strict=True))
    for way, message in messages.items():
        end = "timeout expired; check that the server runs, and its host and port"
        assert message.endswith(end), way
    assert time.monotonic() - began < 60  # the driver's own patience is more than twice that


@pytest.mark.parametrize("way", ALL)
def test_a_database_that_is_not_there(postgres_server: str, way: str) -> None:
    url = make_url(postgres_server).set(database="not_there")
    message = refusal(way, url.render_as_string(hide_password=False))
    assert message.startswith("postgresql://")
    assert message.endswith(
        'database "not_there" does not exist; create it first, or check its name'
    )


@pytest.mark.parametrize("way", ALL)
def test_a_user_who_is_not_there(postgres_server: str, way: str) -> None:
    url = make_url(postgres_server).set(username="nobody_at_all", password=SECRET)
    message = refusal(way, url.render_as_string(hide_password=False))
    assert "; check" in message
    assert "S3cret" not in message


@on_postgresql
@pytest.mark.parametrize(
    ("statements", "ways", "message"),
    [
        ([], OPEN, "is empty; run `sourcebook init` first"),
        (
            ["create table recipes (title text)"],
            OPEN,
            "holds no sourcebook; run `sourcebook init` on a new --db",
        ),
        (
            ["create table recipes (title text)"],
            ("build",),
            f"holds tables that are not a sourcebook's; {OTHER}",
        ),
        (
            [
                "create table alembic_version (version_num varchar(32))",
                "insert into alembic_version values ('3f0c8d3e2a11')",
            ],
            ALL,
            f"was made by another application; {OTHER}",
        ),
        (
            [
                "create table alembic_version (version_num varchar(32))",
                "insert into alembic_version values ('sourcebook_0001')",
            ],
            OPEN,
            "has an older schema; run `sourcebook migrate`",
        ),
        (
            [
                "create table alembic_version (version_num varchar(32))",
                "insert into alembic_version values ('sourcebook_9999')",
            ],
            ALL,
            NEWER,
        ),
    ],
)
def test_what_is_no_sourcebook_on_a_server_is_refused(
    empty_database: str, statements: list[str], ways: tuple[str, ...], message: str
) -> None:
    with migrating(empty_database) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    for way in ways:
        assert refusal(way, empty_database) == f"{name_of(locate(empty_database))}: {message}"


@on_postgresql
def test_a_database_of_another_encoding_is_refused(sourcebooks: Files | Server) -> None:
    assert isinstance(sourcebooks, Server)
    latin = "encoding 'LATIN1' locale_provider libc locale 'C'"
    made = sourcebooks.empty(latin)
    message = "its encoding is LATIN1; create one with encoding UTF8"
    assert refusal("build", made) == f"{name_of(locate(made))}: {message}"


@on_postgresql
def test_a_user_without_rights_is_told_whom_to_ask(database: str) -> None:
    guest = f"{GUEST}{uuid.uuid4().hex}"
    with migrating(database) as connection:
        connection.exec_driver_sql(f"create role {guest} login")
    url = make_url(database).set(username=guest).render_as_string(hide_password=False)
    try:
        for way in ALL:
            message = refusal(way, url)
            assert message.startswith(f"postgresql://{guest}@")
            assert message.endswith("; ask its owner, or connect as another user")
    finally:
        with migrating(database) as connection:
            connection.exec_driver_sql(f"drop role {guest}")


@on_postgresql
def test_the_options_of_a_url_reach_the_server(database: str) -> None:
    url = make_url(database).update_query_dict(
        {"options": "-c search_path=public,pg_catalog -c work_mem=7MB", "application_name": "tests"}
    )
    with reading(url.render_as_string(hide_password=False)) as connection:
        assert connection.exec_driver_sql("show work_mem").scalar() == "7MB"
        assert connection.exec_driver_sql("show application_name").scalar() == "tests"
