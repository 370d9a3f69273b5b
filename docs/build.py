"""Writes the generated documentation: `python -m docs.build`; `--check` only shows what is stale.

docs/schema.md, docs/reports.md and docs/coding.schema.json are generated as a whole. Other pages
are written by hand and have generated parts, between comments that Markdown does not show:

    <!-- rules -->                                     the part with this name in docs/parts.py
    <!-- recipes -->                                   the queries of adhoc/recipes.sql, and rows
    <!-- output: sourcebook report | head -n 5 -->     a command and what it really printed
    <!-- terminal: sourcebook report -->               the same, in a terminal of 100 columns
    <!-- end -->

Each page has a folder for its commands, with docs/, articles/ and a sourcebook.db that
`sourcebook init` made. What commands write to stderr is not shown.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from adhoc.recipes import recipes
from cli import sourcebook
from docs.editor_schema import coding_schema
from docs.parts import PARTS, fenced
from docs.reports_page import reports_page
from docs.schema_page import schema_page

ROOT = Path(__file__).resolve().parent.parent

_MARK = r"<!-- ([a-z-]+)(?:: (.+?))? -->"
_PART = re.compile(rf"^({_MARK})\n(.*?)^(<!-- end -->)$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(sourcebook\b.*?)(?: \| head -n ([0-9]+))?")

ASKED = "1796040000"
"""The day that answers give as the day of asking, 30 November 2026: pages don't change by night."""

Parts = Mapping[str, Callable[[str], str]]


class StaleError(Exception):
    """A page cannot be written; the message names the mark and the reason."""


def main(arguments: list[str] | None = None) -> int:
    """Write what differs, or with --check print it; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m docs.build", description=__doc__.split(":")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; print what is stale")
    check = parser.parse_args(arguments).check
    try:
        stale = [(path, old, new) for path, old, new in _pages(ROOT) if old != new]
    except StaleError as error:
        print(error, file=sys.stderr)
        return 1
    for path, old, new in stale:
        name = path.relative_to(ROOT).as_posix()
        if check:
            sys.stdout.writelines(
                difflib.unified_diff(
                    old.splitlines(keepends=True), new.splitlines(keepends=True), name, "generated"
                )
            )
        else:
            path.write_text(new, encoding="utf-8")
            print(f"{name}: written", file=sys.stderr)
    if check and stale:
        print("Generated documentation is stale: run `make docs`.", file=sys.stderr)
        return 1
    return 0


def _pages(root: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield every page with its present text and the text that it should have."""
    whole = {
        root / "docs" / "schema.md": schema_page(),
        root / "docs" / "coding.schema.json": json.dumps(
            coding_schema(), indent=1, ensure_ascii=False
        )
        + "\n",
    }
    for path, new in whole.items():
        yield path, path.read_text(encoding="utf-8") if path.exists() else "", new
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(root, Path(folder))
        reports = root / "docs" / "reports.md"
        if reports.exists():
            whole[reports] = reports_page(shell.page("reports", terminal=True))
            yield reports, reports.read_text(encoding="utf-8"), whole[reports]
        for path in sorted([*root.glob("*.md"), *root.glob("docs/*.md")]):
            if path not in whole:
                old = path.read_text(encoding="utf-8")
                known = {
                    **PARTS,
                    "recipes": shell.recipes,
                    "output": shell.page(path.stem),
                    "terminal": shell.page(path.stem, terminal=True),
                }
                yield path, old, filled(old, path.name, known)


def filled(text: str, name: str, known: Parts) -> str:
    """Return a page with its generated parts written again. Raises StaleError."""

    def part(match: re.Match[str]) -> str:
        mark, kind, argument, body, end = match.groups()
        if kind not in known:
            raise StaleError(f"{name}: there is no part {kind}, but {', '.join(known)}")
        if re.search(rf"^{_MARK}$", body, re.MULTILINE):
            raise StaleError(f"{name}: {mark} has no <!-- end -->")
        try:
            made = known[kind](argument or "")
        except LookupError as error:
            raise StaleError(f"{name}: {mark}: {error.args[0]}") from None
        return f"{mark}\n{made.rstrip()}\n{end}"

    filled = _PART.sub(part, text)
    for left in re.finditer(rf"^{_MARK}$", _PART.sub("", text), re.MULTILINE):
        if left[1] in (*known, "end"):
            raise StaleError(
                f"{name}: {left[0]} is not a pair; a part is between its name and <!-- end -->"
            )
    return filled


# --- commands -------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """Standard output that commands take for a terminal."""

    def isatty(self) -> bool:
        """Return True: tables are fitted to the width."""
        return True


class Shell:
    """Runs the commands of pages in this process, each page in a folder of its own."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder

    @cached_property
    def _database(self) -> Path:
        """A new sourcebook with the article."""
        self._run(["init"], self._folder, io.StringIO())
        return self._folder / "sourcebook.db"

    def page(self, name: str, *, terminal: bool = False) -> Callable[[str], str]:
        """Return a function that runs one command of a page and returns a block with its output."""
        folder = self._folder / f"page-{name}"

        def output(line: str) -> str:
            command = _COMMAND.fullmatch(line)
            if command is None:
                raise LookupError("write `sourcebook …`, or `sourcebook … | head -n N`")
            if not folder.exists():
                folder.mkdir()
                shutil.copy(self._database, folder)
                for shared in ("docs", "articles"):
                    shutil.copytree(self._root / shared, folder / shared)
            stdout = Terminal() if terminal else io.StringIO()
            printed = self._run(shlex.split(command[1])[1:], folder, stdout).splitlines()
            shown = command[0]
            if command[2]:
                cut = len(printed) > int(command[2])
                printed = printed[: int(command[2])]
                if terminal:
                    # A real pipe would change the output, so we cut it and say so.
                    shown, printed = command[1], [*printed, *(["…"] if cut else [])]
            return fenced("console", "\n".join([f"$ {shown}", *printed]))

        return output

    def recipes(self, _: str) -> str:
        """Return every recipe: its question, how it answers it, the query and its rows."""
        parts = []
        for question, explanation, sql in recipes():
            query = ["--db", str(self._database), "sql", "--format", "markdown", sql]
            rows = self._run(query, self._folder, io.StringIO())
            parts.append(f"### {question}\n\n{explanation}\n\n{fenced('sql', sql)}\n{rows}")
        return "\n".join(parts)

    def _run(self, arguments: list[str], folder: Path, stdout: io.StringIO) -> str:
        """Run a command in a folder; return what it printed. Raises LookupError if it fails."""
        stderr, stdin = io.StringIO(), io.StringIO()
        outer = dict(os.environ)
        os.environ.pop("SOURCEBOOK_DB", None)
        os.environ["SOURCE_DATE_EPOCH"] = ASKED
        os.environ["TERM"] = "dumb"  # nothing is bold
        os.environ["COLUMNS"] = "100" if stdout.isatty() else "80"
        sys.stdin, outer_stdin = stdin, sys.stdin
        try:
            with (
                contextlib.chdir(folder),
                contextlib.redirect_stdout(stdout),
                contextlib.redirect_stderr(stderr),
            ):
                sourcebook.main(arguments, prog_name="sourcebook")
        except SystemExit as ended:
            if ended.code:
                message = stderr.getvalue().strip() or f"exit status {ended.code}"
                raise LookupError(f"failed: {message}") from None
        finally:
            sys.stdin = outer_stdin
            os.environ.clear()
            os.environ.update(outer)
        return stdout.getvalue()


if __name__ == "__main__":
    sys.exit(main())
