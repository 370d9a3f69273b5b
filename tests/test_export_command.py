"""`export` as a user runs it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import sourcebook
from exports.job import FILES
from tests.databases import create_shipped, names
from tests.export_folders import contents, run

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the article that ships, and its export in csv."""
    folder = tmp_path_factory.mktemp("article")
    run(create_shipped(folder / "sourcebook.db"), folder / "out", "csv")
    return folder


def test_the_files_are_listed_and_the_content_is_named(article: Path, tmp_path: Path) -> None:
    out, database = tmp_path / "out", str(article / "sourcebook.db")
    ran = CliRunner().invoke(sourcebook, ["--db", database, "export", str(out), "--format", "csv"])
    assert ran.exit_code == 0
    header, _, *files = [line.split() for line in ran.stdout.splitlines()]
    assert header == ["file", "rows", "bytes"]
    assert {name: int(size) for name, _, size in files} == {
        name: len(data) for name, data in contents(out).items() if name != "datapackage.json"
    }
    rows = {name: int(rows) for name, rows, _ in files}
    assert rows["actors.csv"] == (out / "actors.csv").read_bytes().count(b"\n") - 1
    [summary] = ran.stderr.splitlines()
    assert summary.startswith(f"{out}: {len(FILES)} csv files · content ")
    assert len(summary.rpartition(" ")[2]) == 64


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["export", "out"], 2, "Missing option '--format'"),
        (["export", "out", "--format", "xml"], 2, "'xml' is not one of 'csv', 'jsonl'"),
        (["export", "--format", "csv"], 2, "Missing argument 'DIR'"),
        (["export", "sourcebook.db", "--format", "csv"], 1, "Error: sourcebook.db: is a file; "),
        (["export", "mine", "--format", "csv"], 1, "Error: mine: contains files that are not from"),
        (["--db", "no.db", "export", "x", "--format", "csv"], 1, "Error: no.db: there is no such"),
    ],
)
def test_an_error_is_one_line(
    article: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    status: int,
    says: str,
) -> None:
    (article / "mine").mkdir(exist_ok=True)
    (article / "mine" / "notes.txt").write_text("mine")
    before = names(article), contents(article / "mine")
    monkeypatch.chdir(article)
    ran = CliRunner().invoke(sourcebook, arguments)
    assert ran.exit_code == status
    assert ran.stdout == ""
    assert says in ran.stderr
    assert len(ran.stderr.splitlines()) == 1 or status == 2
    assert (names(article), contents(article / "mine")) == before


def test_parquet_says_what_to_install(article: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.modules['pyarrow'] = None\n"
        "from cli import main; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, "export", "parquet", "--format", "parquet"],
        cwd=article,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr == (
        f"Error: parquet needs pyarrow: {sys.executable} -m pip install pyarrow\n"
    )
    assert "parquet" not in names(article)


def test_a_terminal_is_left_clean(article: Path, tmp_path: Path) -> None:
    """The bar is drawn only after half a second, which this does not take."""
    terminal, end = pty.openpty()
    with os.fdopen(terminal, "rb", closefd=True) as shown:
        ran = subprocess.run(
            [sys.executable, ROOT / "cli.py", "export", tmp_path / "out", "--format", "csv"],
            cwd=article,
            stdout=subprocess.DEVNULL,
            stderr=end,
            check=True,
        )
        os.close(end)
        output = shown.read1(10_000).decode()
    assert ran.returncode == 0
    assert output.splitlines()[-1].startswith(f"{tmp_path / 'out'}: {len(FILES)} csv files")
