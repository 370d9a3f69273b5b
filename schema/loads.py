"""What was loaded: codings, what each introduces, and the journal of loads.

Loads, changes and changed fields are a journal: no content hash counts them, and they refer to
documents and items by key, so they outlast what was dropped. Rows are only ever added.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, Id, not_blank, one_of
from schema.vocabulary import Action, LoadAction


class LoadedCoding(Base):
    """The coding of a document. A document has one, so the document's id is the key."""

    __tablename__ = "codings"
    __table_args__ = (
        CheckConstraint("length(hash) = 64", name="sha256"),
        not_blank("file"),
        {"comment": "the codings that were loaded, one a document"},
    )

    document_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id"), primary_key=True, comment="the document that it codes"
    )
    file: Mapped[str] = mapped_column(comment="name of the file, without its folders")
    hash: Mapped[str] = mapped_column(
        comment="SHA-256 of what the coding holds, whatever its order, comments and file"
    )
    coder: Mapped[str] = mapped_column(comment="who coded it")
    format: Mapped[int] = mapped_column(comment="version of the coding format")


class Introduction(Base):
    """Which codings introduce which shared actor, place, topic or named source.

    Several codings may introduce the same row if they agree on its columns. These are pairs, not an
    owner on the row, so that the order of loading makes no difference.
    """

    __tablename__ = "introductions"
    __table_args__ = (
        CheckConstraint(
            " + ".join(
                f"case when {column} is null then 0 else 1 end"
                for column in ("actor_id", "place_id", "topic_id", "source_id")
            )
            + " = 1",
            name="exactly_one",
        ),
        Index("uq_introductions_actor_id", "actor_id", "document_id", unique=True),
        Index("uq_introductions_place_id", "place_id", "document_id", unique=True),
        Index("uq_introductions_topic_id", "topic_id", "document_id", unique=True),
        Index("uq_introductions_source_id", "source_id", "document_id", unique=True),
        {"comment": "which codings introduce which actor, place, topic or source"},
    )

    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(
        ForeignKey("codings.document_id"), index=True, comment="the document whose coding does"
    )
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actors.id"), comment="the actor")
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"), comment="the place")
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"), comment="the topic")
    source_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id"), comment="the source")
    cited_as: Mapped[str | None] = mapped_column(
        comment="of a source other than the document: what this coding says about it, as JSON; "
        "the source's own coding may say more; null: an earlier version loaded it"
    )


class Load(Base):
    """One load of a coding that changed something, or one drop of a document."""

    __tablename__ = "loads"
    __table_args__ = (
        one_of("action", LoadAction),
        not_blank("document"),
        CheckConstraint("length(content_hash) = 64", name="sha256"),
        {"comment": "journal of the loads that changed something, and of dropped documents"},
    )

    id: Mapped[Id]
    document: Mapped[str] = mapped_column(
        index=True, comment="key of the document; it may have been dropped since"
    )
    action: Mapped[str] = mapped_column(comment="loaded or dropped")
    loaded_at: Mapped[str] = mapped_column(comment="when, UTC, ISO 8601 to the second")
    content_hash: Mapped[str] = mapped_column(
        comment="SHA-256 of all that the database held after it, made from the codings' hashes"
    )


class Change(Base):
    """One item that a load added, changed or removed."""

    __tablename__ = "changes"
    __table_args__ = (
        one_of("action", Action),
        {"comment": "what each load added, changed and removed, by key"},
    )

    load_id: Mapped[int] = mapped_column(
        ForeignKey("loads.id", ondelete="cascade"), primary_key=True, comment="the load"
    )
    item: Mapped[str] = mapped_column(
        primary_key=True, comment="what it is: actor, source, event, quote, passage, …"
    )
    key: Mapped[str] = mapped_column(primary_key=True, comment="its key")
    action: Mapped[str] = mapped_column(comment="added, changed or removed")


class ChangedField(Base):
    """What one field of a changed item was before a load, and what it is since."""

    __tablename__ = "changed_fields"
    __table_args__ = (
        ForeignKeyConstraint(
            ["load_id", "item", "key"],
            ["changes.load_id", "changes.item", "changes.key"],
            ondelete="cascade",
        ),
        {"comment": "what each load changed, field by field, with its old and new value"},
    )

    load_id: Mapped[int] = mapped_column(
        ForeignKey("loads.id", ondelete="cascade"), primary_key=True, comment="the load"
    )
    item: Mapped[str] = mapped_column(primary_key=True, comment="what it is, as in changes")
    key: Mapped[str] = mapped_column(primary_key=True, comment="its key")
    field: Mapped[str] = mapped_column(
        primary_key=True, comment="the field, as a coding calls it; evidence by its number"
    )
    old_value: Mapped[str | None] = mapped_column(comment="before the load; null: nothing")
    new_value: Mapped[str | None] = mapped_column(comment="after the load; null: nothing")


class Fed(Base):
    """That `feed` filled this database. It is never fed, exported or counted.

    A feed updates only what a feed has made; a sourcebook that was loaded on its own is refused.
    """

    __tablename__ = "feeds"
    __table_args__ = (
        {"comment": "when `feed` last filled this database; no row: it was not filled by a feed"},
    )

    fed_at: Mapped[str] = mapped_column(
        primary_key=True, comment="when, UTC, ISO 8601 to the second"
    )
