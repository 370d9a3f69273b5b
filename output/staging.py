"""Files and folders that are built next to their place and renamed into it, whole or not at all.

Touches the folder that the target is in. A run that was killed leaves its staging folder behind;
the next run removes it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from database.errors import SourcebookError

OLD = "old"
"""Where a folder waits in the staging folder while its successor takes its place."""


class StagingError(SourcebookError):
    """A file or folder cannot be put where it should go; says why and what to do."""


def require_folder(path: Path) -> None:
    """Raise StagingError unless something can be created next to this path."""
    folder = path.parent
    if not folder.is_dir():
        raise StagingError(f"{path}: there is no folder {folder}; create it")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StagingError(f"{path}: its folder is not writable; name another")


@contextmanager
def staging_dir(path: Path) -> Iterator[Path]:
    """Yield an empty folder next to `path`, removed when the block ends.

    An error that mentions the staged file is rephrased to mention `path`.
    """
    import filelock  # noqa: F401 - slow: not between creating the folder and locking it

    remove_leftovers(path)
    folder = path.with_name(_name(path, os.urandom(8).hex()))
    folder.mkdir(mode=0o700)
    work = folder / "new"
    try:
        with _locked(folder):
            work.mkdir()
            yield work
    except SourcebookError as error:
        staged = str(work / path.name)
        if staged not in str(error):
            raise
        raise type(error)(str(error).replace(staged, str(path))) from error
    finally:
        # Unless `replace` failed half-way: then the next run restores what was moved aside.
        if not (folder / OLD).exists() or path.exists():
            shutil.rmtree(folder, ignore_errors=True)


def replace(new: Path, path: Path) -> None:
    """Move a staged file or folder into place; what was there before is removed.

    A file is replaced in one step. An old folder is first moved aside, and back if that fails.
    """
    mode = path.stat().st_mode & 0o7777 if path.exists() else None
    for child in new.rglob("*") if new.is_dir() else ():
        sync(child)
    if mode is not None:
        new.chmod(mode)
    sync(new)
    if not (new.is_dir() and path.is_dir()):
        new.replace(path)
    else:
        aside = new.parent.parent / OLD
        path.rename(aside)
        try:
            new.rename(path)
        except OSError:
            aside.rename(path)
            raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Have a file, or the entries of a folder, written to the disk; Windows has no such call."""
    if sys.platform == "win32" and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _name(path: Path, suffix: str) -> str:
    """Return a name for a staging folder; a hash, because a file's name may be as long as any."""
    name = sha256(os.fsencode(path.name)).hexdigest()[:16]
    return f".sourcebook-{name}-{suffix}.staging"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Show other runs that a staging folder is in use; the lock ends with the process.

    Raises TimeoutError if another run has locked it.
    """
    from filelock import FileLock  # a tenth of a second, which only commands that write should pay

    with FileLock(folder / "lock", timeout=0):
        yield


def remove_leftovers(path: Path) -> None:
    """Remove what interrupted runs left; restore a folder that one had just moved aside."""
    for left in path.parent.glob(_name(path, "[0-9a-f]" * 16)):
        if left.is_symlink() or not (left / "new").is_dir():  # made when the lock was taken
            continue
        try:
            with _locked(left):
                if (left / OLD).exists() and not path.exists():
                    (left / OLD).rename(path)
        except OSError:
            continue  # another run is at work in it
        shutil.rmtree(left, ignore_errors=True)
