"""What a database holds for one document, as the items by key that a coding has.

Only reads. One query per table, each using the index on the document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select, text

from coding.bulk import MOST, rows_in
from coding.columns import TABLE, contents, table_of
from coding.items import SHARED, Content, ItemKey, Items
from database.errors import DatabaseError
from database.location import name_of
from database.rows import chunks
from schema.evidence import IDENTIFIED
from schema.vocabulary import ROLES_OF, FactKind

Chain = tuple[ItemKey, ...]
"""The sources that something came through: `source` is shared, `voice` the document's own."""


IDENTIFIERS = """
    select {owner}_id, scheme, identifier
    from identifiers
    where {owner}_id in :values
    order by scheme, identifier
"""

CREDITS = """
    select credits.source_id, credits.role, credits.key, credits.name
    from (
      select source_actors.source_id, source_actors.role, source_actors.n, actors.key,
        cast(null as text) as name
      from source_actors
      join actors on actors.id = source_actors.actor_id
      union all
      select source_id, role, n, cast(null as text), name
      from source_credits
    ) as credits
    where credits.source_id in :values
    order by credits.role, credits.n
"""


class Introducer(NamedTuple):
    """A coding that introduces a shared row."""

    document: str
    file: str


class DocumentSnapshot:
    """A document as the database has it: its items, and the ids of what it may refer to."""

    def __init__(self, connection: Connection, document: str) -> None:
        """Read a document; there is nothing to read if it was never loaded."""
        self.connection = connection
        self.document = document
        self.items: Items = {}
        self.ids: dict[ItemKey, int] = {}
        self.chains: dict[Chain, int] = {}
        self.kinds: dict[str, str] = {}
        """The kinds of facts of other documents that were looked up, by document:key."""
        self.sources: dict[str, ItemKey] = {}
        """What the keys in its chains and citations mean."""
        self.file: str | None = None
        self.hash: str | None = None
        self.document_id: int | None = connection.execute(
            text("select id from sources where key = :key and document_id is null"),
            {"key": document},
        ).scalar()
        if self.document_id is not None:
            try:
                self._read()
            except KeyError as error:
                # Somebody deleted rows while foreign keys were off.
                name = name_of(connection.engine.url)
                raise DatabaseError(
                    f"{name}: holds rows of {document} that point to rows that are gone; restore "
                    "the file, or load its codings into a new one"
                ) from error

    def shared(self, kind: str, keys: Sequence[str]) -> dict[str, Content]:
        """Return shared rows by key, whoever introduced them, and note their ids."""
        table = table_of(kind)
        query = contents(kind)
        if kind == "source":
            query = query.where(table.c.document_id.is_(None))
        rows = (
            row
            for chunk in chunks(keys, MOST)
            for row in self.connection.execute(query.where(table.c.key.in_(chunk))).all()
        )
        return self._shared_rows(kind, rows)

    def keys(self, kind: str) -> list[str]:
        """Return the keys of all shared rows of a kind."""
        table = table_of(kind)
        query = select(table.c.key)
        if kind == "source":
            query = query.where(table.c.document_id.is_(None))
        return [*self.connection.execute(query).scalars()]

    def introduced_elsewhere(self, kind: str, ids: Sequence[int]) -> set[int]:
        """Return which of these shared rows another document's coding introduces."""
        query = f"""
            select {kind}s.id
            from {kind}s
            where {kind}s.id in :values
            and exists (
              select 1
              from introductions
              where introductions.{kind}_id = {kind}s.id
              and introductions.document_id <> :document
            )
        """  # noqa: S608 - the kind is one of ours
        rows = rows_in(self.connection, query, ids, document=self.document_id or 0)
        return {row.id for row in rows}

    def introducers(self, kind: str, ids: Sequence[int]) -> dict[int, list[Introducer]]:
        """Return the other codings that introduce these shared rows; of an owned row, its owner.

        A popular row has hundreds: ask only where their names matter.
        """
        introducers: dict[int, list[Introducer]] = defaultdict(list)
        owners = """
            and (
              introductions.source_id in (introductions.document_id, :document)
              or not exists (
                select 1 from codings where codings.document_id = introductions.source_id
              )
            )
        """
        query = f"""
            select introductions.{kind}_id, documents.key, codings.file
            from introductions
            join codings on codings.document_id = introductions.document_id
            join sources as documents on documents.id = introductions.document_id
            where introductions.{kind}_id in :values
            and introductions.document_id <> :document
            {owners if kind == "source" else ""}
            order by documents.key
        """  # noqa: S608 - the kind is one of ours
        for id, key, file in rows_in(self.connection, query, ids, document=self.document_id or 0):
            introducers[id].append(Introducer(key, file))
        return introducers

    def _rows(self, query: str | Select[Any]) -> Sequence[Any]:
        """Return the rows of a query that needs only the document."""
        statement = text(query) if isinstance(query, str) else query
        return self.connection.execute(statement, {"document": self.document_id}).all()

    def _read(self) -> None:
        coding = self._rows(
            "select file, hash, coder, format from codings where document_id = :document"
        )
        if not coding:
            return
        self.file, self.hash, coder, format = coding[0]
        self.items[ItemKey("coding", self.document)] = {"coder": coder, "format": format}
        for row in self._rows(
            "select n, section, length, hash from passages where document_id = :document"
        ):
            self.items[ItemKey("passage", str(row.n))] = _content(row, "n")
        introductions = TABLE["introductions"]
        for kind in SHARED:
            reference = introductions.c[f"{kind}_id"]
            query = contents(kind).join(introductions, reference == table_of(kind).c.id)
            self._add(kind, query.where(introductions.c.document_id == self.document_id))
        voices = TABLE["sources"].c.document_id == self.document_id
        self._add("voice", contents("voice").where(voices))
        self._read_citations()
        self._read_chains()
        self._read_facts()

    def _add(self, kind: str, query: Select[Any]) -> None:
        for key, content in self._shared_rows(kind, self._rows(query)).items():
            self.items[ItemKey(kind, key)] = content

    def _shared_rows(self, kind: str, rows: Iterable[Any]) -> dict[str, Content]:
        """Return contents by key, with the actors of sources, and note ids."""
        contents: dict[str, Content] = {}
        by_id: dict[int, Content] = {}
        for row in rows:
            self.ids[ItemKey(kind, row.key)] = row.id
            contents[row.key] = by_id[row.id] = _content(row, "key", "id")
        owner = "source" if kind == "voice" else kind
        if owner in IDENTIFIED:
            self._add_lists(by_id, "identifiers", IDENTIFIERS.format(owner=owner))
        if owner == "source":
            self._add_lists(by_id, "actors", CREDITS)
        return contents

    def _add_lists(self, contents: dict[int, Content], field: str, query: str) -> None:
        """Add what a query returns after the id to a list of each content."""
        for content in contents.values():
            content[field] = []
        for id, *values in rows_in(self.connection, query, list(contents)):
            contents[id][field].append(values[:-1] if values[-1] is None else values)

    def _read_citations(self) -> None:
        spans: dict[str, list[list[int]]] = defaultdict(list)
        for key, id, document, *span in self._rows(
            """
            select
              sources.key, sources.id, sources.document_id, citations.passage,
              citations.start_offset, citations.end_offset
            from citations
            join sources on sources.id = citations.source_id
            where citations.document_id = :document
            order by sources.key, citations.n
            """
        ):
            self._note_source(key, id, document)
            spans[key].append(span)
        for key in spans:
            self.items[ItemKey("citation", key)] = {"spans": spans[key]}

    def _read_chains(self) -> None:
        rows = self._rows(
            """
            select
              attributions.id, attributions.parent_id, sources.key,
              attributions.source_id, sources.document_id
            from attributions
            join sources on sources.id = attributions.source_id
            where attributions.document_id = :document
            """
        )
        by_id = {row.id: row for row in rows}
        for row in rows:
            chain: list[ItemKey] = []
            step = row
            while step.parent_id is not None:
                chain.insert(0, self._note_source(step.key, step.source_id, step.document_id))
                step = by_id[step.parent_id]
            self.chains[tuple(chain)] = row.id

    def _note_source(self, key: str, id: int, document: int | None) -> ItemKey:
        """Note what a key means in this document; a voice belongs to a document."""
        item = ItemKey("source" if document is None else "voice", key)
        self.sources[key] = item
        self.ids[item] = id
        return item

    def _read_facts(self) -> None:
        facts: dict[int, Content] = {}
        for kind in FactKind:
            query = contents(kind).where(TABLE["facts"].c.document_id == self.document_id)
            for row in self._rows(query):
                content = _content(row, "key", "id", *(() if row.draft else ("draft",)))
                if kind in ROLES_OF:
                    content["participants"] = []
                content["evidence"] = []
                self.ids[ItemKey(kind, row.key)] = row.id
                self.items[ItemKey(kind, row.key)] = facts[row.id] = content
        for fact, *participant in self._rows(
            """
            select
              participants.fact_id, actors.key, participants.role,
              participants.count_words, participants.count_least, participants.count_most
            from facts
            join participants on participants.fact_id = facts.id
            join actors on actors.id = participants.actor_id
            where facts.document_id = :document
            order by participants.role, participants.n
            """
        ):
            facts[fact]["participants"].append(participant)
        self._read_evidence(facts)

    def _read_evidence(self, facts: dict[int, Content]) -> None:
        through = {id: [source.key for source in chain] for chain, id in self.chains.items()}
        spans: dict[int, list[list[int]]] = {}
        for row in self._rows(
            """
            select
              evidence.id, evidence.fact_id, evidence.attribution_id, evidence.modality,
              evidence.certainty, evidence.stance, evidence.hedge, evidence.date,
              evidence.date_words as words, facts.key, documents.key as document
            from evidence
            join facts on facts.id = evidence.fact_id
            join sources as documents on documents.id = facts.document_id
            where evidence.document_id = :document
            order by evidence.fact_id, evidence.n
            """
        ):
            if row.fact_id not in facts:
                item = ItemKey("elsewhere", f"{row.document}:{row.key}")
                self.ids[item] = row.fact_id
                self.items[item] = facts[row.fact_id] = {"evidence": []}
            spans[row.id] = []
            facts[row.fact_id]["evidence"].append(
                {
                    **_content(row, "id", "fact_id", "attribution_id", "key", "document"),
                    "through": through[row.attribution_id],
                    "spans": spans[row.id],
                }
            )
        for evidence, *span in self._rows(
            """
            select evidence_id, passage, start_offset, end_offset
            from spans
            where document_id = :document
            order by evidence_id, n
            """
        ):
            spans[evidence].append(span)


def _content(row: Any, *without: str) -> Content:
    return {field: value for field, value in row._mapping.items() if field not in without}
