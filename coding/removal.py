"""Removes what a coding no longer says, in the caller's transaction.

coding/cross_references.py has checked before that no other document uses these rows. Referencing
rows go first: facts before anything is written, the rest afterwards.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, text, update

from coding.bulk import BulkStatements, chunks
from coding.changeset import ChangeSet
from coding.items import SHARED, Items, dates_of
from coding.snapshot import Snapshot
from schema.models import METADATA
from schema.vocabulary import FactKind

TABLE = METADATA.tables
FACT_KINDS = tuple(str(kind) for kind in FactKind)

DATED = (
    ("sources", "published"),
    ("evidence", "date"),
    ("events", "date"),
    ("quotes", "date"),
    ("relations", "since"),
    ("relations", "until"),
)
"""Every column that refers to a date."""


class Removal:
    """Removes rows of one document."""

    def __init__(self, connection: Connection, stored: Snapshot, differences: ChangeSet) -> None:
        self._connection = connection
        self._do = BulkStatements(connection)
        self._stored = stored
        self._ids = stored.ids
        self._differences = differences
        self._number = stored.document_id

    def facts(self) -> None:
        """Remove facts with their evidence, and citations; other quotes release events first."""
        removed, changed = self._differences.removed, self._differences.changed
        quotes, links = TABLE["quotes"], TABLE["event_links"]
        for chunk in chunks(self._numbers(changed, FactKind.QUOTE)):
            self._connection.execute(
                update(quotes).where(quotes.c.id.in_(chunk)).values(occasion_id=None)
            )
        # A changed link keeps its id, and evidence from other documents.
        self._do.delete(links.c.id, self._numbers(changed, FactKind.LINK))
        evidence = TABLE["evidence"]
        self._do.delete(
            evidence.c.fact_id,
            self._numbers(removed, "elsewhere", *FACT_KINDS),
            evidence.c.document_id == self._number,
        )
        facts = TABLE["facts"]
        others = (kind for kind in FACT_KINDS if kind != FactKind.EVENT)
        self._do.delete(facts.c.id, self._numbers(removed, *others))
        self._do.delete(facts.c.id, self._numbers(removed, FactKind.EVENT))
        self._citations()

    def _citations(self) -> None:
        citations = TABLE["citations"]
        gone = {
            **self._differences.removed,
            **self._differences.changed,
            **self._differences.reattributed,
        }
        self._do.delete(
            citations.c.source_id,
            [self._ids[self._stored.sources[name.key]] for name in gone if name.kind == "citation"],
            citations.c.document_id == self._number,
        )

    def rest(self, idle: list[int]) -> None:
        """Remove unused chains, longer ones first, passages, and rows that nobody introduces."""
        attributions = TABLE["attributions"]
        for number in idle:
            self._do.delete(attributions.c.id, [number])
        passages = TABLE["passages"]
        gone = (int(name.key) for name in self._differences.removed if name.kind == "passage")
        self._do.delete(
            passages.c.n, sorted(gone, reverse=True), passages.c.document_id == self._number
        )
        introductions = TABLE["introductions"]
        for kind in SHARED:
            self._do.delete(
                introductions.c[f"{kind}_id"],
                self._numbers(self._differences.removed, kind),
                introductions.c.document_id == self._number,
            )
        # Sources refer to actors, and places to larger places: referencing rows go first.
        dropped: Items = {name: {} for name in self._differences.dropped}
        places = TABLE["places"]
        for chunk in chunks(self._numbers(dropped, "place")):
            self._connection.execute(
                update(places).where(places.c.id.in_(chunk)).values(within_id=None)
            )
        for kinds in (("voice", "source"), ("topic",), ("place",), ("actor",)):
            table = TABLE[f"{kinds[-1]}s"]
            self._do.delete(table.c.id, self._numbers(dropped, *kinds))
        unused = " and ".join(
            f"not exists (select 1 from {table} where {table}.{column} = dates.edtf)"  # noqa: S608 - our own names
            for table, column in DATED
        )
        query = text(
            f"delete from dates where edtf in :dates and {unused}"  # noqa: S608 - our own names
        ).bindparams(bindparam("dates", expanding=True))
        for dates in chunks(sorted(dates_of(self._differences.replaced))):
            self._connection.execute(query, {"dates": list(dates)})

    def _numbers(self, items: Items, *kinds: str) -> list[int]:
        return [self._ids[name] for name in items if name.kind in kinds]
