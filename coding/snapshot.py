"""What a database holds for one document, as the items by key that a coding has.

Only reads. One query per table, each using the index on the document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, text

from coding.items import SHARED, Content, ItemKey, Items
from database.errors import DatabaseError
from database.location import name_of

INTRODUCED = {
    "actor": """
        select actors.key, actors.id, actors.name, actors.kind, actors.background
        from actors
    """,
    "place": """
        select places.key, places.id, places.name, places.kind, larger.key as within
        from places
        left join places as larger on larger.id = places.within_id
    """,
    "topic": """
        select topics.key, topics.id, topics.label
        from topics
    """,
    "source": """
        select
          sources.key, sources.id, sources.title, sources.kind, sources.anonymity,
          sources.published, sources.url, sources.language
        from sources
    """,
}

FACTS = {
    "event": """
        select
          facts.key, facts.id, events.title, events.summary, events.event_type, events.modality,
          events.date, places.key as place
        from facts
        join events on events.id = facts.id
        left join places on places.id = events.place_id
        where facts.document_id = :document
    """,
    "link": """
        select
          facts.key, facts.id, origins.key as "from", origins.document_id as from_document,
          event_links.type, targets.key as "to", targets.document_id as to_document,
          event_links.lag
        from facts
        join event_links on event_links.id = facts.id
        join facts as origins on origins.id = event_links.from_event_id
        join facts as targets on targets.id = event_links.to_event_id
        where facts.document_id = :document
    """,
    "quote": """
        select
          facts.key, facts.id, quotes.text, quotes.says, quotes.directness, quotes.marks,
          quotes.date, occasions.key as occasion, occasions.document_id as occasion_document
        from facts
        join quotes on quotes.id = facts.id
        left join facts as occasions on occasions.id = quotes.occasion_id
        where facts.document_id = :document
    """,
    "position": """
        select
          facts.key, facts.id, topics.key as topic, positions.position_kind, positions.statement
        from facts
        join positions on positions.id = facts.id
        join topics on topics.id = positions.topic_id
        where facts.document_id = :document
    """,
    "relation": """
        select
          facts.key, facts.id, origins.key as "from", relations.type, targets.key as "to",
          relations.what, topics.key as topic, relations.since, relations.until
        from facts
        join relations on relations.id = facts.id
        join actors as origins on origins.id = relations.from_actor_id
        join actors as targets on targets.id = relations.to_actor_id
        left join topics on topics.id = relations.topic_id
        where facts.document_id = :document
    """,
    "name": """
        select
          facts.key, facts.id, actors.key as actor, actor_names.name, actor_names.name_kind
        from facts
        join actor_names on actor_names.id = facts.id
        join actors on actors.id = actor_names.actor_id
        where facts.document_id = :document
    """,
}


Chain = tuple[ItemKey, ...]
"""The sources that something came through: `source` is shared, `voice` the document's own."""


class Introducer(NamedTuple):
    """A coding that introduces a shared row."""

    document: str
    file: str


class Snapshot:
    """A document as the database has it: its items, and the ids of what it may refer to."""

    def __init__(self, connection: Connection, document: str) -> None:
        """Read a document; there is nothing to read if it was never loaded."""
        self._connection = connection
        self.document = document
        self.items: Items = {}
        self.ids: dict[ItemKey, int] = {}
        self.chains: dict[Chain, int] = {}
        self.sources: dict[str, ItemKey] = {}
        """What the keys in its chains and citations mean."""
        self.file: str | None = None
        self.hash: str | None = None
        self.document_id: int | None = connection.execute(
            text("select id from sources where key = :key and document_id is null"),
            {"key": document},
        ).scalar()
        self._keys: dict[int, str] = {}
        if self.document_id is not None:
            try:
                self._read(document, self.document_id)
            except KeyError as error:
                # Somebody deleted rows while foreign keys were off.
                name = name_of(connection.engine.url)
                raise DatabaseError(
                    f"{name}: holds rows of {document} that point to rows that are gone; restore "
                    "the file, or load its codings into a new one"
                ) from error

    def shared(self, kind: str, keys: Sequence[str]) -> dict[str, Content]:
        """Return shared rows by key, whoever introduced them, and note their ids."""
        if not keys:
            return {}
        where = f"where {kind}s.key in :keys" + (
            " and sources.document_id is null" if kind == "source" else ""
        )
        query = text(f"{INTRODUCED[kind]} {where}").bindparams(bindparam("keys", expanding=True))
        return self._shared_rows(kind, self._rows(query, keys=list(keys)))

    def introduced_elsewhere(self, kind: str, ids: Sequence[int]) -> set[int]:
        """Return which of these shared rows another document's coding introduces."""
        if not ids:
            return set()
        query = text(
            f"""
            select {kind}s.id
            from {kind}s
            where {kind}s.id in :ids
            and exists (
              select 1
              from introductions
              where introductions.{kind}_id = {kind}s.id
              and introductions.document_id <> :document
            )
            """  # noqa: S608 - the kind is one of ours
        ).bindparams(bindparam("ids", expanding=True))
        parameters = {"ids": list(ids), "document": self.document_id or 0}
        return set(self._connection.execute(query, parameters).scalars())

    def introducers(self, kind: str, ids: Sequence[int]) -> dict[int, list[Introducer]]:
        """Return the other codings that introduce these shared rows; of an owned row, its owner.

        A popular row has hundreds: ask only where their names matter.
        """
        introducers: dict[int, list[Introducer]] = defaultdict(list)
        if not ids:
            return introducers
        owners = """
            and (
              introductions.source_id in (introductions.document_id, :document)
              or not exists (
                select 1 from codings where codings.document_id = introductions.source_id
              )
            )
        """
        query = text(
            f"""
            select introductions.{kind}_id, documents.key, codings.file
            from introductions
            join codings on codings.document_id = introductions.document_id
            join sources as documents on documents.id = introductions.document_id
            where introductions.{kind}_id in :ids
            and introductions.document_id <> :document
            {owners if kind == "source" else ""}
            order by documents.key
            """  # noqa: S608 - the kind is one of ours
        ).bindparams(bindparam("ids", expanding=True))
        for number, key, file in self._connection.execute(
            query, {"ids": list(ids), "document": self.document_id or 0}
        ):
            introducers[number].append(Introducer(key, file))
        return introducers

    def _rows(self, query: Any, **parameters: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.execute(query, parameters).mappings()]

    def _read(self, document: str, number: int) -> None:
        coding = self._connection.execute(
            text("select file, hash, coder, format from codings where document_id = :document"),
            {"document": number},
        ).first()
        if coding is None:
            return
        self.file, self.hash = coding.file, coding.hash
        self.items[ItemKey("coding", document)] = {"coder": coding.coder, "format": coding.format}
        for row in self._rows(
            text("select n, section, length, hash from passages where document_id = :document"),
            document=number,
        ):
            self.items[ItemKey("passage", str(row.pop("n")))] = row
        for kind in SHARED:
            joined = (
                f"{INTRODUCED[kind]} join introductions on introductions.{kind}_id = {kind}s.id"
                " where introductions.document_id = :document"
            )
            rows = self._rows(text(joined), document=number)
            for key, content in self._shared_rows(kind, rows).items():
                self.items[ItemKey(kind, key)] = content
        self._read_voices(number)
        self._read_chains()
        self._read_facts(number)

    def _shared_rows(self, kind: str, rows: list[Content]) -> dict[str, Content]:
        """Note ids; add the authors, publishers and voices of sources."""
        contents: dict[str, Content] = {}
        numbers: dict[int, str] = {}
        for row in rows:
            key, number = row.pop("key"), row.pop("id")
            self.ids[ItemKey(kind, key)] = number
            numbers[number] = key
            contents[key] = row
        if kind in ("source", "voice") and numbers:
            for content in contents.values():
                content["actors"] = []
            query = text(
                """
                select source_actors.source_id, source_actors.role, actors.key
                from source_actors
                join actors on actors.id = source_actors.actor_id
                where source_actors.source_id in :ids
                order by source_actors.role, actors.key
                """
            ).bindparams(bindparam("ids", expanding=True))
            for source, role, actor in self._connection.execute(query, {"ids": list(numbers)}):
                contents[numbers[source]]["actors"].append([role, actor])
        return contents

    def _read_voices(self, number: int) -> None:
        rows = self._rows(
            text(f"{INTRODUCED['source']} where sources.document_id = :document"), document=number
        )
        for key, content in self._shared_rows("voice", rows).items():
            self.items[ItemKey("voice", key)] = content
        citations: dict[str, list[list[int]]] = defaultdict(list)
        for row in self._rows(
            text(
                """
                select
                  sources.key, sources.id, sources.document_id, citations.passage,
                  citations.start_offset, citations.end_offset
                from citations
                join sources on sources.id = citations.source_id
                where citations.document_id = :document
                order by sources.key, citations.n
                """
            ),
            document=number,
        ):
            self._note_source(row["key"], row["id"], row["document_id"])
            citations[row["key"]].append([row["passage"], row["start_offset"], row["end_offset"]])
        for key, spans in citations.items():
            self.items[ItemKey("citation", key)] = {"spans": spans}

    def _read_chains(self) -> None:
        rows = self._connection.execute(
            text(
                """
                select
                  attributions.id, attributions.parent_id, sources.key,
                  attributions.source_id, sources.document_id
                from attributions
                join sources on sources.id = attributions.source_id
                where attributions.document_id = :document
                """
            ),
            {"document": self.document_id},
        ).all()
        inner = {row.id: row for row in rows}
        for row in rows:
            chain: list[ItemKey] = []
            step = row
            while step.parent_id is not None:
                chain.insert(0, self._note_source(step.key, step.source_id, step.document_id))
                step = inner[step.parent_id]
            self.chains[tuple(chain)] = row.id

    def _note_source(self, key: str, number: int, document: int | None) -> ItemKey:
        """Note what a key means in this document; a voice belongs to a document."""
        name = ItemKey("source" if document is None else "voice", key)
        self.sources[key] = name
        self.ids[name] = number
        return name

    def _read_facts(self, number: int) -> None:
        by_id: dict[int, Content] = {}
        for kind, query in FACTS.items():
            for row in self._rows(text(query), document=number):
                key, fact = row.pop("key"), row.pop("id")
                for field in ("from", "to", "occasion"):
                    home = row.pop(f"{field}_document", number)
                    if home is not None and home != number:
                        row[field] = f"{self._document_key(home)}:{row[field]}"
                if kind in ("event", "quote", "position"):
                    row["participants"] = []
                row["evidence"] = []
                self.ids[ItemKey(kind, key)] = fact
                self.items[ItemKey(kind, key)] = by_id[fact] = row
        for participant in self._connection.execute(
            text(
                """
                select
                  participants.fact_id, actors.key, participants.role,
                  participants.count_words, participants.count_least, participants.count_most
                from facts
                join participants on participants.fact_id = facts.id
                join actors on actors.id = participants.actor_id
                where facts.document_id = :document
                order by actors.key, participants.role
                """
            ),
            {"document": number},
        ):
            by_id[participant[0]]["participants"].append(list(participant[1:]))
        self._read_evidence(number, by_id)

    def _read_evidence(self, number: int, by_id: dict[int, Content]) -> None:
        chains = {
            attribution: [source.key for source in chain]
            for chain, attribution in self.chains.items()
        }
        of_evidence: dict[int, list[list[int]]] = {}
        rows = self._connection.execute(
            text(
                """
                select
                  evidence.id, evidence.fact_id, evidence.attribution_id, evidence.modality,
                  evidence.certainty, evidence.stance, evidence.hedge, evidence.date,
                  evidence.date_words, facts.key, facts.document_id
                from evidence
                join facts on facts.id = evidence.fact_id
                where evidence.document_id = :document
                order by evidence.fact_id, evidence.n
                """
            ),
            {"document": number},
        )
        for row in rows:
            fact = by_id.get(row.fact_id)
            if fact is None:
                key = f"{self._document_key(row.document_id)}:{row.key}"
                self.ids[ItemKey("elsewhere", key)] = row.fact_id
                fact = by_id[row.fact_id] = {"evidence": []}
                self.items[ItemKey("elsewhere", key)] = fact
            of_evidence[row.id] = []
            fact["evidence"].append(
                {
                    "through": chains[row.attribution_id],
                    "modality": row.modality,
                    "certainty": row.certainty,
                    "stance": row.stance,
                    "hedge": row.hedge,
                    "date": row.date,
                    "words": row.date_words,
                    "spans": of_evidence[row.id],
                }
            )
        for row in self._connection.execute(
            text(
                """
                select evidence_id, passage, start_offset, end_offset
                from spans
                where document_id = :document
                order by evidence_id, n
                """
            ),
            {"document": number},
        ):
            of_evidence[row.evidence_id].append([row.passage, row.start_offset, row.end_offset])

    def _document_key(self, number: int) -> str:
        if number not in self._keys:
            self._keys[number] = str(
                self._connection.execute(
                    text("select key from sources where id = :id"), {"id": number}
                ).scalar_one()
            )
        return self._keys[number]
