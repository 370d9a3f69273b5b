"""Writes the generated documentation: `python -m docs.build`, or with `--check` says what is stale.

docs/schema.md, docs/reports.md and docs/coding.schema.json are generated whole. Other pages are
written by hand and have generated parts, each between two comments that Markdown does not show:

    <!-- rules -->                                     what docs/parts.py makes of this name
    <!-- output: sourcebook report | head -n 5 -->     a command, really run, and what it printed
    <!-- terminal: sourcebook report -->               the same, in a terminal of 100 columns
    <!-- end -->

Commands run in an empty folder that holds docs/, articles/ and a sourcebook.db as
`sourcebook init` makes it, new for each page. What they write to stderr is not shown.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from docs.editor_schema import coding_schema
from docs.parts import PARTS, fenced
from docs.reports_page import reports_page
from docs.schema_page import schema_page

ROOT = Path(__file__).resolve().parent.parent

_MARK = r"<!-- ([a-z-]+)(?:: (.+?))? -->"
_PART = re.compile(rf"^({_MARK})\n(.*?)^(<!-- end -->)$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(sourcebook\b.*?)(?: \| head -n ([0-9]+))?")

Parts = Mapping[str, Callable[[str], str]]


class StaleError(Exception):
    """A page that cannot be written; the message says which mark, and why."""


def main(arguments: list[str] | None = None) -> int:
    """Write what differs, or with --check print it; the exit status."""
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
                    old.splitlines(keepends=True), new.splitlines(keepends=True), name, "as it is"
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
    """Give every page with its present and its wanted text."""
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
        # What reports print is asked of the program that lies beside the pages.
        reports = root / "docs" / "reports.md"
        if reports.exists():
            whole[reports] = reports_page(shell.page("reports", terminal=True))
            yield reports, reports.read_text(encoding="utf-8"), whole[reports]
        for path in sorted([*root.glob("*.md"), *root.glob("docs/*.md")]):
            if path not in whole:
                old = path.read_text(encoding="utf-8")
                known = {
                    **PARTS,
                    "output": shell.page(path.stem),
                    "terminal": shell.page(path.stem, terminal=True),
                }
                yield path, old, filled(old, path.name, known)


def filled(text: str, name: str, known: Parts) -> str:
    """Write the parts of a page between their marks again. Raises StaleError."""

    def part(found: re.Match[str]) -> str:
        mark, kind, argument, body, end = found.groups()
        if kind not in known:
            raise StaleError(f"{name}: no part is called {kind}; there are {', '.join(known)}")
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
                f"{name}: {left[0]} stands alone; parts begin with a name and <!-- end"
            )
    return filled


# --- commands -------------------------------------------------------------------------------------


class Shell:
    """Runs the commands of pages, each page in a folder of its own; made when first needed."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder

    @cached_property
    def _database(self) -> Path:
        """A new sourcebook with what ships."""
        self._run(["init"], self._folder)
        return self._folder / "sourcebook.db"

    def page(self, name: str, *, terminal: bool = False) -> Callable[[str], str]:
        """Give what runs one page's commands, and gives each with its output as a block."""
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
            run = self._run_in_terminal if terminal else self._run
            printed = run(shlex.split(command[1])[1:], folder).splitlines()
            shown = command[0]
            if command[2]:
                cut = len(printed) > int(command[2])
                printed = printed[: int(command[2])]
                if terminal:
                    # Through a pipe it would look otherwise: the cut is ours.
                    shown, printed = command[1], [*printed, *(["…"] if cut else [])]
            return fenced("console", "\n".join([f"$ {shown}", *printed]))

        return output

    def _run(self, arguments: list[str], folder: Path) -> str:
        done = subprocess.run(  # noqa: S603 - the project's own pages say what is run
            self._command(arguments),
            cwd=folder,
            env=self._environment(),
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        if done.returncode:
            said = done.stderr.strip() or f"exit status {done.returncode}"
            raise LookupError(f"failed: {said}")
        return done.stdout

    def _run_in_terminal(self, arguments: list[str], folder: Path) -> str:
        ours, theirs = os.openpty()
        with subprocess.Popen(  # noqa: S603 - the project's own pages say what is run
            self._command(arguments),
            cwd=folder,
            env={**self._environment(), "COLUMNS": "100"},
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.PIPE,
        ) as process:
            os.close(theirs)
            printed = bytearray()
            # Linux ends a terminal that nobody writes to any more by an error.
            with contextlib.suppress(OSError):
                while chunk := os.read(ours, 65_536):
                    printed += chunk
            os.close(ours)
            said = process.stderr.read().decode().strip() if process.stderr else ""
        if process.returncode:
            raise LookupError(f"failed: {said}")
        return printed.decode().replace("\r\n", "\n")

    def _command(self, arguments: list[str]) -> list[str]:
        return [sys.executable, str(self._root / "cli.py"), *arguments]

    def _environment(self) -> dict[str, str]:
        outer = {key: value for key, value in os.environ.items() if key != "SOURCEBOOK_DB"}
        return {**outer, "PYTHONPATH": str(self._root)}


if __name__ == "__main__":
    sys.exit(main())
