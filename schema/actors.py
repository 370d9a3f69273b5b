"""Who and where: actors, places, topics. Their keys are shared by all documents."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, Id, not_blank, one_of
from schema.vocabulary import ActorKind, PlaceKind


class Actor(Base):
    """Whoever acts, speaks or is spoken about: one row, whatever the number of names."""

    __tablename__ = "actors"
    __table_args__ = (
        one_of("kind", ActorKind),
        not_blank("key"),
        not_blank("name"),
        {"comment": "who acts, speaks or is spoken about; one row each, names in actor_names"},
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True, comment="key, shared by all documents")
    name: Mapped[str] = mapped_column(comment="heading in reports; need not stand in a text")
    kind: Mapped[str] = mapped_column(index=True, comment="person, state, government, …")
    background: Mapped[str | None] = mapped_column(
        comment="what the coder knows and the text does not say; no evidence stands behind it"
    )


class Place(Base):
    """Where things happen. The name of a city that acts is an actor's metonym instead."""

    __tablename__ = "places"
    __table_args__ = (
        one_of("kind", PlaceKind),
        not_blank("key"),
        not_blank("name"),
        CheckConstraint("within_id <> id", name="not_within_itself"),
        {"comment": "where events take place"},
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True, comment="key, shared by all documents")
    name: Mapped[str] = mapped_column(comment="name in reports")
    kind: Mapped[str] = mapped_column(comment="city, country, region or site")
    within_id: Mapped[int | None] = mapped_column(
        ForeignKey("places.id"), index=True, comment="the larger place that it lies in"
    )


class Topic(Base):
    """What positions and comparisons are about, so that they can be compared."""

    __tablename__ = "topics"
    __table_args__ = (
        not_blank("key"),
        not_blank("label"),
        {"comment": "what positions and comparisons are about"},
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True, comment="key, shared by all documents")
    label: Mapped[str] = mapped_column(comment="label in reports")
