"""What the workers of a run share: whoever needs it first makes it, and nobody changes it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

FOLDER = "SOURCEBOOK_TEST_FOLDER"
"""The environment variable that names the folder of the run."""


def shared(name: str, make: Callable[[Path], object]) -> Path:
    """Return the path of a file or folder in the folder of the run.

    If no worker has made it yet, `make` does, at the path that it is given.
    """
    path = Path(os.environ[FOLDER], name)
    with FileLock(f"{path}.lock"):
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=path.parent) as folder:
                unfinished = Path(folder, name)
                make(unfinished)
                unfinished.rename(path)
    return path
