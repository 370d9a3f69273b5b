"""Feeding DuckDB as a user does: killed, twice at once, into a file in use, without the engine."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from cli import sourcebook
from tests.databases import create_shipped

PROGRAM = str(Path(sys.executable).with_name("sourcebook"))
COUNT = "select count(*) from actors"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, in this process."""
    result = CliRunner().invoke(sourcebook, [*map(str, arguments)])
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start the command."""
    pipe = subprocess.PIPE
    return subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=pipe, stderr=pipe, text=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the article's sourcebook and a target that was fed from it."""
    folder = tmp_path_factory.mktemp("command")
    create_shipped(folder / "a.db")
    done = run("--db", folder / "a.db", "feed", folder / "copy.duckdb")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """The same, to be changed; the source has an actor more, and another hash of its coding."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    with sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}").begin() as connection:
        connection.exec_driver_sql("insert into actors values (999, 'new', 'New', 'state', null)")
        connection.exec_driver_sql(f"update codings set hash = '{'0' * 64}'")
    return tmp_path


def actors(folder: Path) -> int:
    with duckdb.connect(str(folder / "copy.duckdb"), read_only=True) as connection:
        [[count]] = connection.execute(COUNT).fetchall()
    return int(count)


def test_a_killed_feed_leaves_the_old_state_and_the_next_succeeds(folder: Path) -> None:
    before = actors(folder)
    copy = folder / "copy.duckdb"
    bytes_before = copy.read_bytes()
    chance = random.Random(5)
    for _ in range(20):  # until one is killed before it ends
        feeding = start("--db", folder / "a.db", "feed", copy)
        while feeding.poll() is None and not list(folder.glob(".*.staging/new/*.duckdb")):
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.4))
        feeding.kill()
        feeding.communicate()
        if any(folder.glob(".*.staging")):
            break
        copy.write_bytes(bytes_before)
    else:
        pytest.fail("every feed ended before it was killed")
    assert copy.read_bytes() == bytes_before
    done = run("--db", folder / "a.db", "feed", copy)
    assert done.returncode == 0, done.stderr
    assert actors(folder) == before + 1
    assert sorted(path.name for path in folder.iterdir()) == ["a.db", "copy.duckdb"]


def test_of_two_feeds_at_once_one_wins(folder: Path) -> None:
    """Each is built in a folder of its own and takes the place whole."""
    both = [start("--db", folder / "a.db", "feed", folder / "copy.duckdb") for _ in range(2)]
    messages = [feeding.communicate()[1] for feeding in both]
    assert {feeding.returncode for feeding in both} == {0}, messages
    assert any("refilled" in message for message in messages)
    assert sorted(path.name for path in folder.iterdir()) == ["a.db", "copy.duckdb"]


def test_a_file_that_another_process_has_open_is_left_alone(folder: Path) -> None:
    writer = (
        "import duckdb, sys\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    path = str(folder / "copy.duckdb")
    with subprocess.Popen(
        [sys.executable, "-c", writer, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        done = run("--db", folder / "a.db", "feed", path)
        other.communicate()
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: {path}: another process is using it; try again when that has ended\n"
    )
    assert run("--db", folder / "a.db", "feed", path, "--dry-run").returncode == 0


def test_what_a_killed_writer_left_in_its_log_is_seen(folder: Path) -> None:
    path = str(folder / "copy.duckdb")
    writer = (
        "import duckdb, os, sys\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "connection.execute('create table mine (a integer)').fetchall()\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", writer, path], check=False)
    assert Path(f"{path}.wal").exists()
    done = run("--db", folder / "a.db", "feed", path)
    assert done.returncode == 1
    assert "(table mine)" in done.stderr


def test_a_dry_run_changes_nothing(folder: Path) -> None:
    before = (folder / "copy.duckdb").read_bytes()
    done = run("--db", folder / "a.db", "feed", folder / "copy.duckdb", "--dry-run")
    assert done.returncode == 0
    assert "dry run: refilled" in done.stderr
    assert (folder / "copy.duckdb").read_bytes() == before
    fresh = folder / "fresh.ddb"
    assert run("--db", folder / "a.db", "feed", fresh, "--dry-run").returncode == 0
    assert not fresh.exists()


@pytest.mark.parametrize("missing", ["duckdb", "pyarrow"])
def test_without_the_engine_it_says_what_to_install(folder: Path, missing: str) -> None:
    program = f"import sys; sys.modules[{missing!r}] = None; import cli; cli.main()"
    command = [sys.executable, "-c", program, "--db", "a.db", "feed", "copy.duckdb"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: DuckDB is not installed: {sys.executable} -m pip install duckdb pyarrow\n"
    )
