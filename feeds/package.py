"""The descriptor of an export: a Frictionless Data Package, which says what each file holds.

https://datapackage.org. It holds no time and no path, so that the same data make the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schema.database import REVISION, DatabaseError

if TYPE_CHECKING:
    from feeds.export import File

DESCRIPTOR = "datapackage.json"

OURS = "sourcebook"
"""The name of our packages, and of the property that says how one was made."""


class PackageError(DatabaseError):
    """A folder of files that cannot be written or read; one line that says what to do."""


def descriptor(format: str, content: str, files: Sequence[tuple[File, int, str]]) -> dict[str, Any]:
    """Describe files, each with its bytes and their SHA-256."""
    return {
        "name": OURS,
        "title": "A sourcebook: who acts, what happened, who said what, and who says so",
        OURS: {
            "format": format,
            "schema": REVISION,
            "content_hash": content,
        },
        "resources": [
            {
                "name": file.name.rpartition(".")[0].lower(),
                "path": file.name,
                **file.resource,
                "bytes": size,
                "hash": f"sha256:{hashed}",
            }
            for file, size, hashed in files
        ],
    }


def written(path: Path, described: dict[str, Any]) -> None:
    """Write a descriptor."""
    text = json.dumps(described, ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def left_before(folder: Path) -> frozenset[str]:
    """Name the files that an earlier export has left in a folder; none if there was none."""
    try:
        described = json.loads((folder / DESCRIPTOR).read_bytes())
        if not described[OURS]["format"]:
            return frozenset()
        paths = {str(resource["path"]) for resource in described["resources"]}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return frozenset()
    return frozenset({DESCRIPTOR} | {path for path in paths if Path(path).name == path})
