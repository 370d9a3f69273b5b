"""Where exports go: whole or not at all, and never over what is somebody else's."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks.generate import generate
from exports.folder import replacing
from exports.package import DESCRIPTOR, PackageError, left_before
from feeds.beside import alone
from feeds.progress import Progress
from tests.databases import names
from tests.export_folders import contents

OURS = '{"sourcebook": {"format": "csv"}, "resources": [{"path": "a.csv"}, {"path": "b.csv"}]}'


def write(folder: Path, text: str, *, force: bool = False) -> None:
    """Replace a folder by an export of one file."""
    with replacing(folder, force=force) as made:
        (made / "a.csv").write_text(text)
        (made / DESCRIPTOR).write_text(OURS.replace(', {"path": "b.csv"}', ""))


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """What an earlier export has left."""
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


@pytest.mark.parametrize("platform", ["linux", "another"])
def test_an_earlier_export_is_replaced_whole(
    earlier: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    """In one step, or in two where the system knows no such step."""
    monkeypatch.setattr(sys, "platform", platform)
    write(earlier, "new")
    assert names(earlier) == ["a.csv", DESCRIPTOR]
    assert (earlier / "a.csv").read_text() == "new"
    assert names(earlier.parent) == ["out"]


@pytest.mark.parametrize("force", [False, True])
def test_what_fails_leaves_all_as_it_was(earlier: Path, force: bool) -> None:
    before = contents(earlier)

    def fail() -> None:
        with replacing(earlier, force=force) as made:
            (made / "a.csv").write_text("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert contents(earlier) == before
    assert names(earlier.parent) == ["out"]


@pytest.mark.parametrize(
    ("stranger", "named"),
    [("notes.txt", "notes.txt"), ("c.csv", "c.csv"), ("\x1b[2J", r"\\x1b"), (".git", ".git")],
)
def test_strangers_are_not_touched(earlier: Path, stranger: str, named: str) -> None:
    (earlier / stranger).write_text("mine")
    before = contents(earlier)
    with pytest.raises(PackageError, match=f"what no export has left .{named}") as raised:
        write(earlier, "new")
    assert str(raised.value).isprintable()
    assert contents(earlier) == before


def test_a_folder_of_the_name_of_a_file_is_a_stranger(earlier: Path) -> None:
    (earlier / "b.csv").unlink()
    (earlier / "b.csv").mkdir()
    with pytest.raises(PackageError, match=r"left .b.csv"):
        write(earlier, "new")


def test_with_force_strangers_stay_and_what_is_ours_goes(earlier: Path) -> None:
    (earlier / "notes.txt").write_text("mine")
    write(earlier, "new", force=True)
    assert names(earlier) == ["a.csv", DESCRIPTOR, "notes.txt"]
    assert (earlier / "notes.txt").read_text() == "mine"
    assert (earlier / "a.csv").read_text() == "new"
    assert names(earlier.parent) == ["out"]


def make_folder(path: Path) -> None:
    path.mkdir()
    (path / "mine.txt").write_text("mine")


@pytest.mark.parametrize("make", [make_folder, os.mkfifo])
@pytest.mark.parametrize("name", ["a.csv", "b.csv", DESCRIPTOR])
def test_with_force_what_is_no_file_is_refused_before_anything_changes(
    earlier: Path, name: str, make: Callable[[Path], None]
) -> None:
    """Whether of the new export or of the earlier one."""
    (earlier / "notes.txt").write_text("mine")
    (earlier / name).unlink()
    make(earlier / name)
    before = state(earlier)
    with pytest.raises(PackageError, match="what no export has left"):
        write(earlier, "new")
    with pytest.raises(PackageError, match=f"{name} in it is no file, .* move it away, or name"):
        write(earlier, "new", force=True)
    assert state(earlier) == before
    assert names(earlier.parent) == ["out"]


def state(folder: Path) -> dict[str, bytes | None]:
    """Give what is in a folder, and below it."""
    found = sorted(folder.rglob("*"))
    return {str(path): path.read_bytes() if path.is_file() else None for path in found}


@pytest.mark.parametrize(("at", "a"), [("a.csv", b"old"), ("b.csv", b"new")])
def test_with_force_a_folder_that_is_left_half_done_is_no_export(
    earlier: Path, at: str, a: bytes
) -> None:
    """No file can be replaced by a folder: so the system says no at the first, or the second."""
    (earlier / "notes.txt").write_text("mine")
    (earlier / "left.csv").write_text("old")
    (earlier / DESCRIPTOR).write_text(OURS.replace("}]", '}, {"path": "left.csv"}]'))

    def fail() -> None:
        with replacing(earlier, force=True) as made:
            for name in ("a.csv", DESCRIPTOR):
                (made / name).write_text("new")
            (made / at).unlink(missing_ok=True)
            (made / at).mkdir()

    with pytest.raises(PackageError, match=r"half done, without datapackage\.json;") as raised:
        fail()
    assert "nothing changed" not in str(raised.value)
    rest = {"b.csv": b"old", "left.csv": b"old", "notes.txt": b"mine"}
    assert contents(earlier) == {"a.csv": a, **rest}
    with pytest.raises(PackageError, match="what no export has left"):
        write(earlier, "new")
    write(earlier, "new", force=True)
    assert (earlier / "a.csv").read_text() == "new"
    assert left_before(earlier) == {"a.csv", DESCRIPTOR}


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
        '{"sourcebook": {"format": "csv"}, "resources": [{"path": ".."}]}',
    ],
)
def test_another_package_is_no_export(tmp_path: Path, descriptor: str) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / DESCRIPTOR).write_text(descriptor)
    assert left_before(tmp_path) <= {DESCRIPTOR}
    with pytest.raises(PackageError, match=r"notes\.txt"):
        write(tmp_path, "new")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_link_stays_a_link(earlier: Path) -> None:
    link, loose = earlier.with_name("link"), earlier.with_name("loose")
    link.symlink_to(earlier)
    loose.symlink_to(earlier.with_name("elsewhere"))
    for one in (link, loose):
        write(one, "new")
        assert one.is_symlink()
        assert (one / "a.csv").read_text() == "new"
    assert names(earlier.parent) == ["elsewhere", "link", "loose", "out"]


def test_what_links_of_our_names_point_to_stays(earlier: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (earlier / "a.csv").unlink()
    (earlier / "a.csv").symlink_to(tmp_path / "mine")
    (earlier / "notes.txt").write_text("mine")
    write(earlier, "new", force=True)
    assert (tmp_path / "mine").read_text() == "mine"
    assert (earlier / "a.csv").read_text() == "new"


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("file", "is a file; name a folder"),
        ("file/out", "there is no folder .*file; make it first"),
        ("no/out", "there is no folder .*no; make it first"),
        ("here", "cannot be replaced, for you are in it"),
        ("link/out", "[Ss]ymbolic links|there is no folder"),
        ("x" * 300, "ile name too long"),
    ],
)
def test_where_no_folder_can_be_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, says: str
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "link")
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(PackageError, match=says) as raised:
        write(tmp_path / where, "new")
    assert str(raised.value).isprintable()
    assert names(tmp_path) == ["file", "here", "link"]


@pytest.mark.parametrize("locked", ["out", "."])
def test_where_nobody_may_write_nothing_is(locked: str) -> None:
    """Root may write anywhere, and is somebody else for that long."""
    with TemporaryDirectory(dir="/tmp") as parent:  # where others may look
        folder = Path(parent)
        (folder / "out").mkdir()
        folder.chmod(0o755)
        (folder / locked).chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.setresuid(65534, 65534, 0)
        try:
            with pytest.raises(PackageError, match="you may not write into"):
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
    generate(path, events=3_000)
    return path


def command(database: Path, folder: Path, format: str) -> list[str | Path]:
    program = Path(sys.executable).with_name("sourcebook")
    return [program, "--db", database, "export", folder, "--format", format]


def test_killed_at_any_moment_the_old_state_is_there_or_the_new(
    database: Path, tmp_path: Path
) -> None:
    folder, states = tmp_path / "out", {}
    for format in ("csv", "jsonl"):
        subprocess.run(command(database, folder, format), check=True, capture_output=True)
        states[format] = contents(folder)
    killed = 0
    for _ in range(3):
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
            killed += ran.poll() is None
            ran.kill()
        assert contents(folder) in states.values()
    assert killed


def test_what_a_killed_export_left_is_taken_away_by_the_next(
    database: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    with subprocess.Popen(
        command(database, folder, "jsonl"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as ran:
        while ran.poll() is None and not list(tmp_path.glob(".out.*/new/actors.jsonl")):
            time.sleep(0.002)
        ran.kill()
    [left] = names(tmp_path)
    assert left != "out"
    write(tmp_path / "another", "new")  # of another folder: it stays
    assert names(tmp_path) == [left, "another"]
    write(folder, "new")
    assert names(tmp_path) == ["another", "out"]


def test_what_only_has_such_a_name_stays(tmp_path: Path) -> None:
    """A killed export leaves a folder with 16 digits in its name; all else is somebody's own."""
    digits = "0123456789abcdef"
    mine = [".out.backup.feed", f".out.{digits}0.feed", f".out.{digits[1:]}.feed"]
    for name in (*mine, f".out.{digits}.feed", "mine"):
        make_folder(tmp_path / name)
    (tmp_path / ".out.file.feed").write_text("mine")
    (tmp_path / f".out.{'a' * 16}.feed").write_text("mine")
    (tmp_path / f".out.{'b' * 16}.feed").symlink_to(tmp_path / "mine")
    before = state(tmp_path)
    write(tmp_path / "out", "new")
    shutil.rmtree(tmp_path / "out")
    gone = str(tmp_path / f".out.{digits}.feed")
    assert state(tmp_path) == {
        path: held for path, held in before.items() if not path.startswith(gone)
    }


def test_two_exports_at_once_wait_for_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    with ThreadPoolExecutor(1) as pool:
        with alone(folder, str(folder), Progress()):
            writing = pool.submit(write, folder, "new")
            while "another feed or export is at work" not in capsys.readouterr().err:
                assert not writing.done()
                time.sleep(0.002)
            assert names(tmp_path) == []
        writing.result()
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "sql"])
def test_a_disk_that_is_full_is_said_in_one_line(
    database: Path, tmp_path: Path, format: str
) -> None:
    """The system is told to let no file grow beyond a hundred kilobytes: as good as a full disk."""
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "from cli import main; main()"
    )
    arguments = command(database, tmp_path / "out", format)[1:]
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr == f"Error: {tmp_path / 'out'}: file too large; nothing changed\n"
    assert names(tmp_path) == []
