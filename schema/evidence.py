"""What vouches for facts: sources, passages, chains of voices, evidence and its spans."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, Id, not_blank, one_of
from schema.vocabulary import Anonymity, Certainty, Modality, SourceKind, SourceRole, Stance

IDENTIFIED = ("actor", "place", "source")
"""What may have identifiers."""


class Source(Base):
    """Anything that can be cited; a document is a source that has passages.

    A named source has a key shared by all documents, so that an origin is counted once. An
    unnamed or voiceless one belongs to the document that points to it.
    """

    __tablename__ = "sources"
    __table_args__ = (
        one_of("kind", SourceKind),
        one_of("anonymity", Anonymity),
        not_blank("key"),
        not_blank("title"),
        *map(not_blank, ("volume", "issue", "pages")),
        CheckConstraint(
            "(document_id is null) = (anonymity = 'named')", name="unnamed_in_its_document"
        ),
        CheckConstraint("document_id <> id", name="not_its_own_document"),
        Index(
            "uq_sources_key_named",
            "key",
            unique=True,
            sqlite_where=text("document_id is null"),
            postgresql_where=text("document_id is null"),
        ),
        UniqueConstraint("document_id", "key"),
        {"comment": "anything that can be cited: documents, reports, remarks, rumours"},
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(
        comment="key; of a named source shared by all documents, else unique in its document"
    )
    document_id: Mapped[int | None] = mapped_column(
        ForeignKey("sources.id"),
        comment="the document that an unnamed source belongs to; null: named",
    )
    title: Mapped[str] = mapped_column(comment="its title, or what it is in the coder's words")
    kind: Mapped[str] = mapped_column(comment="article, press-report, remarks, hearsay, …")
    anonymity: Mapped[str] = mapped_column(comment="named, unnamed, or voiceless: nobody is meant")
    language: Mapped[str | None] = mapped_column(comment="BCP 47 language tag, of documents")
    published: Mapped[str | None] = mapped_column(
        ForeignKey("dates.edtf"), index=True, comment="date of publication, EDTF"
    )
    url: Mapped[str | None] = mapped_column(comment="web address")
    volume: Mapped[str | None] = mapped_column(comment="volume of the journal that it is in")
    issue: Mapped[str | None] = mapped_column(comment="issue of the journal or newspaper")
    pages: Mapped[str | None] = mapped_column(comment="its pages there, such as 12-34")


class SourceActor(Base):
    """Who wrote, published or speaks through a source; a joint statement has two voices."""

    __tablename__ = "source_actors"
    __table_args__ = (
        one_of("role", SourceRole),
        CheckConstraint("n >= 1", name="from_one"),
        {"comment": "who wrote, published or speaks through a source"},
    )

    source_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id", ondelete="cascade"), primary_key=True, comment="the source"
    )
    actor_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id"), primary_key=True, index=True, comment="the actor"
    )
    role: Mapped[str] = mapped_column(primary_key=True, comment="author, publisher or voice")
    n: Mapped[int] = mapped_column(comment="number in its role, from 1, in the coder's order")


class SourceCredit(Base):
    """Who wrote or published a source, by name alone: not coded as an actor.

    Numbered together with the actors of the same role in source_actors.
    """

    __tablename__ = "source_credits"
    __table_args__ = (
        one_of("role", SourceRole),
        CheckConstraint("n >= 1", name="from_one"),
        not_blank("name"),
        {"comment": "who wrote or published a source and isn't coded as an actor"},
    )

    source_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id", ondelete="cascade"), primary_key=True, comment="the source"
    )
    role: Mapped[str] = mapped_column(primary_key=True, comment="author, publisher or voice")
    n: Mapped[int] = mapped_column(
        primary_key=True,
        comment="number in its role, from 1, in the coder's order; source_actors has the others",
    )
    name: Mapped[str] = mapped_column(comment="the name")


class Identifier(Base):
    """What identifies an actor, place or source elsewhere: in Wikidata, VIAF, a register, as DOI.

    Of the three columns one is filled. Two actors cannot have the same identifier: they are one.
    """

    __tablename__ = "identifiers"
    __table_args__ = (
        CheckConstraint(
            " + ".join(f"case when {owner}_id is null then 0 else 1 end" for owner in IDENTIFIED)
            + " = 1",
            name="exactly_one",
        ),
        not_blank("scheme"),
        not_blank("identifier"),
        *(
            Index(
                f"uq_identifiers_scheme_identifier_{owner}",
                "scheme",
                "identifier",
                unique=True,
                sqlite_where=text(f"{owner}_id is not null"),
                postgresql_where=text(f"{owner}_id is not null"),
            )
            for owner in IDENTIFIED
        ),
        {"comment": "identifiers of actors, places and sources in other catalogues"},
    )

    id: Mapped[Id]
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("actors.id", ondelete="cascade"), index=True, comment="the actor"
    )
    place_id: Mapped[int | None] = mapped_column(
        ForeignKey("places.id", ondelete="cascade"), index=True, comment="the place"
    )
    source_id: Mapped[int | None] = mapped_column(
        ForeignKey("sources.id", ondelete="cascade"), index=True, comment="the source"
    )
    scheme: Mapped[str] = mapped_column(comment="the catalogue: wikidata, viaf, doi, isbn, …")
    identifier: Mapped[str] = mapped_column(comment="the identifier there")


class Passage(Base):
    """The n-th non-empty line of a document: its length and hash, and its text only on request.

    Document and number are the key, so that evidence has ¶n without a join. A passage may have a
    heading above it, which is a passage itself.
    """

    __tablename__ = "passages"
    __table_args__ = (
        ForeignKeyConstraint(
            ["document_id", "section"],
            ["passages.document_id", "passages.n"],
        ),
        Index("ix_passages_document_id_section", "document_id", "section"),
        CheckConstraint("n >= 1", name="from_one"),
        CheckConstraint("section <= n", name="heading_before"),
        CheckConstraint("length >= 1", name="not_empty"),
        CheckConstraint("length(hash) = 64", name="sha256"),
        {"comment": "the non-empty lines of the documents: measures, and text only if kept"},
    )

    document_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id"), primary_key=True, comment="the document"
    )
    n: Mapped[int] = mapped_column(primary_key=True, comment="number in the document, from 1: ¶n")
    section: Mapped[int | None] = mapped_column(
        comment="number of the heading that it stands under; a heading's own number"
    )
    length: Mapped[int] = mapped_column(comment="code points, after NFC and collapsed white space")
    hash: Mapped[str] = mapped_column(comment="SHA-256 of that text in UTF-8, hexadecimal")
    text: Mapped[str | None] = mapped_column(
        comment="that text; null unless loaded with --keep-text"
    )


class Citation(Base):
    """A place where a document points to a source that none of its facts rests on."""

    __tablename__ = "citations"
    __table_args__ = (
        ForeignKeyConstraint(["document_id", "passage"], ["passages.document_id", "passages.n"]),
        Index("ix_citations_document_id_passage", "document_id", "passage"),
        CheckConstraint("n >= 1", name="from_one"),
        CheckConstraint("start_offset >= 0 and start_offset < end_offset", name="in_order"),
        {"comment": "where a document points to a source without resting a fact on it"},
    )

    source_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id"), primary_key=True, comment="the source that is pointed to"
    )
    document_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id"), primary_key=True, comment="the document that points"
    )
    n: Mapped[int] = mapped_column(primary_key=True, comment="number in order, from 1")
    passage: Mapped[int] = mapped_column(comment="number of the passage: ¶")
    start_offset: Mapped[int] = mapped_column(comment="first character, from 0")
    end_offset: Mapped[int] = mapped_column(comment="character after the last")


class Attribution(Base):
    """One voice in a chain; the root is the document itself.

    One node per document and chain, so that evidence refers to its whole chain with one column. The
    view chains walks them.
    """

    __tablename__ = "attributions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["parent_id", "document_id"], ["attributions.id", "attributions.document_id"]
        ),
        Index("ix_attributions_parent_id_document_id", "parent_id", "document_id"),
        UniqueConstraint("document_id", "parent_id", "source_id"),
        UniqueConstraint("id", "document_id"),
        Index(
            "uq_attributions_document_id_root",
            "document_id",
            unique=True,
            sqlite_where=text("parent_id is null"),
            postgresql_where=text("parent_id is null"),
        ),
        CheckConstraint("(parent_id is null) = (source_id = document_id)", name="root_is_document"),
        CheckConstraint("parent_id < id", name="after_its_parent"),  # so no chain is a ring
        {"comment": "chains of voices: the document; through it a report; through that …"},
    )

    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id"), comment="the document that the chain starts from"
    )
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("attributions.id"),
        comment="the voice that relays this one; null for the document itself",
    )
    source_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id"), index=True, comment="whose voice this is"
    )


class Evidence(Base):
    """What one voice says about one fact: its own modality, certainty and date.

    The document is here, too, although the attribution has it: so the database can ensure that
    evidence, chain and passages belong to one document.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["attribution_id", "document_id"], ["attributions.id", "attributions.document_id"]
        ),
        Index("ix_evidence_attribution_id_document_id", "attribution_id", "document_id"),
        UniqueConstraint("fact_id", "document_id", "n"),
        UniqueConstraint("id", "document_id"),
        one_of("modality", Modality),
        one_of("certainty", Certainty),
        one_of("stance", Stance),
        not_blank("hedge"),
        not_blank("date_words"),
        CheckConstraint("n >= 1", name="from_one"),
        {"comment": "what one voice says of one fact; the words stand in spans"},
    )

    id: Mapped[Id]
    fact_id: Mapped[int] = mapped_column(
        ForeignKey("facts.id", ondelete="cascade"), comment="the fact that it is evidence for"
    )
    document_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id"), index=True, comment="the document that holds it"
    )
    n: Mapped[int] = mapped_column(
        comment="number for this fact in this document, from 1; of a quotation, 1 is its place"
    )
    attribution_id: Mapped[int] = mapped_column(
        ForeignKey("attributions.id"), comment="the voice that says it, and its chain"
    )
    modality: Mapped[str] = mapped_column(comment="whether it is, as this voice has it")
    certainty: Mapped[str] = mapped_column(comment="how it is stated")
    stance: Mapped[str | None] = mapped_column(
        comment="the document's attitude to what it relays; null in its own voice"
    )
    hedge: Mapped[str | None] = mapped_column(comment="the words that hedge it, verbatim")
    date: Mapped[str | None] = mapped_column(
        ForeignKey("dates.edtf"), index=True, comment="when, as this voice has it; EDTF"
    )
    date_words: Mapped[str | None] = mapped_column(comment="the words of that date, verbatim")


class Span(Base):
    """The characters of a passage that say it; an interrupted quotation has several spans."""

    __tablename__ = "spans"
    __table_args__ = (
        ForeignKeyConstraint(
            ["evidence_id", "document_id"],
            ["evidence.id", "evidence.document_id"],
            ondelete="cascade",
        ),
        ForeignKeyConstraint(["document_id", "passage"], ["passages.document_id", "passages.n"]),
        Index("ix_spans_document_id_passage", "document_id", "passage"),
        CheckConstraint("n >= 1", name="from_one"),
        CheckConstraint("start_offset >= 0 and start_offset < end_offset", name="in_order"),
        {"comment": "where evidence stands: passages and characters"},
    )

    evidence_id: Mapped[int] = mapped_column(
        ForeignKey("evidence.id", ondelete="cascade"), primary_key=True, comment="the evidence"
    )
    n: Mapped[int] = mapped_column(primary_key=True, comment="number in the evidence, from 1")
    document_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id"), comment="the document, as in the evidence"
    )
    passage: Mapped[int] = mapped_column(comment="number of the passage: ¶")
    start_offset: Mapped[int] = mapped_column(
        comment="first character, in code points of the normalised passage, from 0"
    )
    end_offset: Mapped[int] = mapped_column(comment="character after the last")
