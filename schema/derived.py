"""Derived tables: facts, chains and passages made ready to read.

Every row follows from the normalised tables, which remain the truth. `load` keeps these tables up
to date for the facts that it touched, `migrate` recomputes them (database/derived/). No content
hash covers them.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import BIGINT, Base, one_of
from schema.vocabulary import Anonymity, FactKind, Modality, Unnamed

DERIVED = {"derived": True}
"""Marks a table as derived, in its `info`."""

IN_THE_KEY = {"sqlite_with_rowid": False}
"""Lets SQLite keep the rows of a table in its compound key, instead of the key twice."""


class FactSummary(Base):
    """One row for each fact: what it says, who takes part, and what vouches for it.

    Lists in a cell join their values by "; ". Names of places and topics, and bounds of dates, come
    by join.
    """

    __tablename__ = "fact_summaries"
    __table_args__ = (
        one_of("kind", FactKind),
        one_of("settled", Modality),
        one_of("unnamed", Unnamed),
        CheckConstraint("attribution_id is null or chain is null", name="one_chain_or_several"),
        {"comment": "derived: each fact in a sentence, with its evidence", "info": DERIVED},
    )

    fact_id: Mapped[int] = mapped_column(
        ForeignKey("facts.id", ondelete="cascade"), primary_key=True, comment="the fact"
    )
    kind: Mapped[str] = mapped_column(
        comment="event, quote, position, relation, link, name, event-name or control"
    )
    key: Mapped[str] = mapped_column(comment="its key, unique in the document that introduced it")
    introduced_by: Mapped[str] = mapped_column(comment="key of the document that introduced it")
    sentence: Mapped[str] = mapped_column(
        comment="the fact as a sentence that can be quoted alone: with its subject, and with its "
        "standing in front"
    )
    standing: Mapped[str | None] = mapped_column(
        comment="the words in front of the sentence (Alleged, Did not happen, …); null: stated or "
        "reported as a fact"
    )
    statement: Mapped[str] = mapped_column(
        comment="the same without its standing: title of an event, position without its holder, …; "
        "does not show whether it is so"
    )
    settled: Mapped[str | None] = mapped_column(
        comment="modality of an event as the coder settled it; of other facts, that of their "
        "first evidence"
    )
    modality: Mapped[str | None] = mapped_column(comment="modalities of its evidence")
    certainty: Mapped[str | None] = mapped_column(comment="certainties of its evidence")
    hedge: Mapped[str | None] = mapped_column(comment="the words that hedge it, verbatim")
    words: Mapped[str | None] = mapped_column(comment="the words of its date, verbatim")
    who: Mapped[str | None] = mapped_column(
        comment="headings of all who take part in an event or quote, doers or speakers first"
    )
    speaker: Mapped[str | None] = mapped_column(comment="headings of the speakers of a quote")
    addressee: Mapped[str | None] = mapped_column(comment="headings of those it is addressed to")
    about: Mapped[str | None] = mapped_column(comment="headings of those a quote is about")
    holder: Mapped[str | None] = mapped_column(comment="headings of the holders of a position")
    object: Mapped[str | None] = mapped_column(comment="headings of those a position is about")
    attribution_id: Mapped[int | None] = mapped_column(
        ForeignKey("attributions.id", ondelete="set null"),
        index=True,
        comment="the chain of voices it came through; null: several, or no evidence",
    )
    chain: Mapped[str | None] = mapped_column(
        comment='its chains of voices, joined by " | ", where there are several'
    )
    source: Mapped[str | None] = mapped_column(comment="keys of the documents that state it")
    passage: Mapped[str | None] = mapped_column(
        comment="where: ¶n, after the key of the document if several documents state it"
    )
    document: Mapped[str | None] = mapped_column(
        comment="key of the first document that states it, by key: for sorting"
    )
    paragraph: Mapped[int | None] = mapped_column(
        comment="number of its first passage there: for sorting"
    )
    start: Mapped[int | None] = mapped_column(
        comment="first character of its evidence in that passage, from 0: for sorting"
    )
    unnamed: Mapped[str | None] = mapped_column(
        comment="whether all, some or none of its evidence comes through an unnamed voice"
    )


class EvidenceCount(Base):
    """What vouches for each fact, in figures; equal ties count as one.

    Ties of one type between the same actors are equal, unless a key of its own sets one apart from
    others in its document. The first of them has the figures; the others only refer to it, so that
    sums count nothing twice.
    """

    __tablename__ = "evidence_counts"
    __table_args__ = (
        {"comment": "derived: what vouches for each fact, in figures", "info": DERIVED},
    )

    fact_id: Mapped[int] = mapped_column(
        ForeignKey("facts.id", ondelete="cascade"), primary_key=True, comment="the fact"
    )
    counted_as_id: Mapped[int | None] = mapped_column(
        ForeignKey("facts.id", ondelete="set null"),
        index=True,
        comment="the fact it is counted as: of equal ties the first, by document and key; "
        "otherwise itself",
    )
    pieces: Mapped[int | None] = mapped_column(
        comment="pieces of evidence, of equal ties together; null, as all that follows: counted "
        "with another"
    )
    documents: Mapped[int | None] = mapped_column(comment="documents that state it")
    relayed: Mapped[int | None] = mapped_column(
        comment="pieces of evidence that a document has from another voice"
    )
    origins: Mapped[int | None] = mapped_column(
        comment="different sources at the inner ends of its chains, the documents included"
    )
    named_origins: Mapped[int | None] = mapped_column(comment="how many of these origins are named")
    origin_id: Mapped[int | None] = mapped_column(
        ForeignKey("sources.id", ondelete="set null"),
        index=True,
        comment="its origin, if it has just one",
    )


class AttributionChain(Base):
    """One row for each voice in a chain, with the way from it to the document."""

    __tablename__ = "attribution_chains"
    __table_args__ = (
        one_of("anonymity", Anonymity),
        {"comment": "derived: chains of voices, in words", "info": DERIVED},
    )

    attribution_id: Mapped[int] = mapped_column(
        ForeignKey("attributions.id", ondelete="cascade"),
        primary_key=True,
        comment="the voice in its chain",
    )
    depth: Mapped[int] = mapped_column(comment="voices between it and the document; 0: the latter")
    chain: Mapped[str] = mapped_column(
        comment="titles from this voice to the document, innermost first"
    )
    anonymity: Mapped[str] = mapped_column(
        comment="named, if all voices in the chain are; otherwise unnamed or voiceless"
    )
    passage: Mapped[str | None] = mapped_column(
        comment="where the document draws on it, or on voices that it relays: ¶n"
    )


class AttributionAncestor(Base):
    """Which voice is in whose chain: the closure, so that no query needs recursion."""

    __tablename__ = "attribution_ancestors"
    __table_args__ = (
        Index("ix_attribution_ancestors_ancestor_id", "ancestor_id"),
        {"comment": "derived: which voice came through which", "info": DERIVED},
    )

    attribution_id: Mapped[int] = mapped_column(
        ForeignKey("attributions.id", ondelete="cascade"), primary_key=True, comment="the voice"
    )
    ancestor_id: Mapped[int] = mapped_column(
        ForeignKey("attributions.id", ondelete="cascade"),
        primary_key=True,
        comment="itself, or a voice that it came through",
    )
    distance: Mapped[int] = mapped_column(comment="steps between the two; 0: itself")


class EvidencePassage(Base):
    """Where each piece of evidence is, in one line."""

    __tablename__ = "evidence_passages"
    __table_args__ = ({"comment": "derived: where each piece of evidence is", "info": DERIVED},)

    evidence_id: Mapped[int] = mapped_column(
        ForeignKey("evidence.id", ondelete="cascade"), primary_key=True, comment="the evidence"
    )
    passage: Mapped[str] = mapped_column(comment="its passages in the order of its words: ¶3; ¶4")
    paragraph: Mapped[int] = mapped_column(comment="number of the passage of its first words")
    start: Mapped[int] = mapped_column(comment="first character of these words, from 0")


class FactPassage(Base):
    """Which passage is evidence for which fact."""

    __tablename__ = "fact_passages"
    __table_args__ = (
        ForeignKeyConstraint(
            ["document_id", "passage"],
            ["passages.document_id", "passages.n"],
            ondelete="cascade",
        ),
        Index("ix_fact_passages_fact_id", "fact_id"),
        {
            "comment": "derived: which passage is evidence for which fact",
            "info": DERIVED,
            **IN_THE_KEY,
        },
    )

    document_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id"), primary_key=True, comment="the document"
    )
    passage: Mapped[int] = mapped_column(primary_key=True, comment="number of the passage: ¶")
    fact_id: Mapped[int] = mapped_column(
        ForeignKey("facts.id", ondelete="cascade"), primary_key=True, comment="the fact"
    )
    start: Mapped[int] = mapped_column(
        comment="first character in the passage that is evidence for it, from 0"
    )
    pieces: Mapped[int] = mapped_column(comment="pieces of evidence for it there")


class PassageCoverage(Base):
    """How much of each passage is evidence for something."""

    __tablename__ = "passage_coverage"
    __table_args__ = (
        ForeignKeyConstraint(
            ["document_id", "passage"],
            ["passages.document_id", "passages.n"],
            ondelete="cascade",
        ),
        {
            "comment": "derived: how much of each passage is evidence",
            "info": DERIVED,
            **IN_THE_KEY,
        },
    )

    document_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id"), primary_key=True, comment="the document"
    )
    passage: Mapped[int] = mapped_column(primary_key=True, comment="number of the passage: ¶")
    characters: Mapped[int] = mapped_column(comment="characters that are evidence for some fact")
    facts: Mapped[int] = mapped_column(comment="facts that have evidence there")


class CitationPassage(Base):
    """Where a document points to a source without resting a fact on it, in one line."""

    __tablename__ = "citation_passages"
    __table_args__ = (
        Index("ix_citation_passages_source_id", "source_id"),
        {"comment": "derived: where documents point to sources", "info": DERIVED},
    )

    document_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id", ondelete="cascade"),
        primary_key=True,
        comment="the document that points",
    )
    source_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id", ondelete="cascade"),
        primary_key=True,
        comment="the source that it points to",
    )
    passage: Mapped[str] = mapped_column(comment="where: ¶n")


class ActorSummary(Base):
    """An actor with all names; actors without names have no row."""

    __tablename__ = "actor_summaries"
    __table_args__ = ({"comment": "derived: actors with all their names", "info": DERIVED},)

    actor_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id", ondelete="cascade"), primary_key=True, comment="the actor"
    )
    names: Mapped[str] = mapped_column(
        comment="every name that the texts use: in full, then short ones, then others"
    )


class Membership(Base):
    """Who acts for whom, directly or through others.

    Follows ties whose type makes one actor act for another, if they are stated as actual. A path
    visits no actor twice and has at most six ties. Of two paths between the same actors the longer
    one is left out if the other covers its time, and is at least as well established; a path
    without dates covers only others without.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("n >= 1 and steps >= 1", name="from_one"),
        {"comment": "derived: who acts for whom, through which ties, and when", "info": DERIVED},
    )

    member_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id", ondelete="cascade"),
        primary_key=True,
        comment="the actor who acts for the other",
    )
    whole_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id", ondelete="cascade"),
        primary_key=True,
        index=True,
        comment="the actor whom it acts for",
    )
    n: Mapped[int] = mapped_column(
        primary_key=True, comment="number of the path, from 1, the shortest first"
    )
    path: Mapped[str] = mapped_column(
        comment='document:key of each tie from the member to the whole, joined by "; "'
    )
    steps: Mapped[int] = mapped_column(comment="how many ties the path has")
    standing: Mapped[str | None] = mapped_column(
        comment="Alleged, Disputed, …: the weakest of its ties; null: all are stated as facts"
    )
    earliest: Mapped[str | None] = mapped_column(
        comment="first day on which all its ties can hold, YYYY-MM-DD; null: open or not stated"
    )
    latest: Mapped[str | None] = mapped_column(
        comment="last day on which all its ties can hold, YYYY-MM-DD; null: open or not stated"
    )
    first_day: Mapped[int | None] = mapped_column(BIGINT, comment="earliest as a day number")
    last_day: Mapped[int | None] = mapped_column(BIGINT, comment="latest as a day number")
