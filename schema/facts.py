"""What is said: facts and their kinds, and who takes part in them.

Every kind shares the id of its fact through a composite foreign key on id and kind, so that
evidence and participants join each of them directly through one indexed column.
"""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, Id, not_blank, one_of
from schema.vocabulary import (
    ROLES_OF,
    ControlType,
    Directness,
    EventType,
    FactKind,
    LinkedKind,
    LinkType,
    Marks,
    Modality,
    NameKind,
    PositionKind,
    TieNature,
)


def _kind(value: FactKind) -> Mapped[str]:
    """Return the column that refers to the fact, together with the id; each table has one kind."""
    return mapped_column(
        server_default=value.value, comment=f"always {value.value}: with id the key of its fact"
    )


def _of_kind(value: FactKind) -> tuple[ForeignKeyConstraint | CheckConstraint, ...]:
    """Make the constraints that tie a row to a fact of this very kind."""
    return (
        ForeignKeyConstraint(["id"], ["facts.id"], ondelete="cascade"),  # for tools that need it
        ForeignKeyConstraint(["id", "kind"], ["facts.id", "facts.kind"], ondelete="cascade"),
        CheckConstraint(f"kind = '{value.value}'", name="kind"),
    )


TABLE_OF: dict[str, str] = {
    FactKind.EVENT: "events",
    FactKind.LINK: "event_links",
    FactKind.QUOTE: "quotes",
    FactKind.POSITION: "positions",
    FactKind.RELATION: "relations",
    FactKind.NAME: "actor_names",
    FactKind.EVENT_NAME: "event_names",
    FactKind.CONTROL: "territorial_control",
}
"""The table with the columns of each kind of fact."""

LINKED = (FactKind.EVENT, FactKind.QUOTE)
"""The kinds of facts that a link may join."""


def _duration() -> tuple[CheckConstraint, ...]:
    """Make the constraints of the columns for how long something lasts."""
    return (
        not_blank("duration_words"),
        CheckConstraint(
            "duration_least_days >= 0 and duration_most_days >= 0 "
            "and duration_least_days <= duration_most_days",
            name="duration_in_order",
        ),
        CheckConstraint(
            "duration_words is not null "
            "or (duration_least_days is null and duration_most_days is null)",
            name="duration_has_words",
        ),
    )


DurationWords = Annotated[
    str | None, mapped_column(comment="the words that say how long it lasts, verbatim")
]
LeastDays = Annotated[
    int | None, mapped_column(comment="days that it lasts at least; null: not said")
]
MostDays = Annotated[
    int | None, mapped_column(comment="days that it lasts at most; null: not said")
]


class Fact(Base):
    """Whatever needs evidence; its own columns are in the table of its kind."""

    __tablename__ = "facts"
    __table_args__ = (
        one_of("kind", FactKind),
        not_blank("key"),
        UniqueConstraint("document_id", "key"),
        UniqueConstraint("id", "kind"),
        Index(
            "ix_facts_draft", "draft", sqlite_where=text("draft"), postgresql_where=text("draft")
        ),
        {"comment": "events, quotes, positions, relations, links, names …: what needs evidence"},
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(comment="which table holds its columns")
    key: Mapped[str] = mapped_column(comment="key, unique in its document; cited document:key")
    document_id: Mapped[int] = mapped_column(
        ForeignKey("codings.document_id"), comment="the document whose coding introduced it"
    )
    draft: Mapped[bool] = mapped_column(
        server_default=false(), comment="whether it was drafted by rules and nobody has reviewed it"
    )


def _role_fits_kind() -> CheckConstraint:
    fits = []
    for kind, roles in ROLES_OF.items():
        listed = ", ".join(f"'{role}'" for role in roles)
        fits.append(f"kind = '{kind}' and role in ({listed})")
    return CheckConstraint(" or ".join(fits), name="role_fits_kind")


class Participant(Base):
    """Who takes part in which fact, in which role.

    One table for all kinds, so that everything about an actor is one join away.
    """

    __tablename__ = "participants"
    __table_args__ = (
        ForeignKeyConstraint(["fact_id", "kind"], ["facts.id", "facts.kind"], ondelete="cascade"),
        Index("ix_participants_actor_id_role_fact_id", "actor_id", "role", "fact_id"),
        _role_fits_kind(),
        CheckConstraint("n >= 1", name="from_one"),
        not_blank("count_words"),
        CheckConstraint(
            "count_least >= 0 and count_most >= 0 and count_least <= count_most",
            name="count_in_order",
        ),
        CheckConstraint(
            "count_words is not null or (count_least is null and count_most is null)",
            name="count_has_words",
        ),
        {"comment": "who takes part in which fact, as what"},
    )

    fact_id: Mapped[int] = mapped_column(
        ForeignKey("facts.id", ondelete="cascade"), primary_key=True, comment="the fact"
    )
    actor_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id"), primary_key=True, comment="the actor"
    )
    role: Mapped[str] = mapped_column(
        primary_key=True,
        comment="of an event doer, receiver or neither; of a quote speaker, addressee, subject; "
        "of a position holder, object",
    )
    kind: Mapped[str] = mapped_column(comment="the kind of the fact, which decides the roles")
    count_words: Mapped[str | None] = mapped_column(comment="the words of the number, verbatim")
    count_least: Mapped[int | None] = mapped_column(comment="at least so many; null: not said")
    count_most: Mapped[int | None] = mapped_column(comment="at most so many; null: not said")
    n: Mapped[int] = mapped_column(comment="number in its role, from 1, in the coder's order")


class Event(Base):
    """Something that happened, goes on, was expected, or is only imagined.

    Modality and date are the coder's settled reading; each voice's own are on its evidence.
    """

    __tablename__ = "events"
    __table_args__ = (
        *_of_kind(FactKind.EVENT),
        one_of("event_type", EventType),
        one_of("modality", Modality),
        not_blank("title"),
        not_blank("summary"),
        *_duration(),
        {"comment": "what happened, goes on, was expected, or is only imagined"},
    )

    id: Mapped[Id]
    kind: Mapped[str] = _kind(FactKind.EVENT)
    title: Mapped[str] = mapped_column(comment="what happened, in a few words of the coder's")
    summary: Mapped[str | None] = mapped_column(comment="the same in a sentence or two")
    event_type: Mapped[str | None] = mapped_column(
        index=True, comment="PLOVER event type; null where none fits"
    )
    modality: Mapped[str] = mapped_column(
        index=True, comment="whether it happened, by all evidence"
    )
    date: Mapped[str | None] = mapped_column(
        ForeignKey("dates.edtf"), index=True, comment="when, by all evidence; EDTF; null: undated"
    )
    place_id: Mapped[int | None] = mapped_column(
        ForeignKey("places.id"), index=True, comment="where"
    )
    duration_words: Mapped[DurationWords]
    duration_least_days: Mapped[LeastDays]
    duration_most_days: Mapped[MostDays]


class EventLink(Base):
    """How an event or utterance stands to another.

    The kind of each end is here, too, so that the database can refuse facts of other kinds.
    """

    __tablename__ = "event_links"
    __table_args__ = (
        *_of_kind(FactKind.LINK),
        one_of("type", LinkType),
        not_blank("lag"),
        *(
            constraint
            for end in ("from", "to")
            for constraint in (
                one_of(f"{end}_kind", LinkedKind),
                ForeignKeyConstraint([f"{end}_fact_id", f"{end}_kind"], ["facts.id", "facts.kind"]),
                Index(f"ix_event_links_{end}_fact_id_{end}_kind", f"{end}_fact_id", f"{end}_kind"),
            )
        ),
        CheckConstraint("from_fact_id <> to_fact_id", name="not_to_itself"),
        UniqueConstraint("from_fact_id", "type", "to_fact_id"),
        {"comment": "how an event or utterance stands to another: read from, type, to"},
    )

    id: Mapped[Id]
    kind: Mapped[str] = _kind(FactKind.LINK)
    from_fact_id: Mapped[int] = mapped_column(
        ForeignKey("facts.id"), comment="the one event or quote"
    )
    from_kind: Mapped[str] = mapped_column(comment="which of the two it is: event or quote")
    type: Mapped[str] = mapped_column(
        comment="follows, part-of, in-response-to, condition-of or instead-of"
    )
    to_fact_id: Mapped[int] = mapped_column(
        ForeignKey("facts.id"), comment="the other event or quote"
    )
    to_kind: Mapped[str] = mapped_column(comment="which of the two it is: event or quote")
    lag: Mapped[str | None] = mapped_column(comment="how long between them, verbatim")


class Quote(Base):
    """An utterance. It is never also an event; dated ones appear in the timeline as statements.

    Where the writer interrupts the words, the pieces are joined by " … " here, and each has a span
    in the evidence.
    """

    __tablename__ = "quotes"
    __table_args__ = (
        *_of_kind(FactKind.QUOTE),
        one_of("directness", Directness),
        one_of("marks", Marks),
        not_blank("text"),
        not_blank("says"),
        CheckConstraint("(text is null) = (directness = 'indirect')", name="words_if_not_indirect"),
        CheckConstraint("(text is null) = (marks = 'none')", name="marks_if_words"),
        CheckConstraint("says is not null or directness = 'direct'", name="says_unless_direct"),
        {"comment": "utterances: direct, partial or indirect"},
    )

    id: Mapped[Id]
    kind: Mapped[str] = _kind(FactKind.QUOTE)
    text: Mapped[str | None] = mapped_column(comment="the words in marks; null: none")
    says: Mapped[str | None] = mapped_column(comment="the whole statement in the coder's words")
    directness: Mapped[str] = mapped_column(comment="direct, partial or indirect")
    marks: Mapped[str] = mapped_column(comment="complete, damaged or none")
    date: Mapped[str | None] = mapped_column(
        ForeignKey("dates.edtf"), index=True, comment="when it was said; EDTF; null: undated"
    )
    occasion_id: Mapped[int | None] = mapped_column(
        ForeignKey("events.id"), index=True, comment="the event that was its occasion"
    )


class Position(Base):
    """What one or more actors want, fear, hold or refuse, on a topic."""

    __tablename__ = "positions"
    __table_args__ = (
        *_of_kind(FactKind.POSITION),
        one_of("position_kind", PositionKind),
        not_blank("statement"),
        {"comment": "what actors want, fear, hold or refuse, by topic"},
    )

    id: Mapped[Id]
    kind: Mapped[str] = _kind(FactKind.POSITION)
    topic_id: Mapped[int] = mapped_column(
        ForeignKey("topics.id"), index=True, comment="what it is on"
    )
    position_kind: Mapped[str] = mapped_column(comment="goal, priority, need, stake, fear, …")
    statement: Mapped[str] = mapped_column(comment="the position in the coder's words")
    date: Mapped[str | None] = mapped_column(
        ForeignKey("dates.edtf"), index=True, comment="when it was held; EDTF; null: undated"
    )


class RelationKind(Base):
    """The types of lasting ties, each once, with how they read from the other side."""

    __tablename__ = "relation_types"
    __table_args__ = (
        not_blank("key"),
        not_blank("sentence"),
        one_of("nature", TieNature),
        {"comment": "types of standing ties, with how they read from the other side"},
    )

    key: Mapped[str] = mapped_column(primary_key=True, comment="key")
    label: Mapped[str] = mapped_column(comment="how it reads from the first actor to the second")
    inverse: Mapped[str] = mapped_column(comment="how it reads from the second to the first")
    is_symmetric: Mapped[bool] = mapped_column(comment="whether it is the same both ways")
    sentence: Mapped[str] = mapped_column(
        comment="how it reads as a sentence: {from}, {to}, {what}, {topic} are filled in, {a|b} is "
        "the verb of one or of several, and of [a|b] the first is used that can be filled"
    )
    nature: Mapped[str | None] = mapped_column(
        comment="friendly, hostile or structural; null: none of these, or it depends"
    )
    acts_for: Mapped[bool] = mapped_column(
        comment="whether the first actor acts for the second, so that --with-members of a report "
        "includes it: true of heads, holds-post-in, advises, part-of and belongs-to; a member, "
        "such as a state in an alliance, acts for itself"
    )


class Relation(Base):
    """A lasting tie between two actors, a post, or a comparison that the document makes.

    A symmetric one is stored once, in the direction in which it was coded.
    """

    __tablename__ = "relations"
    __table_args__ = (
        *_of_kind(FactKind.RELATION),
        not_blank("what"),
        *_duration(),
        CheckConstraint("from_actor_id <> to_actor_id", name="not_to_itself"),
        Index(
            "ix_relations_from_actor_id_type_to_actor_id", "from_actor_id", "type", "to_actor_id"
        ),
        Index("ix_relations_to_actor_id_type", "to_actor_id", "type"),
        {"comment": "standing ties between two actors: read from, type, to"},
    )

    id: Mapped[Id]
    kind: Mapped[str] = _kind(FactKind.RELATION)
    from_actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id"), comment="the one actor")
    type: Mapped[str] = mapped_column(
        ForeignKey("relation_types.key"), index=True, comment="the tie"
    )
    to_actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id"), comment="the other actor")
    what: Mapped[str | None] = mapped_column(comment="what for, on what, or as what (a post)")
    topic_id: Mapped[int | None] = mapped_column(
        ForeignKey("topics.id"), index=True, comment="what a comparison is on"
    )
    since: Mapped[str | None] = mapped_column(
        ForeignKey("dates.edtf"), index=True, comment="when it began; EDTF; null: not said"
    )
    until: Mapped[str | None] = mapped_column(
        ForeignKey("dates.edtf"), index=True, comment="when it ended; EDTF; null: not said"
    )
    duration_words: Mapped[DurationWords]
    duration_least_days: Mapped[LeastDays]
    duration_most_days: Mapped[MostDays]


class ActorName(Base):
    """A name of an actor; its evidence says who uses it, and where."""

    __tablename__ = "actor_names"
    __table_args__ = (
        *_of_kind(FactKind.NAME),
        one_of("name_kind", NameKind),
        not_blank("name"),
        Index("ix_actor_names_actor_id", "actor_id"),
        {"comment": "names of actors: in full, short, titles, metonyms, descriptions"},
    )

    id: Mapped[Id]
    kind: Mapped[str] = _kind(FactKind.NAME)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id"), comment="whose name it is")
    name: Mapped[str] = mapped_column(index=True, comment="the name as the text has it")
    name_kind: Mapped[str] = mapped_column(
        comment="name, short, title, metonym, description or transliteration"
    )


class EventName(Base):
    """A name of an event, such as that of an operation; its evidence says who uses it."""

    __tablename__ = "event_names"
    __table_args__ = (
        *_of_kind(FactKind.EVENT_NAME),
        one_of("name_kind", NameKind),
        not_blank("name"),
        {"comment": "names of events: in full, short, descriptions"},
    )

    id: Mapped[Id]
    kind: Mapped[str] = _kind(FactKind.EVENT_NAME)
    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id"), index=True, comment="whose name it is"
    )
    name: Mapped[str] = mapped_column(index=True, comment="the name as the text has it")
    name_kind: Mapped[str] = mapped_column(
        comment="name, short, title, metonym, description or transliteration"
    )


class TerritorialControl(Base):
    """That an actor holds, contests or besieges a place, or a part of it, for some time."""

    __tablename__ = "territorial_control"
    __table_args__ = (
        *_of_kind(FactKind.CONTROL),
        one_of("type", ControlType),
        not_blank("part"),
        {"comment": "who holds, contests or besieges which place"},
    )

    id: Mapped[Id]
    kind: Mapped[str] = _kind(FactKind.CONTROL)
    actor_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id"), index=True, comment="who does so"
    )
    type: Mapped[str] = mapped_column(comment="holds, contests or besieges")
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True, comment="the place")
    part: Mapped[str | None] = mapped_column(
        comment="which part of the place, in the coder's words; null: all of it, or not said"
    )
    since: Mapped[str | None] = mapped_column(
        ForeignKey("dates.edtf"), index=True, comment="when it began; EDTF; null: not said"
    )
    until: Mapped[str | None] = mapped_column(
        ForeignKey("dates.edtf"), index=True, comment="when it ended; EDTF; null: not said"
    )
