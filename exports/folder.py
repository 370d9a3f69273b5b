"""The folder of an export: made beside the one that is asked for, and moved into its place.

Touches that folder and the one that it lies in. What an earlier export left is replaced whole, but
file by file where others have files there; what is anybody else's under another name is never
removed. What a killed one left beside it, the next takes away.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from exports.package import DESCRIPTOR, PackageError, left_before
from feeds.beside import alone, beside, sync
from feeds.progress import Progress

SHOWN = 3
"""Strangers that a message names."""

NOTHING = "nothing changed"
PARTLY = f"half done, without {DESCRIPTOR}; mend that and export again with --force"
WRITTEN = "the export is there, but may not outlast a power failure; export again"
"""How it stands where the system says no."""

AT_FDCWD, RENAME_EXCHANGE = -100, 2


@contextmanager
def replacing(folder: Path, *, force: bool = False) -> Iterator[Path]:
    """Give an empty folder to fill, which takes the place of `folder` where the block ends.

    Where the block raises, all is as it was. A folder with files of others is refused unless
    `force` is given, and then only files of our names are replaced or removed, one after the other:
    broken off at that, the folder has no descriptor, and so is no export. Raises PackageError, also
    for what the system says; the message then says how the folder stands.
    """
    state = NOTHING
    try:
        real = Path(os.path.realpath(folder))  # a link stays a link
        _look(folder, real, force=force)
        with alone(real, str(folder), Progress()), beside(real) as passing:
            others = _look(folder, real, force=force)
            made = passing / "new"
            made.mkdir()
            yield made
            if others != _others(real):
                raise PackageError(f"{folder}: somebody wrote into it meanwhile; try again")
            sync(made / DESCRIPTOR)
            sync(made)
            if others:
                _require_files(folder, real, _names(made))
                left = left_before(real)
                (real / DESCRIPTOR).unlink(missing_ok=True)
                state = PARTLY
                _among(made, real, left)
                state = WRITTEN
                sync(real)
            else:
                _instead(made, real)
                state = WRITTEN
                sync(real.parent)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise PackageError(f"{folder}: {reason[:1].lower()}{reason[1:]}; {state}") from error


def _look(folder: Path, real: Path, *, force: bool) -> set[str]:
    """Name what others have there. Raises PackageError where no export can be written."""
    if not real.parent.is_dir():
        raise PackageError(f"{folder}: there is no folder {real.parent}; make it first")
    if os.path.lexists(real) and not real.is_dir():
        raise PackageError(f"{folder}: is a file; name a folder")
    if not os.access(real.parent, os.W_OK | os.X_OK):
        raise PackageError(f"{folder}: you may not write into {real.parent}; name another folder")
    if not real.exists():
        return set()
    if not os.access(real, os.W_OK | os.X_OK):
        raise PackageError(f"{folder}: you may not write into it; name another folder")
    others = _others(real)
    if others and not force:
        named = ", ".join(sorted(others)[:SHOWN]) + (", …" if len(others) > SHOWN else "")
        raise PackageError(
            f"{folder}: holds what no export has left ({named}); name another folder, or --force "
            "to write among it"
        )
    if others:
        _require_files(folder, real, left_before(real))
    if not others and (real.samefile(Path.cwd()) or os.path.ismount(real)):
        raise PackageError(
            f"{folder}: cannot be replaced, for you are in it or it is a mount; name one in it"
        )
    return others


def _others(real: Path) -> set[str]:
    """Name what is in a folder and was not left by an export."""
    if not real.exists():
        return set()
    ours = left_before(real)
    return {
        entry.name for entry in os.scandir(real) if entry.name not in ours or not _is_file(entry)
    }


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether an export may replace it: a file, or a link, whose target stays."""
    return entry.is_file(follow_symlinks=False) or entry.is_symlink()


def _require_files(folder: Path, real: Path, ours: Collection[str]) -> None:
    """Raise PackageError where something of our names is no file that can be replaced."""
    strange = [entry.name for entry in os.scandir(real) if not _is_file(entry)]
    for name in sorted({*strange} & {*ours}):
        raise PackageError(
            f"{folder}: {name} in it is no file, as that of an export is; move it away, or name "
            "another folder"
        )


def _instead(made: Path, real: Path) -> None:
    """Put the new folder in the place of the old, which is empty, an export, or not there."""
    if not real.exists():
        made.rename(real)
        return
    made.chmod(real.stat().st_mode & 0o7777)
    if not _exchanged(made, real):
        aside = made.with_name("old")
        real.rename(aside)
        try:
            made.rename(real)
        except OSError:
            aside.rename(real)
            raise


def _exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places in one step, where the system can: Linux."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    with suppress(AttributeError):
        paths = AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other)
        return bool(libc.renameat2(*paths, RENAME_EXCHANGE) == 0)
    return False


def _among(made: Path, real: Path, left: Collection[str]) -> None:
    """Move the new files to those of others, and remove what is `left` of an earlier export.

    The descriptor is gone before and comes last, so that what is half done is no export.
    """
    sync(real)
    new = _names(made)
    for name in sorted(new - {DESCRIPTOR}):
        (made / name).replace(real / name)
    for name in sorted(_names(real) & {*left} - new):
        (real / name).unlink()
    sync(real)
    (made / DESCRIPTOR).replace(real / DESCRIPTOR)
