"""Folders that a command writes: staged next to their place, and moved there when complete.

An earlier one is replaced whole. Anything else in the folder belongs to somebody, and the folder is
refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from output.staging import StagingError, replace, require_folder, staging_dir
from schema.escape import visible

SHOWN = 3
"""Foreign files that a message names."""

Listing = Callable[[Path], Collection[str]]
"""Returns the files that an earlier run left in a folder, as paths in it with slashes."""


@contextmanager
def replacing(folder: Path, made: str, files: Listing) -> Iterator[Path]:
    """Yield an empty folder to fill; it takes the place of `folder` when the block ends.

    `made` is what the command makes (an export), `files` lists the files of an earlier one. If the
    block raises, everything stays as it was. Raises StagingError if `folder` is neither absent,
    empty nor an earlier one, or if the system refuses.
    """
    try:
        real = Path(os.path.realpath(folder))  # a link stays a link
        _require_replaceable(folder, real, made, files)
        with staging_dir(real) as staging:
            staged = staging / real.name
            staged.mkdir()
            yield staged
            # Somebody may have written into it meanwhile.
            _require_replaceable(folder, real, made, files)
            replace(staged, real)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        reason = f"{reason[:1].lower()}{reason[1:]}; nothing changed"
        raise StagingError(visible(f"{folder}: {reason}")) from error


def _require_replaceable(folder: Path, real: Path, made: str, files: Listing) -> None:
    """Raise StagingError unless something new may take the place of this folder."""
    require_folder(real)
    if not os.path.lexists(real):
        return
    if not real.is_dir():
        raise StagingError(visible(f"{folder}: is a file; name a folder"))
    if not os.access(real, os.W_OK | os.X_OK):
        raise StagingError(visible(f"{folder}: is not writable; name another folder"))
    if real.samefile(Path.cwd()) or os.path.ismount(real):
        reason = "cannot be replaced, because you are in it or it is a mount point; name a folder"
        raise StagingError(visible(f"{folder}: {reason} in it"))
    foreign = sorted(_foreign(real, frozenset(files(real))))
    if foreign:
        named = ", ".join(foreign[:SHOWN]) + (", …" if len(foreign) > SHOWN else "")
        reason = f"contains files that are not from {made} ({named}); name another folder"
        raise StagingError(visible(f"{folder}: {reason}"))


def _foreign(real: Path, ours: frozenset[str]) -> Iterator[str]:
    """Yield the paths in a folder that no earlier run has made."""
    folders = {name[:n] for name in ours for n, sign in enumerate(name) if sign == "/"}
    waiting = [""]
    while waiting:
        within = waiting.pop()
        for entry in os.scandir(real / within):
            name = f"{within}{entry.name}"
            if name in folders and entry.is_dir(follow_symlinks=False):
                waiting.append(f"{name}/")
            elif name not in ours or not (
                entry.is_file(follow_symlinks=False) or entry.is_symlink()
            ):
                yield name
