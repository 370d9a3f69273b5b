"""Where exports go: whole or not at all, and never over other people's files."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner

from benchmarks.generate import generate
from cli import sourcebook
from exports.datapackage import DESCRIPTOR, exported_files
from output.folder import replacing
from output.staging import StagingError, staging_dir
from tests.databases import abandoned_staging, names
from tests.export_folders import contents, run

OURS = '{"sourcebook": {"format": "csv"}, "resources": [{"path": "a.csv"}, {"path": "b.csv"}]}'


def write(folder: Path, text: str) -> None:
    """Replace a folder by an export of one file."""
    with replacing(folder, "an export", exported_files) as staged:
        (staged / "a.csv").write_text(text)
        (staged / DESCRIPTOR).write_text(OURS.replace(', {"path": "b.csv"}', ""))


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """The folder of an earlier export."""
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text("old")
    (folder / DESCRIPTOR).write_text(OURS)
    return folder


def test_a_folder_is_made(tmp_path: Path) -> None:
    write(tmp_path / "out", "new")
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["a.csv", DESCRIPTOR]


def test_an_empty_folder_is_filled_and_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out").chmod(0o2750)
    write(tmp_path / "out", "new")
    assert names(tmp_path / "out") == ["a.csv", DESCRIPTOR]
    assert (tmp_path / "out").stat().st_mode & 0o7777 == 0o2750


def test_an_earlier_export_is_replaced_whole(earlier: Path) -> None:
    write(earlier, "new")
    assert names(earlier) == ["a.csv", DESCRIPTOR]
    assert (earlier / "a.csv").read_text() == "new"
    assert names(earlier.parent) == ["out"]


def test_an_export_that_fails_changes_nothing(earlier: Path) -> None:
    before = contents(earlier)

    def fail() -> None:
        with replacing(earlier, "an export", exported_files) as staged:
            (staged / "a.csv").write_text("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert contents(earlier) == before
    assert names(earlier.parent) == ["out"]


@pytest.mark.parametrize(
    ("foreign", "named"),
    [("notes.txt", "notes.txt"), ("c.csv", "c.csv"), ("\x1b[2J", r"\\x1b"), (".git", ".git")],
)
def test_foreign_files_are_not_touched(earlier: Path, foreign: str, named: str) -> None:
    (earlier / foreign).write_text("mine")
    before = contents(earlier)
    with pytest.raises(StagingError, match=f"files that are not from an export .{named}") as raised:
        write(earlier, "new")
    assert str(raised.value).isprintable()
    assert contents(earlier) == before


def test_files_written_meanwhile_are_not_touched(earlier: Path) -> None:
    def export() -> None:
        with replacing(earlier, "an export", exported_files) as staged:
            (staged / "a.csv").write_text("new")
            (earlier / "notes.txt").write_text("mine")

    with pytest.raises(StagingError, match=r"not from an export .notes\.txt"):
        export()
    assert names(earlier) == ["a.csv", "b.csv", DESCRIPTOR, "notes.txt"]
    assert (earlier / "a.csv").read_text() == "old"


def make_folder(path: Path) -> None:
    path.mkdir()
    (path / "mine.txt").write_text("mine")


@pytest.mark.parametrize("make", [make_folder, os.mkfifo])
@pytest.mark.parametrize("name", ["a.csv", DESCRIPTOR])
def test_what_is_not_a_file_is_foreign(
    earlier: Path, name: str, make: Callable[[Path], None]
) -> None:
    (earlier / name).unlink()
    make(earlier / name)
    before = state(earlier)
    with pytest.raises(StagingError, match="not from an export"):
        write(earlier, "new")
    assert state(earlier) == before
    assert names(earlier.parent) == ["out"]


def state(folder: Path) -> dict[str, bytes | None]:
    """Return everything that is in a folder and below it."""
    actual = sorted(folder.rglob("*"))
    return {str(path): path.read_bytes() if path.is_file() else None for path in actual}


@pytest.mark.parametrize(
    "descriptor",
    [
        "",
        "{",
        "[]",
        "7",
        "[" * 100_000,
        '{"resources": [{"path": "notes.txt"}]}',
        '{"sourcebook": {}, "resources": [{"path": "notes.txt"}]}',
        '{"sourcebook": {"format": "csv"}, "resources": 7}',
        '{"sourcebook": {"format": "csv"}, "resources": [{"path": "../notes.txt"}]}',
        '{"sourcebook": {"format": "csv"}, "resources": [{"path": "/notes.txt"}]}',
    ],
)
def test_another_package_is_not_an_export(tmp_path: Path, descriptor: str) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / DESCRIPTOR).write_text(descriptor)
    assert "notes.txt" not in exported_files(tmp_path)
    with pytest.raises(StagingError, match=r"notes\.txt"):
        write(tmp_path, "new")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_link_stays_a_link(earlier: Path) -> None:
    link, loose = earlier.with_name("link"), earlier.with_name("loose")
    link.symlink_to(earlier)
    loose.symlink_to(earlier.with_name("elsewhere"))
    for item in (link, loose):
        write(item, "new")
        assert item.is_symlink()
        assert (item / "a.csv").read_text() == "new"
    assert names(earlier.parent) == ["elsewhere", "link", "loose", "out"]


def test_the_target_of_a_link_in_an_export_is_kept(earlier: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (earlier / "a.csv").unlink()
    (earlier / "a.csv").symlink_to(tmp_path / "mine")
    write(earlier, "new")
    assert (tmp_path / "mine").read_text() == "mine"
    assert (earlier / "a.csv").read_text() == "new"


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("file", "is a file; name a folder"),
        ("file/out", "there is no folder .*file; create it"),
        ("no/out", "there is no folder .*no; create it"),
        ("here", "cannot be replaced, because you are in it"),
        ("link/out", "[Ss]ymbolic links|there is no folder"),
        ("x" * 300, "ile name too long"),
    ],
)
def test_a_place_where_no_folder_can_be_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, says: str
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "link")
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(StagingError, match=says) as raised:
        write(tmp_path / where, "new")
    assert str(raised.value).isprintable()
    assert names(tmp_path) == ["file", "here", "link"]


@pytest.mark.parametrize("locked", ["out", "."])
def test_a_folder_that_is_not_writable_is_refused(locked: str) -> None:
    """Root may write anywhere, and so becomes somebody else for this test."""
    with TemporaryDirectory(dir="/tmp") as parent:  # where others may look
        folder = Path(parent)
        (folder / "out").mkdir()
        folder.chmod(0o755)
        (folder / locked).chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.setresuid(65534, 65534, 0)
        try:
            with pytest.raises(StagingError, match="is not writable"):
                write(folder / "out", "new")
        finally:
            if root:
                os.setresuid(0, 0, 0)
            (folder / locked).chmod(0o755)
        assert names(folder) == ["out"]
        assert names(folder / "out") == []


# --- a whole process ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sourcebook that takes a while to export."""
    path = tmp_path_factory.mktemp("generated") / "sourcebook.db"
    generate(path, events=800)
    return path


def command(database: Path, folder: Path, format: str) -> list[str | Path]:
    program = Path(sys.executable).with_name("sourcebook")
    return [program, "--db", database, "export", folder, "--format", format]


def failing_export(folder: Path) -> None:
    with pytest.raises(RuntimeError), replacing(folder, "an export", exported_files):
        raise RuntimeError


def test_a_folder_that_was_moved_aside_is_restored(earlier: Path) -> None:
    """An export was killed just before the new folder took its place."""
    before = contents(earlier)
    with staging_dir(earlier) as work:
        left = abandoned_staging(work, "a" * 16)
    earlier.rename(left / "old")
    failing_export(earlier)
    assert contents(earlier) == before
    assert names(earlier.parent) == ["out"]


def test_killed_at_any_moment_the_old_state_is_there_or_the_new(
    database: Path, tmp_path: Path
) -> None:
    folder, states = tmp_path / "out", {}
    for format in ("csv", "jsonl"):
        run(str(database), folder, format)
        states[format] = contents(folder)
    for _ in range(50):  # until one is killed before it ends
        shutil.rmtree(tmp_path)
        folder.mkdir(parents=True)
        for name, data in states["csv"].items():
            (folder / name).write_bytes(data)
        with subprocess.Popen(
            command(database, folder, "jsonl"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as ran:
            while ran.poll() is None and names(tmp_path) == ["out"]:
                time.sleep(0.002)
            time.sleep(random.uniform(0, 0.25))
            killed = ran.poll() is None
            ran.kill()
        if not folder.exists():  # between two steps: the next export restores it
            failing_export(folder)
        assert contents(folder) in states.values()
        if killed:
            return
    pytest.fail("every export ended before it was killed")


def test_the_next_export_removes_what_a_killed_one_left(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with subprocess.Popen(
        command(database, folder, "jsonl"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as ran:
        while ran.poll() is None and not list(tmp_path.glob(".*.staging/new/out/actors.jsonl")):
            time.sleep(0.002)
        ran.kill()
    [left] = names(tmp_path)
    assert left != "out"
    write(tmp_path / "another", "new")  # another folder: it stays
    assert names(tmp_path) == [left, "another"]
    write(folder, "new")
    assert names(tmp_path) == ["another", "out"]


def test_two_exports_at_once_both_succeed(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with replacing(folder, "an export", exported_files) as staged:
        (staged / "a.csv").write_text("slow")
        (staged / DESCRIPTOR).write_text(OURS)
        write(folder, "quick")
        assert (folder / "a.csv").read_text() == "quick"
    assert (folder / "a.csv").read_text() == "slow"
    assert names(tmp_path) == ["out"]


@contextmanager
def small_files() -> Iterator[None]:
    """Let no file grow beyond a hundred kilobytes: the same as a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "sql"])
def test_a_full_disk_is_reported_in_one_line(database: Path, tmp_path: Path, format: str) -> None:
    with small_files():
        ran = CliRunner().invoke(
            sourcebook, [*map(str, command(database, tmp_path / "out", format)[1:])]
        )
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert ran.stderr == f"Error: {tmp_path / 'out'}: file too large; nothing changed\n"
    assert names(tmp_path) == []
