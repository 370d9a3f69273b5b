"""The folder of an export: staged next to its place, and moved there when it is complete.

An earlier export is replaced whole. Anything else in the folder belongs to somebody, and the
folder is refused.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exports.datapackage import ExportError, exported_files
from output.staging import replace, require_folder, staging_dir

SHOWN = 3
"""Foreign files that a message names."""


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; it takes the place of `folder` when the block ends.

    If the block raises, everything stays as it was. Raises ExportError if `folder` is neither
    absent, empty nor an earlier export, or if the system refuses; StagingError if nothing can be
    created next to it.
    """
    try:
        real = Path(os.path.realpath(folder))  # a link stays a link
        _require_replaceable(folder, real)
        with staging_dir(real) as staging:
            staged = staging / real.name
            staged.mkdir()
            yield staged
            _require_replaceable(folder, real)  # somebody may have written into it meanwhile
            replace(staged, real)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ExportError(f"{folder}: {reason[:1].lower()}{reason[1:]}; nothing changed") from error


def _require_replaceable(folder: Path, real: Path) -> None:
    """Raise ExportError, or StagingError, unless an export may take the place of this folder."""
    require_folder(real)
    if not os.path.lexists(real):
        return
    if not real.is_dir():
        raise ExportError(f"{folder}: is a file; name a folder")
    if not os.access(real, os.W_OK | os.X_OK):
        raise ExportError(f"{folder}: is not writable; name another folder")
    if real.samefile(Path.cwd()) or os.path.ismount(real):
        raise ExportError(
            f"{folder}: cannot be replaced, because you are in it or it is a mount point; name a "
            "folder in it"
        )
    ours = exported_files(real)
    foreign = sorted(
        entry.name
        for entry in os.scandir(real)
        if entry.name not in ours
        or not (entry.is_file(follow_symlinks=False) or entry.is_symlink())
    )
    if foreign:
        named = ", ".join(foreign[:SHOWN]) + (", …" if len(foreign) > SHOWN else "")
        raise ExportError(
            f"{folder}: contains files that are not from an export ({named}); name another folder"
        )
