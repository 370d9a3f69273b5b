"""The descriptor of an export: a Frictionless Data Package, which says what each file holds.

https://datapackage.org. It holds no time and no path, so that the same data make the same bytes.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ForeignKeyConstraint, Table, UniqueConstraint

from database.connect import REVISION
from database.errors import DatabaseError
from schema.dictionary import VOCABULARY_OF, foreign_keys, referencing_columns, type_of

if TYPE_CHECKING:
    from exports.writing import File

DESCRIPTOR = "datapackage.json"

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
"""The edition of the standard that is followed."""

LARGEST = 2**24
"""Bytes of a descriptor that are read; ours have a few ten thousand."""

OURS = "sourcebook"
"""The name of our packages, and of the property that says how one was made."""

DAYS = ("dates.earliest", "dates.latest")
MOMENTS = ("loads.loaded_at",)
"""Columns of ISO text that are days, and moments in UTC; every other date is EDTF, and text."""


class PackageError(DatabaseError):
    """A folder of files that cannot be written or read; one line that says what to do."""


def descriptor(format: str, content: str, files: Sequence[tuple[File, int, str]]) -> dict[str, Any]:
    """Describe files, each with its bytes and their SHA-256."""
    return {
        "$schema": PROFILE,
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


def table_schema(table: Table, null_as: str | None, days: bool = True) -> dict[str, Any]:
    """Describe a table's columns and keys; `null_as` is what stands for null in its file.

    Without `days` these are told as text: the year 0 is no date to many programs.

    A CHECK is told where it holds a column to a closed list. What has no word in the standard is
    left out: other CHECKs, what is unique only under a condition, and a foreign key of several
    columns some of which may be null, which the standard's validator takes for broken then.
    """
    unique = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    described = {
        "fields": [_field(column, unique, days) for column in table.columns],
        "primaryKey": list(table.primary_key.columns.keys()),
        "uniqueKeys": sorted(list(one.columns.keys()) for one in unique),
        "foreignKeys": [
            {"fields": list(fields), "reference": reference}
            for fields, reference in filter(None, map(_reference, foreign_keys(table)))
        ],
    }
    present = {name: value for name, value in described.items() if value}
    return present | {"missingValues": [] if null_as is None else [null_as]}


def _field(column: Column[Any], unique: Sequence[UniqueConstraint], days: bool) -> dict[str, Any]:
    name = f"{column.table.name}.{column.name}"
    type = {"text": "string"}.get(type_of(column), type_of(column))
    constraints: dict[str, Any] = {}
    if not column.nullable:
        constraints["required"] = True
    if any(one.columns.keys() == [column.name] for one in unique):
        constraints["unique"] = True
    if values := VOCABULARY_OF.get(name):
        constraints["enum"] = list(values)
    field: dict[str, Any] = {
        "name": column.name,
        "type": "date" if days and name in DAYS else "datetime" if name in MOMENTS else type,
        "description": column.comment or "",
    }
    return field | ({"constraints": constraints} if constraints else {})


def _reference(foreign: ForeignKeyConstraint) -> tuple[list[str], dict[str, Any]] | None:
    """Give the columns of a foreign key, and where they point to, if that can be told."""
    elements = foreign.elements
    if any(element.parent.nullable for element in elements):
        enough = referencing_columns(foreign)
        elements = [element for element in elements if element.parent in enough]
        if len(elements) > 1:
            return None
    # A key to the table itself names none.
    target = foreign.referred_table
    resource = {} if target is foreign.table else {"resource": target.name}
    fields = [element.column.name for element in elements]
    return [element.parent.name for element in elements], resource | {"fields": fields}


def written(path: Path, described: dict[str, Any]) -> None:
    """Write a descriptor."""
    text = json.dumps(described, ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def left_before(folder: Path) -> frozenset[str]:
    """Name the files that an earlier export has left in a folder; none if there was none."""
    try:
        described = _described(folder)
        paths = {str(resource["path"]) for resource in described["resources"]}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return frozenset()
    return frozenset({DESCRIPTOR} | {path for path in paths if Path(path).name == path} - {".."})


def read(folder: Path) -> dict[str, Any]:
    """Read the descriptor of an export. Raises PackageError where there is none of ours."""
    path = folder / DESCRIPTOR
    try:
        return _described(folder)
    except FileNotFoundError:
        reason = "there is no such file; name a folder that `sourcebook export` has left"
    except OSError as error:
        reason = f"{error.strerror or error}; name another folder"
    except (ValueError, LookupError, TypeError, RecursionError):
        reason = "does not describe an export of Sourcebook; name another folder"
    raise PackageError(f"{path}: {reason}")


def _described(folder: Path) -> dict[str, Any]:
    with opened(folder / DESCRIPTOR) as file:
        if os.fstat(file.fileno()).st_size > LARGEST:
            raise ValueError
        described: dict[str, Any] = json.load(file)
    if not isinstance(described[OURS]["format"], str):
        raise TypeError
    return described


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a regular file of an export for reading; what only points to one is refused."""

    def opener(name: str, flags: int) -> int:
        # Without waiting for somebody to write into a pipe.
        return os.open(name, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))

    if path.is_symlink():
        raise OSError(0, "is a link, and an export has none")
    with open(path, "rb", opener=opener) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "is no regular file")
        yield file
