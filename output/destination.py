"""Where rows go: stdout, or a file that is written whole or not at all."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Literal, TextIO

from database.errors import SourcebookError
from schema.escape import visible


class OutputError(SourcebookError):
    """An output file cannot be written; the message is one line that names it."""


@contextmanager
def destination(path: Path | None) -> Iterator[TextIO]:
    r"""Open the file, or stdout if there is none.

    Both are UTF-8 whatever the locale, so that the same rows are the same bytes everywhere; half a
    surrogate pair, which UTF-8 lacks, is written `\ud83d`. A file replaces the old one in one step
    and keeps its permissions; a device or a named pipe is written to directly. If the reader of
    stdout goes away, BrokenPipeError reaches the caller. Raises OutputError.
    """
    if path is None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
        yield sys.stdout
        sys.stdout.flush()  # here, because nobody can catch an error at exit
        return
    name = visible(str(path))
    try:
        if path.is_dir():
            raise OutputError(f"{name}: is a folder; name a file in it")
        if not path.parent.is_dir():
            raise OutputError(f"{name}: there is no folder {visible(str(path.parent))}; create it")
        if path.is_file() and _starts_with(path, b"SQLite format 3\0"):
            raise OutputError(f"{name}: is a database; write to another file")
        if path.exists() and not path.is_file():
            with _open(path, "w") as out:
                yield out
        else:
            with _replacing(path.resolve()) as out:  # a link stays a link
                yield out
    except ConnectionError:  # a reader or a database that went away is not the file's fault
        raise
    except OSError as error:
        raise OutputError(f"{name}: {error.strerror or error}") from error


def _starts_with(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except PermissionError:
        return False


def _open(path: Path, mode: Literal["w", "x"]) -> TextIO:
    return path.open(mode, encoding="utf-8", errors="backslashreplace", newline="\n")


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    from output.staging import replace, staging_dir  # not needed for stdout

    if path.exists() and not os.access(
        path, os.W_OK
    ):  # renaming over it would succeed all the same
        raise PermissionError(0, "is read-only")
    with staging_dir(path) as folder:
        staged = folder / path.name
        with _open(staged, "x") as out:
            yield out
        replace(staged, path)
