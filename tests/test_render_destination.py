"""Where rows go: a file, whole or not at all, or stdout."""

import errno
import io
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from output.destination import OutputError, destination
from output.formats import Format, render
from output.page import Cell, Page, PageColumn


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("old")

    def rows() -> Iterator[tuple[Cell, ...]]:
        for n in range(50_000):  # more than is held back before the disk is written to
            yield (n,)
        raise ArithmeticError

    with pytest.raises(ArithmeticError), destination(path) as out:
        render(Page([PageColumn("n")], rows()), Format.CSV, out)
    assert path.read_text() == "old"
    with pytest.raises(ArithmeticError), destination(tmp_path / "new.csv"):
        raise ArithmeticError
    assert list(tmp_path.iterdir()) == [path]
    with destination(path) as out:
        out.write("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_the_next_run_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "any.db")) as made:
        made.execute("create table t (n)")
    rows = "with recursive r(n) as (select 1 union all select n + 1 from r{}) select n from r"

    def command(ends: str) -> list[str]:
        cli = str(Path(__file__).parent.parent / "cli.py")
        query = rows.format(ends)
        return [sys.executable, cli, "--db", "any.db", "sql", query, "-o", "rows.csv"]

    endless = subprocess.Popen(command(""), cwd=tmp_path)
    while not [path for path in tmp_path.rglob("rows.csv") if path.stat().st_size]:
        assert endless.poll() is None
        time.sleep(0.01)
    endless.kill()
    endless.wait()
    assert len(list(tmp_path.iterdir())) == 2
    subprocess.run(command(" where n < 3"), cwd=tmp_path, check=True)
    assert {path.name for path in tmp_path.iterdir()} == {"any.db", "rows.csv"}


def test_a_file_may_have_the_longest_name_that_the_system_allows(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 127 + "x")
    with destination(path) as out:
        out.write("x")
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_on_the_disk_before_it_takes_the_others_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("old")
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(path.read_text()))
    with destination(path) as out:
        out.write("new")
    assert seen == ["old", "new"]  # then the folder, which knows the new name


def test_a_file_keeps_its_permissions_and_a_new_one_has_the_usual(tmp_path: Path) -> None:
    old, new, plain = tmp_path / "old", tmp_path / "new", tmp_path / "plain"
    old.touch()
    old.chmod(0o640)
    plain.touch()
    for path in (old, new):
        with destination(path) as out:
            out.write("x")
    assert old.stat().st_mode & 0o777 == 0o640
    assert new.stat().st_mode == plain.stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.touch()
    link.symlink_to(real)
    with destination(link) as out:
        out.write("x")
    assert link.is_symlink()
    assert real.read_text() == "x"


def test_a_device_is_written_to_and_not_replaced() -> None:
    reader, writer = os.openpty()
    device = Path(os.ttyname(writer))
    with destination(device) as out:
        out.write("x")
    assert os.read(reader, 1) == b"x"
    assert device.is_char_device()
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (".", r": is a folder; name a file in it$"),
        ("missing/rows.csv", r"missing/rows\.csv: there is no folder .*missing; create it$"),
        ("x" * 300, r": File name too long$"),
        ("bad\x1b/rows.csv", r"bad\\x1b/rows\.csv: there is no folder"),
    ],
)
def test_a_file_that_cannot_be_written_is_named_in_one_line(
    tmp_path: Path, name: str, message: str
) -> None:
    with pytest.raises(OutputError, match=message) as caught, destination(tmp_path / name):
        pytest.fail("nothing to write to")
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_read_only_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(OutputError, match=r"rows\.csv: is read-only$"), destination(path) as out:
        out.write("new")
    assert path.read_text() == "old"


def test_a_full_disk_is_said_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with pytest.raises(OutputError, match=r"rows\.csv: No space left$"), destination(path):
        raise OSError(errno.ENOSPC, "No space left")


def test_a_database_that_goes_away_is_not_the_files_fault(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError), destination(tmp_path / "rows.csv"):
        raise ConnectionResetError


def test_a_reader_that_goes_away_is_told_to_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stdout = io.TextIOWrapper(io.FileIO(writer, "w"))
    monkeypatch.setattr(sys, "stdout", stdout)
    with pytest.raises(BrokenPipeError), destination(None) as out:
        out.write("x")
    stdout.detach().close()
