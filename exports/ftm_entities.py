"""What becomes what in FollowTheMoney: actors, writings, events, ties and posts. Touches nothing.

| here | there |
| --- | --- |
| actor | Person, PublicBody, Organization, else LegalEntity: see SCHEMA_OF |
| name | `alias`; short ones, titles, metonyms and descriptions: `weakAlias` |
| source that is a writing | Article, whatever it is: a Document has to be a file |
| event that is actual | Event; all who take part are `involved`, as what says `notes` |
| post of a person | Position, with an Occupancy |
| membership in an organisation | Membership |
| head of an organisation, without a title | Directorship |
| any other tie | UnknownLink, whose `role` says what it is |
| evidence | `proof` and `sourceUrl`: the document; `description`: one value each |
| date | `date`, `startDate`, `endDate` where EDTF is a day, month or year, else in words |
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
    # No body of their own, and whether one or many is not always known: the widest that can act.
    ActorKind.COMMUNITY: "LegalEntity",
    ActorKind.COLLECTIVE: "LegalEntity",
    ActorKind.UNNAMED: "LegalEntity",
}

ORGANISATIONS = ("Organization", "PublicBody")
"""What has members, posts and heads there; PublicBody is a kind of Organization."""

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
"""How many characters a value may have; 1,024 where nothing is said."""
LIMIT = 1024

NAMES = ("name", "alias", "weakAlias")


class Participant(NamedTuple):
    """Who takes part in an event, as what."""

    role: str
    key: str
    name: str


class Evidence(NamedTuple):
    """What one voice says of a fact, and where."""

    document: str
    url: str | None
    passage: str
    modality: str
    certainty: str
    stance: str | None
    through: str | None
    """The voices that it came through; None: the document's own."""
    date: str | None
    date_words: str | None

    @property
    def holds(self) -> bool:
        """Whether it has the fact as actual, and the document does not reject that."""
        return self.modality == "actual" and self.stance != "rejects"


# --- entities -------------------------------------------------------------------------------------


def actor(
    names: Iterable[Sequence[str]], key: str, name: str, kind: str, background: str | None
) -> Entity:
    """Make the entity of an actor; `names` are those that texts use, each with its kind."""
    known: dict[str, list[str]] = {"alias": [], "weakAlias": []}
    for other, name_kind in names:
        if other != name:
            known["alias" if name_kind in FULL_NAMES else "weakAlias"].append(other)
    return _entity(
        SCHEMA_OF[kind],
        "actor",
        key,
        name=[_named(name, key)],
        **known,
        keywords=[kind],
        notes=[background and f"Background that no source vouches for: {background}"],
    )


def document(
    makers: Iterable[Sequence[str]],
    key: str,
    title: str,
    kind: str,
    published: str | None,
    url: str | None,
) -> Entity:
    """Make the entity of a writing; `makers` are names, each as author or publisher."""
    known = list(makers)
    return _entity(
        "Article",
        "source",
        key,
        title=[title],
        author=[name for name, role in known if role == "author"],
        publisher=[name for name, role in known if role == "publisher"],
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
    """Make the entity of an event that is actual."""
    start, slash, end = (date or "").partition("/")
    return _entity(
        "Event",
        "fact",
        key,
        name=[_marked(_named(title, key), evidence)],
        summary=[summary],
        date=[date if _is_date(date) else None],
        startDate=[start if slash and _is_date(start) else None],
        endDate=[end if _is_date(end) else None],
        location=[place],
        involved=[_id("actor", one.key) for one in participants],
        notes=[f"{one.role}: {one.name}" for one in participants],
        keywords=[event_type],
        **_vouched(key, evidence, [None if _is_date(date) else _dated("date", date)]),
    )


def post(what: str, key: str, name: str, kind: str) -> Entity:
    """Make the entity of a post with an actor."""
    return _entity(
        "Position",
        "post",
        _post_key(what, key),
        name=[_named(f"{what}, {name}", key)],
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
    """Make the entity of a standing tie that is actual."""
    one, other = _id("actor", from_key), _id("actor", to_key)
    told = f"{label}: {what}" if what else label
    # What is only alleged is no post or membership that a tool may count with.
    firm = _mark(evidence) is None
    organisation = SCHEMA_OF[to_kind] in ORGANISATIONS
    ends: dict[str, list[str | None]]
    if firm and what and from_kind == ActorKind.PERSON and type in ("heads", "holds-post-in"):
        schema, ends = (
            "Occupancy",
            {"holder": [one], "post": [_id("post", _post_key(what, to_key))]},
        )
    elif firm and organisation and type == "heads":
        schema, ends = "Directorship", {"director": [one], "organization": [other], "role": [told]}
    elif firm and organisation and type == "member-of":
        schema, ends = "Membership", {"member": [one], "organization": [other], "role": [what]}
    else:
        schema = "UnknownLink"
        ends = {"subject": [one], "object": [other], "role": [_marked(told, evidence)]}
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
        **_vouched(key, evidence, in_words),
    )


def _vouched(
    key: str, evidence: Sequence[Evidence], more: list[str | None]
) -> dict[str, list[str | None]]:
    """Give what says where a fact stands and who tells it."""
    return {
        "recordId": [key],
        "proof": [_id("source", one.document) for one in evidence],
        "sourceUrl": [one.url for one in evidence],
        "description": [*more, *map(_said, evidence)],
    }


def _said(one: Evidence) -> str:
    """Write down a piece of evidence."""
    parts = [one.modality, one.certainty]
    if one.through:
        parts.append(f"through {one.through}")
    if one.stance:
        parts.append(f"which the document {_STANCES[one.stance]}")
    if one.date_words or one.date:
        parts.append(f"dated {' = '.join(filter(None, (one.date_words, one.date)))}")
    return f"{one.document} {one.passage}: {', '.join(parts)}"


_STANCES = {
    "endorses": "endorses",
    "neutral": "leaves open",
    "doubts": "doubts",
    "rejects": "rejects",
}


def _mark(evidence: Sequence[Evidence]) -> str | None:
    """Say that a fact is only alleged or rumoured; None where somebody tells it otherwise."""
    told = {one.certainty for one in evidence if one.holds}
    if not told or told - {"alleged", "rumoured"}:
        return None
    return "alleged" if "alleged" in told else "rumoured"


def _marked(told: str, evidence: Sequence[Evidence]) -> str:
    mark = _mark(evidence)
    return f"{mark.capitalize()}: {told}" if mark else told


# --- values ---------------------------------------------------------------------------------------

# What FollowTheMoney takes for a date that is one in EDTF too: a year, a month, a day.
_DATE = re.compile("[12][0-9]{3}(-(0[1-9]|1[0-2])(-[0-9]{2})?)?")


def _is_date(date: str | None) -> bool:
    return bool(date and _DATE.fullmatch(date))


def _dated(word: str, date: str | None) -> str | None:
    return date and f"{word} (EDTF): {date}"


def _id(sort: str, key: str) -> str:
    """Give the id of an entity, the same wherever and whenever it is exported."""
    return sha1(f"sourcebook:{sort}:{key}".encode(), usedforsecurity=False).hexdigest()


def _post_key(what: str, key: str) -> str:
    return f"{key}:{what}"


def _named(name: str, key: str) -> str:
    """Give a name that is one: where it is nothing but blanks and marks, the key."""
    return next((one for one in (name, key) if _is_name(one)), "unnamed")


def _is_name(value: str) -> bool:
    return any(unicodedata.category(char)[0] in "LNS" for char in value)


def _is_shown(value: str) -> bool:
    return any(char.isprintable() and not char.isspace() for char in value)


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    host = r"[\w-]*[^\W_][\w-]*"
    return parts.scheme in ("http", "https", "ftp") and bool(
        re.fullmatch(rf"({host}\.)*[^\W\d_][\w-]+", parts.hostname or "")
    )


def _fits(name: str, value: str) -> bool:
    """Whether FollowTheMoney takes a value for a property, but for its length."""
    if name == "sourceUrl":
        return _is_url(value) and len(value) <= LIMITS[name]
    return _is_name(value) if name in NAMES else _is_shown(value)


def _entity(schema: str, sort: str, key: str, **properties: Iterable[str | None]) -> Entity:
    """Make an entity of what there is, each value once."""
    known = {
        name: list(dict.fromkeys(value for value in values if value is not None))
        for name, values in properties.items()
    }
    return {
        "id": _id(sort, key),
        "schema": schema,
        "properties": {name: values for name, values in known.items() if values},
    }


def line(entity: Mapping[str, Any], spoilt: Counter[str]) -> str:
    """Write an entity as a line of JSON.

    Of each property, the values are counted in `spoilt` that are cut, because they are too long,
    or left out, because FollowTheMoney takes nothing such: no web address, no visible character.
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
            spoilt[name] += len(set(values) - set(properties.get(name, ())))
    return json.dumps({**entity, "properties": properties}, ensure_ascii=False) + "\n"
