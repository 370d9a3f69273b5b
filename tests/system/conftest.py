"""A real MariaDB server for the tests in this folder: started once, removed at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from tests.conftest import administration, in_memory

PATIENCE = 60.0
"""How long the server may take to start, in seconds."""

SETTINGS = (
    "--skip-networking",  # a Unix socket alone: no port to collide on
    "--skip-log-bin",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=128M",
)


def program(name: str) -> str:
    """Return the path of one of MariaDB's programs; fail the test if it isn't installed."""
    # Debian keeps the server in a folder that is not in everybody's PATH.
    path = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if path is None:
        pytest.fail(f"{name} is not installed: `apt-get install mariadb-server` on Debian")
    return path


def url(folder: Path, database: str = "") -> URL:
    """Return the URL of a database on the server in this folder."""
    query = {"unix_socket": str(folder / "socket")}
    return URL.create("mysql+pymysql", username="root", database=database, query=query)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Path]:
    """The folder of a running MariaDB server.

    It reads no configuration file: its character set, for example, is the one it was built with.
    """
    folder = Path(tempfile.mkdtemp(prefix="sourcebook-", dir=in_memory()))
    process: subprocess.Popen[bytes] | None = None
    log = (folder / "log").open("wb")
    common = ["--no-defaults", f"--datadir={folder / 'data'}"]
    if os.geteuid() == 0:
        common.append("--user=root")
    try:
        subprocess.run(
            [
                program("mariadb-install-db"),
                *common,
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
            ],
            stdout=log,
            stderr=log,
            check=True,
        )
        process = subprocess.Popen(
            [
                program("mariadbd"),
                *common,
                *SETTINGS,
                f"--socket={folder / 'socket'}",
                f"--pid-file={folder / 'pid'}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # an interrupt from the keyboard is for the tests
        )
        wait_until_it_answers(folder, process)
        yield folder
    except subprocess.CalledProcessError:
        pytest.fail(f"mariadb-install-db failed:\n{(folder / 'log').read_text()}")
    finally:
        if process is not None:
            process.terminate()
            process.wait(PATIENCE)
        log.close()
        shutil.rmtree(folder)


def wait_until_it_answers(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Return when the server accepts connections; fail if it ends or takes too long."""
    deadline = time.monotonic() + PATIENCE
    engine = sa.create_engine(url(folder), poolclass=sa.NullPool)
    while True:
        try:
            # PyMySQL leaves a socket open where nobody listens yet.
            if not (folder / "socket").exists():
                raise sa.exc.OperationalError("connect", None, OSError("no socket yet"))
            engine.connect().close()
        except sa.exc.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"mariadbd did not start:\n{(folder / 'log').read_text()}")
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def mariadb_database(mariadb_server: Path) -> Iterator[Callable[[], str]]:
    """Create databases for one test: `mariadb_database()` returns the URL of a new, empty one.

    All that a test created are dropped when it ends.
    """
    server = url(mariadb_server).render_as_string(hide_password=False)
    with administration(server) as run:
        created: list[str] = []

        def create() -> str:
            created.append(f"sourcebook_test_{uuid.uuid4().hex}")
            run(f"create database {created[-1]}")
            return url(mariadb_server, created[-1]).render_as_string(hide_password=False)

        yield create
        for name in created:
            run(f"drop database {name}")
