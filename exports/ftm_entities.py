"""Entities of FollowTheMoney, made of rows that are named as their properties. Pure functions."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from hashlib import sha1
from typing import Any
from urllib.parse import urlsplit

from schema.vocabulary import ActorKind

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

ORGANISATIONS = ", ".join(
    f"'{kind}'" for kind, schema in SCHEMA_OF.items() if schema in ("Organization", "PublicBody")
)
"""Kinds of actors that have members, posts and heads, as SQL lists them."""

ENDS = {
    "Occupancy": ("holder", "post"),
    "Directorship": ("director", "organization"),
    "Membership": ("member", "organization"),
    "UnknownLink": ("subject", "object"),
}
"""What the two ends of a tie are called."""

SORTS = {"proof": "source", "post": "post"} | dict.fromkeys(
    ("entity", "involved", "organization", "holder", "director", "member", "subject", "object"),
    "actor",
)
"""Properties that refer to entities, and the sort in their ids."""

DATES = {"date": "date", "publishedAt": "published", "startDate": "since", "endDate": "until"}
"""Properties that are dates, and how one that FollowTheMoney doesn't know is described."""

DATE = re.compile("[12][0-9]{3}(-(0[1-9]|1[0-2])(-[0-9]{2})?)?")
"""What is a date for FollowTheMoney and in EDTF alike: a year, a month, a day."""

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


def entity(row: Mapping[str, str | None]) -> Entity:
    """Return the entity of a row: schema, sort, key, and its properties."""
    schema, sort, key = (row[name] or "" for name in ("schema", "sort", "key"))
    properties: dict[str, list[str | None]] = {
        "recordId": [key] if sort == "fact" and schema != "Note" else []
    }
    described: list[str | None] = []
    for column, value in list(row.items())[3:]:
        name = column.removesuffix("[]")
        values = [value] if name == column else json.loads(value or "[]")
        if column in ("from", "to"):
            name = ENDS[schema][column == "to"]
        if name == "name":
            values = [next(filter(_is_name, (value or "", key)), "unnamed")]
        elif name in SORTS:
            values = [entity_id(SORTS[name], other) for other in values if other is not None]
        elif name in DATES and value is not None and not DATE.fullmatch(value):
            described.append(f"{DATES[name]} (EDTF): {value}")
            start, _, end = value.partition("/")
            bounds = {"startDate": start, "endDate": end} if name == "date" else {}
            properties |= {bound: [day] for bound, day in bounds.items() if DATE.fullmatch(day)}
            continue
        properties[name] = [*properties.get(name, []), *values]
    properties["description"] = [*described, *properties.pop("description", [])]
    distinct = {
        name: [*dict.fromkeys(value for value in values if value is not None)]
        for name, values in properties.items()
    }
    return {
        "id": entity_id(sort, key),
        "schema": SCHEMA_OF.get(schema, schema),
        "properties": {name: values for name, values in distinct.items() if values},
    }


def entity_id(sort: str, key: str) -> str:
    """Return the id of an entity; it is the same wherever and whenever it is exported."""
    return sha1(f"sourcebook:{sort}:{key}".encode(), usedforsecurity=False).hexdigest()


# --- values ---------------------------------------------------------------------------------------


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
    if name == "wikidataId":
        return bool(re.fullmatch("Q[1-9][0-9]{0,30}", value))
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
