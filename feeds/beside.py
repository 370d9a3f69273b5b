"""What is made beside the file or folder that it replaces, and moved into its place at the end.

Touches the folder that this lies in. What a killed feed or export left there, the next one takes
away.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from database.errors import DatabaseError
from feeds.progress import Progress

ANOTHER = "give another TARGET"

BYTES = 8
"""Random ones, which as hexadecimal digits tell a folder of ours from anybody else's."""


def require_folder(path: Path, name: str) -> None:
    """Raise DatabaseError where no file can be made."""
    if not path.parent.is_dir():
        raise DatabaseError(f"{name}: there is no folder {path.parent}; make it, or {ANOTHER}")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise DatabaseError(f"{name}: its folder cannot be written to; {ANOTHER}")


def require_no_remains(path: Path, name: str, *suffixes: str) -> None:
    """Raise DatabaseError where a killed writer's log has outlived its file.

    An engine would play it into whatever file takes that place.
    """
    for suffix in suffixes:
        if not path.exists() and os.path.lexists(f"{path}{suffix}"):
            raise DatabaseError(
                f"{name}: is gone, but {path.name}{suffix} of a writer that was killed is still "
                f"there; remove that, or {ANOTHER}"
            )


def _passing(name: str, digits: str) -> str:
    return f".{name}.{digits}.feed"


@contextmanager
def alone(path: Path, name: str, progress: Progress) -> Iterator[None]:
    """Wait until nothing else is made in the folder; take away what killed ones left.

    The lock goes with the process.
    """
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say(
                f"{name}: another feed or export is at work in its folder; waiting for its end"
            )
            fcntl.flock(folder, fcntl.LOCK_EX)
        for left in path.parent.glob(_passing(escape(path.name), "[0-9a-f]" * 2 * BYTES)):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
        yield
    finally:
        os.close(folder)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give an empty folder beside it, which is gone when the block ends.

    An error that names the file in it says the file that it was to replace.
    """
    folder = path.with_name(_passing(path.name, os.urandom(BYTES).hex()))
    folder.mkdir(mode=0o700)
    try:
        yield folder
    except DatabaseError as error:
        named = str(error).replace(str(folder / path.name), str(path))
        raise type(error)(named) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def move(new: Path, path: Path) -> None:
    """Put a new file in the place of the old one, in one step and for good."""
    if path.exists():
        new.chmod(path.stat().st_mode & 0o7777)
    sync(new)
    new.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Have a file, or what a folder lists, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
