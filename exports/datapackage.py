"""The descriptor of an export: a Frictionless Data Package, which says what each file holds.

https://datapackage.org. It holds no time and no path, so that the same data make the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Table, UniqueConstraint

from database.connect import REVISION
from database.errors import DatabaseError
from schema.dictionary import columns, foreign_keys, type_of

DESCRIPTOR = "datapackage.json"

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
"""The edition of the standard."""

MAX_BYTES = 2**24
"""Size of a descriptor that is read; ours have a few ten thousand bytes."""

OURS = "sourcebook"
"""The name of our packages, and of the property that says how one was made."""

DAYS = ("earliest", "latest")
MOMENTS = ("loaded_at",)
"""Columns of ISO text that are days, and moments in UTC; every other date is EDTF, and text."""

BETWEEN = "; "
"""What separates the values of a list in csv."""

FIELDS = {
    "text": {"type": "string"},
    "day": {"type": "date"},
    "moment": {"type": "datetime"},
    "list": {"type": "list", "delimiter": BETWEEN},
}
"""How the standard names what columns hold; otherwise as we do."""


class ExportError(DatabaseError):
    """An export that cannot be written; the message is one line, says why and what to do."""


@dataclass(frozen=True)
class ExportedFile:
    """A file that a format has written into the folder."""

    name: str
    rows: int
    """Rows, or whatever the format holds instead: entities, nodes and edges."""
    resource: dict[str, Any] = field(default_factory=dict)
    """What the descriptor says about it besides name, path, size and hash."""


def descriptor(
    format: str, content: str, files: Sequence[tuple[ExportedFile, int, str]]
) -> dict[str, Any]:
    """Describe files, each with its size in bytes and its SHA-256."""
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
                "hash": f"sha256:{digest}",
            }
            for file, size, digest in files
        ],
    }


def file_type(column: Column[Any]) -> str:
    """Return what a column holds in a file: text, integer, boolean, day, moment or list."""
    if "list" in column.info:
        return "list"
    if column.name in DAYS:
        return "day"
    return "moment" if column.name in MOMENTS else type_of(column)


def table_schema(table: Table, null: str | None, *, days: bool = True) -> dict[str, Any]:
    """Describe a table's columns and keys; `null` is what represents null in its file.

    Without `days`, days are described as text: many programs know no year 0.

    A CHECK is described if it limits a column to a closed list. The standard has no words for the
    other CHECKs and for conditional uniqueness. Its validator rejects a null in a foreign key of
    several columns, so those are left out too.
    """
    unique = [key for key in table.constraints if isinstance(key, UniqueConstraint)]
    values = {field.column: field.values for field in columns(table.name)}
    described = {
        "fields": [
            _field(column, values.get(column.name), unique, days=days) for column in table.columns
        ],
        "primaryKey": list(table.primary_key.columns.keys()),
        "uniqueKeys": sorted(list(key.columns.keys()) for key in unique),
        "foreignKeys": [
            _reference(key)
            for key in foreign_keys(table)
            if len(key.columns) == 1 or not any(column.nullable for column in key.columns)
        ],
    }
    present = {name: value for name, value in described.items() if value}
    return present | {"missingValues": [] if null is None else [null]}


def _field(
    column: Column[Any], values: str | None, unique: Sequence[UniqueConstraint], *, days: bool
) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if not column.nullable:
        constraints["required"] = True
    if any(key.columns.keys() == [column.name] for key in unique):
        constraints["unique"] = True
    if values:
        constraints["enum"] = values.split("; ")
    type = file_type(column)
    type = "text" if type == "day" and not days else type
    field = {
        "name": column.name,
        **FIELDS.get(type, {"type": type}),
        "description": column.comment or "",
    }
    return field | ({"constraints": constraints} if constraints else {})


def _reference(key: ForeignKeyConstraint) -> dict[str, Any]:
    # A key that refers to its own table names none.
    target = {} if key.referred_table is key.table else {"resource": key.referred_table.name}
    referred = [element.column.name for element in key.elements]
    return {"fields": key.column_keys, "reference": target | {"fields": referred}}


def exported_files(folder: Path) -> set[str]:
    """Return the names of the files that an earlier export left in a folder, if one did."""
    path = folder / DESCRIPTOR
    try:
        # A link or a pipe is not from an export.
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
            return set()
        described = json.loads(path.read_bytes())
        described[OURS]["format"]  # another program's package has none
        return {DESCRIPTOR, *(str(resource["path"]) for resource in described["resources"])}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return set()
