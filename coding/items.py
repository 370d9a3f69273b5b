"""What a coding says, as items by key: the form in which codings and databases are compared.

An item refers to others by key, never by id, file or order, so its content is the same in every
database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from coding.format import (
    CodedActor,
    CodedControl,
    CodedDocument,
    CodedEvent,
    CodedFact,
    CodedLink,
    CodedName,
    CodedPlace,
    CodedPosition,
    CodedQuote,
    CodedRelation,
    CodedSource,
    Coding,
    Count,
    Credit,
    Duration,
    Model,
    Reviewable,
)
from coding.values import spans
from schema.facts import LINKED
from schema.vocabulary import Anonymity, Certainty, FactKind, Marks, Modality, SourceRole, Stance

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
    document = coding.document
    items: Items = {
        ItemKey("coding", document.key): {"coder": coding.coder, "format": coding.format},
        ItemKey("source", document.key): _source(document) | {"anonymity": Anonymity.NAMED},
    }
    items.update(_passages(coding))
    for topic in coding.topics:
        items[ItemKey("topic", topic.key)] = _fields(topic) if topic.label else {}
    for place in coding.places:
        content = {**_fields(place), **_identifiers(place)} if place.name else {}
        items[ItemKey("place", place.key)] = content
    for source in coding.sources:
        item = ItemKey(kind_of_source(source), source.key)
        items[item] = _source(source) | {"language": None} if source.title else {}
        if source.at:
            items[ItemKey("citation", source.key)] = {"spans": _spans(source.at, lengths)}
    for actor in coding.actors:
        content = {**_fields(actor), **_identifiers(actor)} if actor.name else {}
        items[ItemKey("actor", actor.key)] = content
    owners: list[CodedActor | CodedEvent] = [*coding.actors, *coding.events]
    for owner in owners:
        kind, field = (
            (FactKind.NAME, "actor")
            if isinstance(owner, CodedActor)
            else (FactKind.EVENT_NAME, "event")
        )
        for name in owner.names:
            items[ItemKey(kind, name_key(owner, name))] = {
                field: owner.key,
                **_fields(name, kind="name_kind"),
                **_draft(name, owner),
                "evidence": _evidence(name, lengths),
            }
    facts: list[CodedEvent | CodedQuote | CodedPosition] = [
        *coding.events,
        *coding.quotes,
        *coding.positions,
    ]
    for fact in facts:
        items[ItemKey(KINDS[type(fact)], key_of(fact))] = {
            **_fields(fact, type="event_type", kind="position_kind"),
            **_draft(fact),
            "participants": _participants(fact.who),
            "evidence": _evidence(fact, lengths),
        }
    for quote in coding.quotes:
        items[ItemKey(FactKind.QUOTE, quote.key)] |= {
            "text": BREAK.join(quote.text) if quote.text else None,
            "marks": quote.marks or (Marks.COMPLETE if quote.text else Marks.NONE),
        }
    for tie in (*coding.links, *coding.relations, *coding.control):
        items[ItemKey(KINDS[type(tie)], key_of(tie))] = {
            **_fields(tie),
            **_draft(tie),
            "evidence": _evidence(tie, lengths),
        }
    for other in coding.elsewhere:
        items[ItemKey("elsewhere", other.fact)] = {"evidence": _evidence(other, lengths)}
    return items


def kind_of_source(source: CodedSource) -> str:
    """Return whether a source is shared by all documents or belongs to this one (a voice)."""
    return "source" if source.anonymity == "named" else "voice"


def content_hash(items: Mapping[ItemKey, Content]) -> str:
    """Return the SHA-256 of what a coding says, independent of order, comments and file.

    A bare key, which refers to what another coding introduces, is left out. So are fields that an
    earlier version didn't know, if they are empty: its codings keep their hashes.
    """
    named = sorted(item for item, content in items.items() if content)
    return digest([*item, _hashed(item.kind, items[item])] for item in named)


DURATION = ("duration_words", "duration_least_days", "duration_most_days")
ADDED_LATER = {
    FactKind.EVENT: DURATION,
    FactKind.RELATION: DURATION,
    FactKind.POSITION: ("date",),
    "actor": ("identifiers",),
    "place": ("identifiers",),
} | dict.fromkeys(("source", "voice"), ("volume", "issue", "pages", "identifiers"))
"""Fields that the first version did not know, by the kind of item."""


def _hashed(kind: str, content: Content) -> Content:
    later = ADDED_LATER.get(kind, ())
    return {field: value for field, value in content.items() if value or field not in later}


def source_named(items: Mapping[ItemKey, Content], key: str) -> ItemKey:
    """Return the source that a key means in a coding: its own voice, or a shared source."""
    voice = ItemKey("voice", key)
    return voice if voice in items else ItemKey("source", key)


def sources_used(items: Mapping[ItemKey, Content], item: ItemKey) -> set[str]:
    """Return the keys of the sources in an item's chains, or of the source that it cites."""
    if item.kind == "citation":
        return {item.key}
    return {key for evidence in items[item].get("evidence", ()) for key in evidence["through"]}


def mentioned(
    items: Mapping[ItemKey, Content], among: Mapping[ItemKey, Content] | None = None
) -> set[ItemKey]:
    """Return the actors, places, topics and sources that items refer to.

    `among` are all items of the coding, if `items` are only some.
    """
    mentions: set[ItemKey] = set()
    for item, content in items.items():
        mentions.update(source_named(among or items, key) for key in sources_used(items, item))
        for field, kind in MENTIONS.items():
            mentions.add(ItemKey(kind, content.get(field) or ""))
        if item.kind == FactKind.RELATION:
            mentions.update(ItemKey("actor", content[end]) for end in ("from", "to"))
        mentions.update(ItemKey("actor", row[1]) for row in content.get("actors", ()) if row[1])
        mentions.update(ItemKey("actor", row[0]) for row in content.get("participants", ()))
    return mentions


def needed(items: Items, wanted: Iterable[ItemKey]) -> Items:
    """Return these items of a coding, and all others that they cannot be without."""
    result: Items = {}
    todo = [item for item in wanted if item in items]
    while todo:
        item = todo.pop()
        if item in result:
            continue
        content = result[item] = items[item]
        passages = {span[0] for piece in content.get("evidence", ()) for span in piece["spans"]}
        passages |= {content["section"]} if content.get("section") else set()
        todo += (ItemKey("passage", str(number)) for number in passages)
        todo += (other for other in mentioned({item: content}, items) if other in items)
        todo += (
            referred
            for field, kinds in FACT_FIELDS.get(item.kind, {}).items()
            for kind in kinds
            if (referred := ItemKey(kind, content[field] or "")) in items
        )
    return result


FACT_FIELDS: dict[str, dict[str, tuple[FactKind, ...]]] = {
    FactKind.LINK: {"from": LINKED, "to": LINKED},
    FactKind.QUOTE: {"occasion": (FactKind.EVENT,)},
    FactKind.EVENT_NAME: {"event": (FactKind.EVENT,)},
}
"""Fields that refer to a fact, perhaps of another document, and the kinds that it may have."""


def references(wanted: Items) -> Iterator[tuple[ItemKey, str, Sequence[str]]]:
    """Yield each fact of another document that an item refers to, and the kinds it may have."""
    for item, content in wanted.items():
        if item.kind == "elsewhere":
            yield item, item.key, ()
        for field, kinds in FACT_FIELDS.get(item.kind, {}).items():
            if ":" in (content[field] or ""):
                yield item, content[field], kinds


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


CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
"""Writes equal values as equal text."""


def digest(values: Iterable[Any]) -> str:
    """Return the SHA-256 of values written as canonical JSON, one per line."""
    hashed = hashlib.sha256()
    for line in map(CANONICAL.encode, values):
        hashed.update(line.encode() + b"\n")
    return hashed.hexdigest()


def key_of(fact: Any) -> str:
    """Return the key of a fact; that of a link or relation has a default."""
    return str(fact.key or f"{fact.origin}--{fact.type}--{fact.target}")


KINDS: dict[type[CodedFact], FactKind] = {
    CodedEvent: FactKind.EVENT,
    CodedQuote: FactKind.QUOTE,
    CodedPosition: FactKind.POSITION,
    CodedRelation: FactKind.RELATION,
    CodedLink: FactKind.LINK,
    CodedControl: FactKind.CONTROL,
}


def name_key(owner: CodedActor | CodedEvent, name: CodedName) -> str:
    """Return the key of a name: owner/name; of an event, which may have an actor's key, with #."""
    return f"{owner.key}{'/' if isinstance(owner, CodedActor) else '#'}{name.name}"


ELSEWHERE = {
    *("key", "names", "who", "evidence", "at", "authors", "publishers", "voices"),
    *("draft", "unsure", "identifiers", "duration"),
}
"""Fields that are items of their own, have a table of their own, or are for review."""


def _fields(model: Model, **columns: str) -> Content:
    """Return the plain fields of an item; some are called otherwise in the database."""
    content = {
        columns.get(written, written): model.get(name) for name, written in _plain(type(model))
    }
    if "duration" in type(model).model_fields:
        lasting: Duration | None = model.get("duration")
        values = (lasting.words, *lasting.days) if lasting else (None, None, None)
        content.update(zip(DURATION, values, strict=True))
    return content


@cache
def _plain(model: type[Model]) -> list[tuple[str, str]]:
    """Return the names of plain fields, in Python and as a coding writes them."""
    names = [(name, field.alias or name) for name, field in model.model_fields.items()]
    return [(name, written) for name, written in names if written not in ELSEWHERE]


def _draft(*items: Reviewable) -> Content:
    """Return the mark of a fact that nobody has reviewed; a reviewed one has none."""
    return {"draft": True} if any(item.draft or item.unsure for item in items) else {}


def _source(source: CodedSource | CodedDocument) -> Content:
    roles = (
        (SourceRole.AUTHOR, source.authors),
        (SourceRole.PUBLISHER, source.publishers),
        (SourceRole.VOICE, source.voices if isinstance(source, CodedSource) else []),
    )
    return {
        **_fields(source),
        **_identifiers(source),
        "actors": [_credit(role, actor) for role, actors in roles for actor in actors],
    }


def _credit(role: SourceRole, actor: Credit | str) -> list[Any]:
    """Return a role and the key of an actor, or in place of the key None and a name."""
    if isinstance(actor, str):
        return [role, actor]
    return [role, actor.actor] if actor.actor else [role, None, actor.name]


def _identifiers(item: CodedActor | CodedPlace | CodedSource | CodedDocument) -> Content:
    """Return scheme and identifier of each; a DOI is the same in capitals."""
    pairs = {
        (scheme, identifier.lower() if scheme == "doi" else identifier)
        for scheme, identifiers in item.identifiers.items()
        for identifier in identifiers
    }
    return {"identifiers": [[*pair] for pair in sorted(pairs)]}


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


def _participants(who: Mapping[Any, list[Count]]) -> list[list[Any]]:
    """Return actor, role, words of the number, least, most; in each role in the coder's order."""
    return [
        [count.actor, role, count.count, count.least, count.most]
        for role, counts in sorted(who.items())
        for count in counts
    ]


def _evidence(fact: CodedFact, lengths: list[int]) -> list[Content]:
    """Return the evidence in the coder's order, with defaults filled in."""
    modality = fact.get("modality", Modality.ACTUAL)
    date = fact.get("date") or fact.get("since")
    return [
        {
            "through": list(piece.through),
            "modality": piece.modality or modality,
            "certainty": piece.certainty
            or (Certainty.REPORTED if piece.through else Certainty.ASSERTED),
            "stance": piece.stance or (Stance.NEUTRAL if piece.through else None),
            "hedge": piece.hedge,
            "date": piece.date or (date if piece.words else None),
            "words": piece.words,
            "spans": _spans(piece.at, lengths),
        }
        for piece in fact.evidence
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
