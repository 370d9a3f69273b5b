"""Writes invented rows straight into the tables of a sourcebook, without a coding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, event, insert, select

from database.derived.refresh import recompute
from schema.edtf import Edtf
from schema.facts import TABLE_OF
from schema.models import METADATA
from schema.vocabulary import FactKind

HASH = "0" * 64
PASSAGE_LENGTH = 1_000
"""The length that every passage claims to have."""


def derive(connection: Connection) -> None:
    """Compute the derived tables, as the last thing in a transaction that filled the others."""
    for _ in recompute(connection, write=True):
        pass


class SourcebookBuilder:
    """Fills a sourcebook; rows refer to one another by key, as in a coding."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        if not event.contains(connection, "commit", derive):
            event.listen(connection, "commit", derive)
        self.ids: dict[tuple[str, str], int] = {}
        self.counts: dict[tuple[int, int], int] = {}

    def row(self, table: str, **values: Any) -> int:
        """Insert a row; return its id, or 0 if it has none."""
        done = self.connection.execute(insert(METADATA.tables[table]).values(**values))
        key = done.inserted_primary_key
        return int(key[0]) if key is not None and isinstance(key[0], int) else 0

    def keyed_row(self, what: str, key: str, table: str, /, **values: Any) -> int:
        """Insert a row that others can refer to by this key; return its id."""
        self.ids[what, key] = self.row(table, key=key, **values)
        return self.ids[what, key]

    def date(self, text: str | None) -> str | None:
        """Add a date to the dates unless it is there; return it."""
        dates = METADATA.tables["dates"]
        if (
            text is None
            or self.connection.execute(select(dates.c.edtf).where(dates.c.edtf == text)).first()
        ):
            return text
        date = Edtf.parse(text)
        self.row(
            "dates",
            edtf=text,
            earliest=date.earliest,
            latest=date.latest,
            precision=date.precision,
            qualifier=date.qualifier,
            first_day=date.first_day,
            last_day=date.last_day,
        )
        return text

    def actor(self, key: str, name: str, kind: str = "state") -> None:
        """Add an actor."""
        self.keyed_row("actor", key, "actors", name=name, kind=kind)

    def document(self, key: str, title: str, passages: int) -> None:
        """Add a document with its passages, its coding and the root of its chains."""
        actual = self.keyed_row(
            "source", key, "sources", title=title, kind="article", anonymity="named"
        )
        for n in range(1, passages + 1):
            self.row("passages", document_id=actual, n=n, length=PASSAGE_LENGTH, hash=HASH)
        self.row(
            "codings", document_id=actual, file=f"{key}.yaml", hash=HASH, coder="nobody", format=1
        )
        self.ids["voice", key] = self.row("attributions", document_id=actual, source_id=actual)

    def source(
        self, key: str, title: str, kind: str = "press-report", unnamed_in: str | None = None
    ) -> None:
        """Add a source that is not a document."""
        self.keyed_row(
            "source",
            key,
            "sources",
            title=title,
            kind=kind,
            anonymity="unnamed" if unnamed_in else "named",
            document_id=self.ids["source", unnamed_in] if unnamed_in else None,
        )

    def chain(self, *sources: str) -> None:
        """Add a voice with the key "a>b>c": the document first, then who relays whom."""
        self.ids["voice", ">".join(sources)] = self.row(
            "attributions",
            document_id=self.ids["source", sources[0]],
            parent_id=self.ids["voice", ">".join(sources[:-1])],
            source_id=self.ids["source", sources[-1]],
        )

    def cites(self, document: str, source: str, *passages: int) -> None:
        """Let a document cite a source at these passages; no fact rests on it."""
        for n, passage in enumerate(passages, 1):
            self.row(
                "citations",
                source_id=self.ids["source", source],
                document_id=self.ids["source", document],
                n=n,
                passage=passage,
                start_offset=0,
                end_offset=9,
            )

    def fact(
        self,
        kind: FactKind,
        key: str,
        evidence: Iterable[Mapping[str, Any]],
        roles: Mapping[str, Iterable[str]] | None = None,
        **columns: Any,
    ) -> None:
        """Add a fact with its own columns, its participants and its evidence.

        Each piece of evidence is a mapping of `voice`, `at` (places: passage and first character)
        and columns of evidence; the first one's document introduces the fact.
        """
        pieces = [dict(piece) for piece in evidence]
        documents = [self._document(piece["voice"]) for piece in pieces]
        actual = self.keyed_row("fact", key, "facts", kind=kind, document_id=documents[0])
        self.row(TABLE_OF[kind], id=actual, **columns)
        for role, actors in (roles or {}).items():
            for n, actor in enumerate(actors, start=1):
                who = self.ids["actor", actor]
                self.row("participants", fact_id=actual, actor_id=who, role=role, kind=kind, n=n)
        for piece, document in zip(pieces, documents, strict=True):
            self._evidence(actual, document, **piece)

    def _document(self, voice: str) -> int:
        return self.ids["source", voice.partition(">")[0]]

    def _evidence(
        self,
        fact: int,
        document: int,
        voice: str,
        at: Iterable[tuple[int, int]],
        modality: str = "actual",
        certainty: str = "asserted",
        date: str | None = None,
        **columns: Any,
    ) -> None:
        self.counts[fact, document] = n = self.counts.get((fact, document), 0) + 1
        piece = self.row(
            "evidence",
            fact_id=fact,
            document_id=document,
            n=n,
            attribution_id=self.ids["voice", voice],
            modality=modality,
            certainty=certainty,
            date=self.date(date),
            **columns,
        )
        for number, (passage, start) in enumerate(at, 1):
            self.row(
                "spans",
                evidence_id=piece,
                n=number,
                document_id=document,
                passage=passage,
                start_offset=start,
                end_offset=start + 5,
            )

    def event(
        self,
        key: str,
        title: str,
        *evidence: Mapping[str, Any],
        date: str | None = None,
        modality: str = "actual",
        place: str | None = None,
        event_type: str | None = None,
        **roles: Iterable[str],
    ) -> None:
        """Add an event; participants are given by role."""
        self.fact(
            FactKind.EVENT,
            key,
            evidence,
            roles,
            title=title,
            date=self.date(date),
            modality=modality,
            place_id=self.ids["place", place] if place else None,
            event_type=event_type,
        )

    def quote(
        self,
        key: str,
        *evidence: Mapping[str, Any],
        text: str | None = None,
        says: str | None = None,
        directness: str = "indirect",
        date: str | None = None,
        **roles: Iterable[str],
    ) -> None:
        """Add an utterance."""
        self.fact(
            FactKind.QUOTE,
            key,
            evidence,
            roles,
            text=text,
            says=says,
            directness=directness,
            marks="complete" if text else "none",
            date=self.date(date),
        )

    def name(
        self, actor: str, name: str, evidence: Mapping[str, Any], name_kind: str = "name"
    ) -> None:
        """Add a name of an actor that the text uses."""
        self.fact(
            FactKind.NAME,
            f"{actor}:{name}",
            [evidence],
            actor_id=self.ids["actor", actor],
            name=name,
            name_kind=name_kind,
        )


def islands(connection: Connection) -> None:
    """Add two articles on two island states: each case that a report must distinguish, once."""
    book = SourcebookBuilder(connection)
    book.actor("alma", "Alma")
    book.actor("brim", "Brim")
    book.actor("zoe", "Zoë Ångström", "person")
    book.actor("envoy", "an envoy", "unnamed")
    book.actor("0042", "O'Hara; drop table actors; --", "person")
    book.actor("idle", "The Idle", "organisation")
    book.keyed_row("place", "port", "places", name="the Old Port", kind="site")
    book.document("gazette", "The Gazette", 3)
    book.document("bulletin", "The Bulletin", 9)
    book.source("wire", "Wire report")
    book.source("envoys", "an unnamed envoy", "remarks", unnamed_in="bulletin")
    book.source("atlas", "An Atlas", "book")
    book.chain("bulletin", "wire")
    book.chain("bulletin", "wire", "envoys")
    book.chain("bulletin", "envoys")
    book.cites("bulletin", "atlas", 8, 3)

    def evidence(*at: tuple[int, int], voice: str = "bulletin", **columns: Any) -> dict[str, Any]:
        return {"voice": voice, "at": at, **columns}

    book.name("alma", "Alma", evidence((1, 0)))
    book.name("alma", "the Almans", evidence((2, 0)), "description")
    book.name("alma", "the Palace", evidence((2, 9)), "metonym")
    book.name("alma", "Alma", evidence((1, 0), voice="gazette"), "short")
    book.name("brim", "the Palace", evidence((3, 0)), "metonym")
    book.name("brim", "Brim 100%_", evidence((3, 9)))
    book.name("zoe", "Ångström", evidence((4, 0)), "short")

    book.event(
        "landing",
        "Alma lands in the port of Brim",
        evidence((2, 40), (6, 0), date_words="on Monday"),
        evidence((1, 30), voice="gazette", certainty="reported", date_words="3 February"),
        evidence((7, 0), voice="bulletin>wire", certainty="alleged", modality="possible"),
        date="2020-02-03",
        place="port",
        event_type="assault",
        doer=["alma"],
        receiver=["brim"],
        concerned=["0042"],
    )
    book.event("storm", "A storm", evidence((2, 10)), date="2020-02-03", doer=["brim", "alma"])
    book.event(
        "peace", "Peace", evidence((9, 0)), date="2020-02", modality="expected", doer=["brim"]
    )
    book.event(
        "siege", "A siege", evidence((5, 0)), date="2019-11/..", doer=["alma"], host=["alma"]
    )
    book.event("vow", "A vow", evidence((5, 5)), date="[..2020-03-10]", doer=["brim"])
    book.event("feast", "A feast", evidence((9, 9)), date="XXXX-12-25", doer=["brim"])
    book.event("dream", "A dream", evidence((1, 5)), modality="hypothetical", doer=["zoe"])
    book.event("nobody's", "Rain", evidence((1, 3)), modality="denied")
    book.quote(
        "speech",
        evidence((4, 20), (4, 60), date_words="two days later"),
        text='We "came", … and we stay; 100%',
        directness="direct",
        date="2020-02-05",
        speaker=["zoe", "alma"],
        subject=["brim"],
    )
    book.quote(
        "murmur",
        evidence((8, 0), voice="bulletin>wire>envoys", certainty="alleged"),
        evidence((8, 50), voice="bulletin>envoys", certainty="alleged", modality="denied"),
        says="Brim will yield.",
        speaker=["envoy"],
        addressee=["brim"],
        subject=["alma", "zoe"],
    )
    book.quote(
        "claim",
        evidence((2, 70), voice="bulletin>wire", certainty="reported"),
        text="never",
        says="Brim never yields.",
        directness="partial",
        date="2020",
        speaker=["brim"],
        subject=["brim"],
    )
