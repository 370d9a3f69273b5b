"""What a coding says, as items by key: the form in which codings and databases are compared.

An item refers to others by key, never by id, file or order, so its content is the same in every
database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from coding.format import Coding, Count, Evidence, Source, spans
from schema.vocabulary import Certainty, FactKind, Marks, Modality, SourceRole, Stance

BREAK = " … "
"""Joins the segments of a quotation that its writer interrupts."""

SHARED = ("actor", "place", "topic", "source")
"""Kinds of items that codings share; a source only if it is named."""


class ItemKey(NamedTuple):
    """The kind of an item, and its key."""

    kind: str
    key: str


Content = dict[str, Any]
Items = dict[ItemKey, Content]


def items_of(coding: Coding) -> Items:
    """Return what a coding says, by key; references to rows of other codings have no content."""
    lengths = [passage.length for passage in coding.passages]
    items: Items = {}
    document = coding.document
    items[ItemKey("coding", document.key)] = {"coder": coding.coder, "format": coding.format}
    items[ItemKey("source", document.key)] = {
        **_source(document.title, document.kind, "named", document),
        "language": document.language,
    }
    items.update(_passages(coding))
    for topic in coding.topics:
        items[ItemKey("topic", topic.key)] = {"label": topic.label} if topic.label else {}
    for place in coding.places:
        items[ItemKey("place", place.key)] = (
            {"name": place.name, "kind": place.kind, "within": place.within} if place.name else {}
        )
    for source in coding.sources:
        items[ItemKey(kind_of_source(source), source.key)] = (
            {**_source(source.title, source.kind, source.anonymity, source), "language": None}
            if source.title
            else {}
        )
        if source.at:
            items[ItemKey("citation", source.key)] = {"spans": _spans(source.at, lengths)}
    for actor in coding.actors:
        items[ItemKey("actor", actor.key)] = (
            {"name": actor.name, "kind": actor.kind, "background": actor.background}
            if actor.name
            else {}
        )
        for name in actor.names:
            items[ItemKey(FactKind.NAME, f"{actor.key}/{name.name}")] = {
                "actor": actor.key,
                "name": name.name,
                "name_kind": name.kind,
                "evidence": _evidence(name.evidence, lengths),
            }
    return items | _facts(coding, lengths)


def kind_of_source(source: Source) -> str:
    """Return whether a source is shared by all documents or belongs to this one (a voice)."""
    return "source" if source.anonymity == "named" else "voice"


def content_hash(items: Mapping[ItemKey, Content]) -> str:
    """Return the SHA-256 of what a coding says, independent of order, comments and file.

    A bare key, which refers to what another coding introduces, is left out.
    """
    named = sorted(item for item, content in items.items() if content)
    return digest([*item, items[item]] for item in named)


def source_named(items: Mapping[ItemKey, Content], key: str) -> ItemKey:
    """Return the source that a key means in a coding: its own voice, or a shared source."""
    voice = ItemKey("voice", key)
    return voice if voice in items else ItemKey("source", key)


def sources_used(items: Mapping[ItemKey, Content], item: ItemKey) -> set[str]:
    """Return the keys of the sources in an item's chains, or of the source that it cites."""
    if item.kind == "citation":
        return {item.key}
    return {key for evidence in items[item].get("evidence", ()) for key in evidence["through"]}


def mentioned(items: Mapping[ItemKey, Content]) -> set[ItemKey]:
    """Return the actors, places, topics and sources that a coding refers to."""
    mentions: set[ItemKey] = set()
    for item, content in items.items():
        mentions.update(source_named(items, key) for key in sources_used(items, item))
        for field, kind in MENTIONS.items():
            mentions.add(ItemKey(kind, content.get(field) or ""))
        if item.kind == FactKind.RELATION:
            mentions.update(ItemKey("actor", content[end]) for end in ("from", "to"))
        mentions.update(ItemKey("actor", actor) for _role, actor in content.get("actors", ()))
        mentions.update(ItemKey("actor", row[0]) for row in content.get("participants", ()))
    return mentions


def dates_of(contents: Iterable[Content]) -> set[str]:
    """Return every date in these contents."""
    dates = {
        part.get(field)
        for content in contents
        for part in (content, *content.get("evidence", ()))
        for field in ("date", "published", "since", "until")
    }
    return dates - {None}


MENTIONS = {"actor": "actor", "place": "place", "within": "place", "topic": "topic"}
"""Fields with the key of a shared item, and its kind."""


def digest(values: Iterable[Any]) -> str:
    """Return the SHA-256 of values written as canonical JSON, one per line."""
    hashed = hashlib.sha256()
    for value in values:
        line = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        hashed.update(line.encode() + b"\n")
    return hashed.hexdigest()


def relation_key(origin: str, kind: str, target: str) -> str:
    """Return the default key of a relation or link."""
    return f"{origin}--{kind}--{target}"


def _source(title: str, kind: str | None, anonymity: str, given: Any) -> Content:
    roles = (
        (SourceRole.AUTHOR, given.authors),
        (SourceRole.PUBLISHER, given.publishers),
        (SourceRole.VOICE, getattr(given, "voices", [])),
    )
    return {
        "title": title,
        "kind": kind,
        "anonymity": anonymity,
        "published": given.published,
        "url": given.url,
        "actors": [[role, actor] for role, actors in roles for actor in actors],
    }


def _passages(coding: Coding) -> Items:
    items: Items = {}
    section = None
    for n, passage in enumerate(coding.passages, start=1):
        if passage.heading:
            section = n
        items[ItemKey("passage", str(n))] = {
            "section": section,
            "length": passage.length,
            "hash": passage.hash,
        }
    return items


def _facts(coding: Coding, lengths: list[int]) -> Items:
    items: Items = {}
    for event in coding.events:
        items[ItemKey(FactKind.EVENT, event.key)] = {
            "title": event.title,
            "summary": event.summary,
            "event_type": event.type,
            "modality": event.modality,
            "date": event.date,
            "place": event.place,
            "participants": _participants(event.who),
            "evidence": _evidence(event.evidence, lengths, event.modality, event.date),
        }
    for link in coding.links:
        key = link.key or relation_key(link.origin, link.type, link.target)
        items[ItemKey(FactKind.LINK, key)] = {
            "from": link.origin,
            "type": link.type,
            "to": link.target,
            "lag": link.lag,
            "evidence": _evidence(link.evidence, lengths),
        }
    for quote in coding.quotes:
        items[ItemKey(FactKind.QUOTE, quote.key)] = {
            "text": BREAK.join(quote.text) if quote.text else None,
            "says": quote.says,
            "directness": quote.directness,
            "marks": quote.marks or (Marks.COMPLETE if quote.text else Marks.NONE),
            "date": quote.date,
            "occasion": quote.occasion,
            "participants": _participants(quote.who),
            "evidence": _evidence(quote.evidence, lengths, own_date=quote.date),
        }
    for position in coding.positions:
        items[ItemKey(FactKind.POSITION, position.key)] = {
            "topic": position.topic,
            "position_kind": position.kind,
            "statement": position.statement,
            "participants": _participants(position.who),
            "evidence": _evidence(position.evidence, lengths),
        }
    for relation in coding.relations:
        key = relation.key or relation_key(relation.origin, relation.type, relation.target)
        items[ItemKey(FactKind.RELATION, key)] = {
            "from": relation.origin,
            "type": relation.type,
            "to": relation.target,
            "what": relation.what,
            "topic": relation.topic,
            "since": relation.since,
            "until": relation.until,
            "evidence": _evidence(relation.evidence, lengths, own_date=relation.since),
        }
    for other in coding.elsewhere:
        items[ItemKey("elsewhere", other.fact)] = {"evidence": _evidence(other.evidence, lengths)}
    return items


def _participants(who: Mapping[Any, list[Count]]) -> list[list[Any]]:
    """Return actor, role, words of the number, least, most; in each role in the coder's order."""
    return [
        [count.actor, role, count.count, count.least, count.most]
        for role, counts in sorted(who.items())
        for count in counts
    ]


def _evidence(
    evidence: list[Evidence],
    lengths: list[int],
    modality: Modality = Modality.ACTUAL,
    own_date: str | None = None,
) -> list[Content]:
    """Return the evidence in the coder's order, with defaults filled in."""
    return [
        {
            "through": list(piece.through),
            "modality": piece.modality or modality,
            "certainty": piece.certainty
            or (Certainty.REPORTED if piece.through else Certainty.ASSERTED),
            "stance": piece.stance or (Stance.NEUTRAL if piece.through else None),
            "hedge": piece.hedge,
            "date": piece.date or (own_date if piece.words else None),
            "words": piece.words,
            "spans": _spans(piece.at, lengths),
        }
        for piece in evidence
    ]


def _spans(places: str, lengths: list[int]) -> list[list[int]]:
    return [
        [
            span.passage,
            span.start or 0,
            span.end if span.end is not None else lengths[span.passage - 1],
        ]
        for span in spans(places)
    ]
