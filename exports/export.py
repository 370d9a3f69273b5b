"""Exports: everything that a sourcebook holds, as a folder of files in one of several formats.

A format is a function that writes files into an empty folder; exports/formats.py lists them. The
folder is staged and moved into place whole (output/folder.py). A descriptor in it says what the
files are (exports/datapackage.py). Reads the sourcebook only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection

from database.errors import how_to_install
from database.snapshot import TABLES, Snapshot
from exports.datapackage import (
    DESCRIPTOR,
    ExportedFile,
    ExportError,
    descriptor,
    exported_files,
)
from exports.formats import FORMATS
from exports.job import ExportJob
from output.folder import replacing
from output.progress import Progress
from reports.about import content_hash

Writer = Callable[[ExportJob], Iterator[ExportedFile]]
"""Writes files into the folder and returns each when it is complete."""


@dataclass(frozen=True)
class ExportResult:
    """What an export has written."""

    content: str
    """The content hash of the sourcebook; `none` if nothing is loaded."""
    files: Sequence[tuple[ExportedFile, int]]
    """The files and their sizes in bytes."""


def export(
    connection: Connection,
    folder: Path,
    format: str,
    *,
    keep_text: bool = False,
    null: str = "",
    bom: bool = False,
) -> ExportResult:
    """Write everything that the sourcebook holds into a folder, whole or not at all.

    `null` and `bom` are for csv: how it writes null, and whether it has a byte order mark. Raises
    StagingError if the folder cannot be written, ExportError if a text is what null is to be,
    DatabaseError for a value that the format cannot hold.
    """
    writer = _writer(format)
    snapshot = Snapshot(connection, keep_text=keep_text)
    content = content_hash(connection)
    progress = Progress()
    with replacing(folder, "an export", exported_files) as staged:
        job = ExportJob(snapshot, staged, format, progress, null, bom)
        with progress.stage("exporting", sum(map(snapshot.count, TABLES))):
            files = [(file, *size_and_hash(staged / file.name)) for file in writer(job)]
        text = json.dumps(descriptor(format, content, files), ensure_ascii=False, indent=2)
        (staged / DESCRIPTOR).write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return ExportResult(content, [(file, size) for file, size, _ in files])


def _writer(format: str) -> Writer:
    module, _, name = FORMATS[format].partition(":")
    try:
        writer: Writer = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise ExportError(
            f"{format} needs {error.name}: {how_to_install(str(error.name))}"
        ) from error
    return writer


def size_and_hash(path: Path) -> tuple[int, str]:
    """Return the size of a file in bytes and its SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), digest
