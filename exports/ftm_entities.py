"""What becomes what in FollowTheMoney: actors, writings, events, ties and posts. Pure functions.

| here | there |
| --- | --- |
| actor | Person, PublicBody, Organization, else LegalEntity: see SCHEMA_OF |
| name | `alias`; short ones, titles, metonyms and descriptions: `weakAlias` |
| source that is a writing | always Article: a Document has to be a file |
| event that is actual | Event; participants are `involved`, with their roles in `notes` |
| post of a person | Position, with an Occupancy |
| membership in an organisation | Membership |
| head of an organisation, without a title | Directorship |
| any other tie | UnknownLink; its `role` says what it is |
| evidence | `proof` and `sourceUrl`: the document; `description`: one value each |
| date | `date`, `startDate`, `endDate` if it is a day, month or year, else in words |
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha1
from typing import Any
from urllib.parse import urlsplit

from schema.vocabulary import ActorKind, NameKind

Entity = dict[str, Any]

Values = Sequence[str | None] | str
"""Values of a property, or a JSON array of them."""

SCHEMA_OF: dict[str, str] = {
    ActorKind.PERSON: "Person",
    ActorKind.STATE: "PublicBody",
    ActorKind.GOVERNMENT: "PublicBody",
    ActorKind.ARMED_FORCE: "PublicBody",
    ActorKind.ARMED_GROUP: "Organization",
    ActorKind.ORGANISATION: "Organization",
    ActorKind.OUTLET: "Organization",
    ActorKind.INSTITUTE: "Organization",
    # Not bodies, and possibly several: the widest schema of those that can act.
    ActorKind.COMMUNITY: "LegalEntity",
    ActorKind.COLLECTIVE: "LegalEntity",
    ActorKind.UNNAMED: "LegalEntity",
}

ORGANISATIONS = ("Organization", "PublicBody")
"""Schemata that have members, posts and heads; a PublicBody is an Organization."""

FULL_NAMES = (NameKind.NAME, NameKind.TRANSLITERATION)

LIMITS = {
    "name": 384,
    "alias": 384,
    "weakAlias": 384,
    "location": 250,
    "summary": 65_000,
    "notes": 65_000,
    "description": 65_000,
    "sourceUrl": 4096,
}
"""Characters that a value may have; LIMIT for all other properties."""
LIMIT = 1024

NAME_PROPERTIES = ("name", "alias", "weakAlias")


# --- entities: each of a row of its query in exports/ftm.py ---------------------------------------


def actor(row: Any) -> Entity:
    """Return the entity of an actor."""
    return _entity(
        SCHEMA_OF[row.kind],
        "actor",
        row.key,
        name=[_name(row.name, row.key)],
        alias=row.full_names,
        weakAlias=row.other_names,
        keywords=[row.kind],
        notes=[row.background and f"Background without a source: {row.background}"],
    )


def document(row: Any) -> Entity:
    """Return the entity of a writing."""
    return _entity(
        "Article",
        "source",
        row.key,
        title=[row.title],
        author=row.authors,
        publisher=row.publishers,
        publishedAt=[_date(row.published)],
        sourceUrl=[row.url],
        keywords=[row.kind],
        description=[_in_words("published", row.published)],
    )


def event(row: Any) -> Entity:
    """Return the entity of an event that is actual."""
    start, slash, end = (row.date or "").partition("/")
    return _entity(
        "Event",
        "fact",
        row.fact,
        name=[_marked(_name(row.title, row.fact), row.standing)],
        summary=[row.summary],
        date=[_date(row.date)],
        startDate=[_date(start) if slash else None],
        endDate=[_date(end)],
        location=[row.place],
        involved=_ids("actor", row.involved),
        notes=row.roles,
        keywords=[row.event_type],
        **_evidence(row, _in_words("date", row.date)),
    )


def post(row: Any) -> Entity:
    """Return the entity of a post that an actor has to give."""
    return _entity(
        "Position",
        "post",
        f"{row.key}:{row.what}",
        name=[_name(f"{row.what}, {row.name}", row.key)],
        organization=[_id("actor", row.key) if SCHEMA_OF[row.kind] in ORGANISATIONS else None],
    )


def tie(row: Any) -> Entity:
    """Return the entity of a standing tie that is actual."""
    origin, target = _id("actor", row.from_key), _id("actor", row.to_key)
    more = row.what or row.topic
    role = f"{row.label}: {more}" if more else row.label
    # Tools count posts and memberships, so what is only alleged must not be one.
    plain = row.standing is None
    organisation = SCHEMA_OF[row.to_kind] in ORGANISATIONS
    is_post = row.type in ("heads", "holds-post-in") and row.from_kind == ActorKind.PERSON
    ends: dict[str, Values]
    if plain and is_post and row.what:
        schema = "Occupancy"
        ends = {"holder": [origin], "post": [_id("post", f"{row.to_key}:{row.what}")]}
    elif plain and organisation and row.type == "heads":
        schema = "Directorship"
        ends = {"director": [origin], "organization": [target], "role": [role]}
    elif plain and organisation and row.type == "member-of":
        schema = "Membership"
        ends = {"member": [origin], "organization": [target], "role": [row.what]}
    else:
        schema = "UnknownLink"
        ends = {"subject": [origin], "object": [target], "role": [_marked(role, row.standing)]}
    in_words = (_in_words("since", row.since), _in_words("until", row.until))
    return _entity(
        schema,
        "fact",
        row.fact,
        **ends,
        startDate=[_date(row.since)],
        endDate=[_date(row.until)],
        status=[row.standing],
        summary=[row.sentence],
        **_evidence(row, *in_words),
    )


def _evidence(row: Any, *in_words: str | None) -> dict[str, Values]:
    """Return the properties that say where a fact is stated and by whom."""
    return {
        "recordId": [row.fact],
        "proof": _ids("source", row.documents),
        "sourceUrl": row.urls,
        "description": [*in_words, *json.loads(row.descriptions)],
    }


def _marked(text: str, standing: str | None) -> str:
    return f"{standing}: {text}" if standing else text


def _entity(schema: str, sort: str, key: str, **properties: Values) -> Entity:
    """Return an entity with the values that are not null, each once."""
    distinct = {}
    for name, values in properties.items():
        listed = json.loads(values) if isinstance(values, str) else values
        if unique := [*dict.fromkeys(value for value in listed if value is not None)]:
            distinct[name] = unique
    return {"id": _id(sort, key), "schema": schema, "properties": distinct}


# --- values ---------------------------------------------------------------------------------------

# What is a date for FollowTheMoney and in EDTF alike: a year, a month, a day.
_DATE = re.compile("[12][0-9]{3}(-(0[1-9]|1[0-2])(-[0-9]{2})?)?")


def _date(date: str | None) -> str | None:
    """Return a date that FollowTheMoney knows too; None for others."""
    return date if date and _DATE.fullmatch(date) else None


def _in_words(word: str, date: str | None) -> str | None:
    """Describe a date that FollowTheMoney doesn't know."""
    return f"{word} (EDTF): {date}" if date and not _date(date) else None


def _id(sort: str, key: str) -> str:
    """Return the id of an entity; it is the same wherever and whenever it is exported."""
    return sha1(f"sourcebook:{sort}:{key}".encode(), usedforsecurity=False).hexdigest()


def _ids(sort: str, keys: str) -> list[str]:
    return [_id(sort, key) for key in json.loads(keys)]


def _name(name: str, key: str) -> str:
    """Return the name; the key if the name consists of spaces and punctuation."""
    return next(filter(_is_name, (name, key)), "unnamed")


def _is_name(value: str) -> bool:
    return any(unicodedata.category(char)[0] in "LNS" for char in value)


def _is_visible(value: str) -> bool:
    return any(char.isprintable() and not char.isspace() for char in value)


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises if it is not a number
    except ValueError:
        return False
    host = r"[\w-]*[^\W_][\w-]*"
    return parts.scheme in ("http", "https", "ftp") and bool(
        re.fullmatch(rf"({host}\.)*[^\W\d_][\w-]+", parts.hostname or "")
    )


def _fits(name: str, value: str) -> bool:
    """Whether FollowTheMoney accepts a value for a property, its length aside."""
    if name == "sourceUrl":
        return _is_url(value) and len(value) <= LIMITS[name]
    return _is_name(value) if name in NAME_PROPERTIES else _is_visible(value)


def json_line(entity: Mapping[str, Any], changed: Counter[str]) -> str:
    """Return an entity as a line of JSON.

    FollowTheMoney does not accept every value: a long one is cut, and one that isn't a web address
    or has no visible character is left out. `changed` counts these by property.
    """
    properties = {}
    for name, values in entity["properties"].items():
        limit = LIMITS.get(name, LIMIT)
        fitting = [value for value in values if _fits(name, value)]
        if fitting:
            properties[name] = [
                value if len(value) <= limit else f"{value[: limit - 1]}…" for value in fitting
            ]
        if properties.get(name) != values:
            changed[name] += len(set(values) - set(properties.get(name, ())))
    return json.dumps({**entity, "properties": properties}, ensure_ascii=False) + "\n"
