"""What a feed records in its target for the next one: what it has left in each table.

Touches nothing; the columns are explained in schema/loading.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from feeds.digest import Digest, Engine
from feeds.rows import TABLES
from feeds.source import Source


class Recorded(NamedTuple):
    """What the last feed left in a table."""

    digest: Digest
    sums: Mapping[str, int]
    """Of the checksums that were known, by engine."""
    left_out: str | None
    """The column that was left out."""

    def by(self, engine: Engine) -> Digest:
        """Give the digest with the checksum by this engine."""
        return replace(self.digest, own=self.sums.get(engine))


def records(
    here: Mapping[str, Digest], there: Mapping[str, Digest], source: Source, engine: Engine
) -> list[dict[str, object]]:
    """Give the rows that record a feed, as `recorded` reads them."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        {
            "table_name": table.name,
            "row_count": there[table.name].rows,
            "digest": str(there[table.name]),
            "checksum": _written(there[table.name], engine),
            "source_checksum": _written(here[table.name], source.engine),
            "left_out": next(iter(source.without(table)), None),
            "fed_at": now,
        }
        for table in TABLES
    ]


def _written(digest: Digest, engine: Engine) -> str | None:
    return None if digest.own is None else f"{engine} {digest.own:016x}"


def recorded(row: Mapping[str, Any]) -> Recorded:
    """Read a row of the record; what nobody can have written in good faith, equals nothing."""
    sums = {}
    for name in ("source_checksum", "checksum"):
        engine, _, sum = (row[name] or "").partition(" ")
        sums[engine] = _number(sum)
    return Recorded(Digest(row["row_count"], _number(row["digest"])), sums, row["left_out"])


def _number(written: str) -> int:
    try:
        return int(written, 16)
    except ValueError:
        return -1
