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
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha1
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from schema.vocabulary import ActorKind, NameKind

Entity = dict[str, Any]

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


class Participant(NamedTuple):
    """An actor that takes part in an event, and its role."""

    role: str
    key: str
    name: str


class Evidence(NamedTuple):
    """What one voice says about a fact, and where."""

    document: str
    url: str | None
    passage: str
    modality: str
    certainty: str
    stance: str | None
    through: str | None
    """The voices that it came through; None if the document speaks itself."""
    date: str | None
    date_words: str | None

    @property
    def is_actual(self) -> bool:
        """Whether it states the fact as actual, and the document does not reject that."""
        return self.modality == "actual" and self.stance != "rejects"


# --- entities -------------------------------------------------------------------------------------


def actor(
    names: Iterable[Sequence[str]], key: str, name: str, kind: str, background: str | None
) -> Entity:
    """Return the entity of an actor; `names` are those that the texts use, each with its kind."""
    others = [(other, kind in FULL_NAMES) for other, kind in names if other != name]
    return _entity(
        SCHEMA_OF[kind],
        "actor",
        key,
        name=[_name(name, key)],
        alias=[other for other, full in others if full],
        weakAlias=[other for other, full in others if not full],
        keywords=[kind],
        notes=[background and f"Background without a source: {background}"],
    )


def document(
    makers: Iterable[Sequence[str]],
    key: str,
    title: str,
    kind: str,
    published: str | None,
    url: str | None,
) -> Entity:
    """Return the entity of a writing; `makers` are names, each with its role."""
    roles = list(makers)
    return _entity(
        "Article",
        "source",
        key,
        title=[title],
        author=[name for name, role in roles if role == "author"],
        publisher=[name for name, role in roles if role == "publisher"],
        publishedAt=[published if _is_date(published) else None],
        sourceUrl=[url],
        keywords=[kind],
        description=[None if _is_date(published) else _dated("published", published)],
    )


def event(
    participants: Sequence[Participant],
    evidence: Sequence[Evidence],
    key: str,
    title: str,
    summary: str | None,
    event_type: str | None,
    date: str | None,
    place: str | None,
) -> Entity:
    """Return the entity of an event that is actual."""
    start, slash, end = (date or "").partition("/")
    return _entity(
        "Event",
        "fact",
        key,
        name=[_marked(_name(title, key), evidence)],
        summary=[summary],
        date=[date if _is_date(date) else None],
        startDate=[start if slash and _is_date(start) else None],
        endDate=[end if _is_date(end) else None],
        location=[place],
        involved=[_id("actor", participant.key) for participant in participants],
        notes=[f"{participant.role}: {participant.name}" for participant in participants],
        keywords=[event_type],
        **_evidence_properties(key, evidence, [None if _is_date(date) else _dated("date", date)]),
    )


def post(what: str, key: str, name: str, kind: str) -> Entity:
    """Return the entity of a post that an actor has to give."""
    return _entity(
        "Position",
        "post",
        _post_key(what, key),
        name=[_name(f"{what}, {name}", key)],
        organization=[_id("actor", key) if SCHEMA_OF[kind] in ORGANISATIONS else None],
    )


def tie(
    evidence: Sequence[Evidence],
    key: str,
    type: str,
    label: str,
    from_key: str,
    from_name: str,
    from_kind: str,
    to_key: str,
    to_name: str,
    to_kind: str,
    what: str | None,
    since: str | None,
    until: str | None,
) -> Entity:
    """Return the entity of a standing tie that is actual."""
    origin, target = _id("actor", from_key), _id("actor", to_key)
    role = f"{label}: {what}" if what else label
    # Tools count posts and memberships, so one that is only alleged must not be one.
    firm = _mark(evidence) is None
    organisation = SCHEMA_OF[to_kind] in ORGANISATIONS
    ends: dict[str, list[str | None]]
    if firm and what and from_kind == ActorKind.PERSON and type in ("heads", "holds-post-in"):
        schema = "Occupancy"
        ends = {"holder": [origin], "post": [_id("post", _post_key(what, to_key))]}
    elif firm and organisation and type == "heads":
        schema = "Directorship"
        ends = {"director": [origin], "organization": [target], "role": [role]}
    elif firm and organisation and type == "member-of":
        schema = "Membership"
        ends = {"member": [origin], "organization": [target], "role": [what]}
    else:
        schema = "UnknownLink"
        ends = {"subject": [origin], "object": [target], "role": [_marked(role, evidence)]}
    in_words = [
        _dated(word, date)
        for word, date in (("since", since), ("until", until))
        if not _is_date(date)
    ]
    return _entity(
        schema,
        "fact",
        key,
        **ends,
        startDate=[since if _is_date(since) else None],
        endDate=[until if _is_date(until) else None],
        status=[_mark(evidence)],
        summary=[_marked(f"{from_name} {label} {to_name}{f': {what}' if what else ''}", evidence)],
        **_evidence_properties(key, evidence, in_words),
    )


def _evidence_properties(
    key: str, evidence: Sequence[Evidence], more: list[str | None]
) -> dict[str, list[str | None]]:
    """Return the properties that say where a fact is stated and by whom."""
    return {
        "recordId": [key],
        "proof": [_id("source", piece.document) for piece in evidence],
        "sourceUrl": [piece.url for piece in evidence],
        "description": [*more, *map(_description, evidence)],
    }


def _description(piece: Evidence) -> str:
    parts = [piece.modality, piece.certainty]
    if piece.through:
        parts.append(f"through {piece.through}")
    if piece.stance:
        verb = "leaves open" if piece.stance == "neutral" else piece.stance
        parts.append(f"which the document {verb}")
    if piece.date_words or piece.date:
        parts.append(f"dated {' = '.join(filter(None, (piece.date_words, piece.date)))}")
    return f"{piece.document} {piece.passage}: {', '.join(parts)}"


def _mark(evidence: Sequence[Evidence]) -> str | None:
    """Return `alleged` or `rumoured` if the fact is no more than that; else None."""
    certainties = {piece.certainty for piece in evidence if piece.is_actual}
    if not certainties or certainties - {"alleged", "rumoured"}:
        return None
    return "alleged" if "alleged" in certainties else "rumoured"


def _marked(text: str, evidence: Sequence[Evidence]) -> str:
    mark = _mark(evidence)
    return f"{mark.capitalize()}: {text}" if mark else text


# --- values ---------------------------------------------------------------------------------------

# What is a date for FollowTheMoney and in EDTF alike: a year, a month, a day.
_DATE = re.compile("[12][0-9]{3}(-(0[1-9]|1[0-2])(-[0-9]{2})?)?")


def _is_date(date: str | None) -> bool:
    return bool(date and _DATE.fullmatch(date))


def _dated(word: str, date: str | None) -> str | None:
    return date and f"{word} (EDTF): {date}"


def _id(sort: str, key: str) -> str:
    """Return the id of an entity; it is the same wherever and whenever it is exported."""
    return sha1(f"sourcebook:{sort}:{key}".encode(), usedforsecurity=False).hexdigest()


def _post_key(what: str, key: str) -> str:
    return f"{key}:{what}"


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


def _entity(schema: str, sort: str, key: str, **properties: Iterable[str | None]) -> Entity:
    """Return an entity with the values that are not None, each once."""
    distinct = {
        name: list(dict.fromkeys(value for value in values if value is not None))
        for name, values in properties.items()
    }
    return {
        "id": _id(sort, key),
        "schema": schema,
        "properties": {name: values for name, values in distinct.items() if values},
    }


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
