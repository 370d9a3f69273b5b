"""What the FollowTheMoney export relies on: schemata, properties, and entities built for tests.

`make test-system` compares these with FollowTheMoney's own model.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Connection

from exports import ftm_entities
from exports.ftm import ftm
from schema.vocabulary import FactKind
from tests.export_folders import job
from tests.sourcebook_builder import SourcebookBuilder

Entity = dict[str, Any]
Entities = dict[str, Entity]

EVIDENCE = {"recordId", "proof", "sourceUrl", "description"}
ACTOR = {"name", "alias", "weakAlias", "wikidataId", "idNumber", "keywords", "notes"}
TIE = {"startDate", "endDate", "status", "summary", *EVIDENCE}

PROPERTIES = {
    "Person": ACTOR,
    "PublicBody": ACTOR,
    "Organization": ACTOR,
    "LegalEntity": ACTOR,
    "Article": {
        *("title", "author", "publisher", "publishedAt", "sourceUrl", "keywords", "description"),
    },
    "Event": {
        *(
            "name",
            "alias",
            "summary",
            "date",
            "startDate",
            "endDate",
            "location",
            "involved",
            "notes",
        ),
        *("keywords", *EVIDENCE),
    },
    "Note": {"description", "summary", "entity", "keywords", "notes", "sourceUrl"},
    "Position": {"name", "organization"},
    "Occupancy": {"holder", "post", *TIE},
    "Directorship": {"director", "organization", "role", *TIE},
    "Membership": {"member", "organization", "role", *TIE},
    "UnknownLink": {"subject", "object", "role", *TIE},
}
"""The schemata that we use, and the properties that we give their entities."""

REQUIRED = {
    **{name: {"name"} for name in ("Person", "PublicBody", "Organization", "LegalEntity")},
    "Article": set[str](),
    "Event": {"name"},
    "Note": set(),
    "Position": {"name"},
    "Occupancy": {"holder", "post"},
    "Directorship": {"director", "organization"},
    "Membership": {"member", "organization"},
    "UnknownLink": {"subject", "object"},
}
"""The properties that an entity must have."""

ORGANIZATIONS = {"Organization", "PublicBody"}
ACTORS = {"Person", "LegalEntity", *ORGANIZATIONS}
TARGETS = {
    "proof": {"Article"},
    "entity": ACTORS,
    "involved": ACTORS,
    "organization": ORGANIZATIONS,
    "holder": {"Person"},
    "post": {"Position"},
    "director": ACTORS,
    "member": ACTORS,
    "subject": ACTORS,
    "object": ACTORS,
}
"""The schemata of the entities that a property may refer to."""


def exported(connection: Connection, folder: Path) -> Entities:
    """Export the entities; return them by id, after a look at each and at its references."""
    [file] = ftm(job(connection, folder, "ftm"))
    lines = (folder / file.name).read_text(encoding="utf-8").splitlines()
    assert file.rows == len(lines)
    entities = {entity["id"]: entity for entity in map(parsed, lines)}
    assert len(entities) == len(lines), "two entities have one id"
    for entity in entities.values():
        for name, values in entity["properties"].items():
            for value in values if name in TARGETS else ():
                assert entities[value]["schema"] in TARGETS[name], (entity, name, value)
    return entities


def parsed(line: str) -> Entity:
    """Return an entity that has the properties of its schema."""
    entity: Entity = json.loads(line)
    properties = entity["properties"]
    assert len(entity["id"]) == 40
    assert REQUIRED[entity["schema"]] <= properties.keys() <= PROPERTIES[entity["schema"]]
    for values in properties.values():
        assert values
        assert all(isinstance(value, str) and value for value in values)
        assert len({*values}) == len(values)
    return entity


def add_ties(connection: Connection) -> None:
    """Write a tie of each sort."""
    book = SourcebookBuilder(connection)
    book.actor("alma", "Alma")
    book.actor("zoe", "Zoë", "person")
    book.actor("folk", "The folk", "community")
    book.actor("club", "The club", "organisation")
    book.document("letter", "A letter", 2)

    def tie(key: str, origin: str, type: str, target: str, *evidence: Any, **columns: Any) -> None:
        pieces = [{"voice": "letter", "at": [(1, 0)], **piece} for piece in evidence or ({},)]
        book.fact(
            FactKind.RELATION,
            key,
            pieces,
            type=type,
            from_actor_id=book.ids["actor", origin],
            to_actor_id=book.ids["actor", target],
            **columns,
        )

    alleged = {"certainty": "alleged"}
    tie("post", "zoe", "heads", "alma", what="queen", since=book.date("2015-11"))
    tie("head", "zoe", "heads", "club", until=book.date("[..2015]"))
    tie("rumour", "zoe", "holds-post-in", "club", alleged, what="clerk")
    tie("member", "alma", "member-of", "club")
    tie("open", "alma", "member-of", "club", {}, {**alleged, "modality": "denied"})
    tie("among", "zoe", "member-of", "folk")
    tie("denied", "alma", "member-of", "club", {"modality": "denied"})
    tie("rejected", "alma", "supports", "club", {**alleged, "stance": "rejects"})


def line(**columns: Any) -> str:
    """Return the line of an entity with these columns."""
    return ftm_entities.json_line(ftm_entities.entity(columns), Counter())


def event(**columns: Any) -> str:
    """Return the line of an event."""
    row = {"schema": "Event", "sort": "fact", "key": "letter:e", "name": "Rain"}
    lists = {"proof[]": '["letter"]', "description[]": '["letter ¶1: actual, asserted"]'}
    return line(**{**row, **columns, **lists})


def lines(name: str, key: str, other: str | None, url: str) -> list[str]:
    """Return lines of entities with these values wherever a text may be."""
    texts = {"key": key, "name": name}
    listed = json.dumps([name, key, other])
    return [
        line(schema="person", sort="actor", **texts, **{"alias[]": listed}, notes=other),
        line(
            schema="Article", sort="source", key=key, title=name, publishedAt=other, sourceUrl=url
        ),
        line(schema="Position", sort="post", **texts, organization=key),
        event(**texts, summary=other, location=name, **{"notes[]": listed}, date=other),
    ]


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(
        ["", " ", "\x00", '"', "''", '"a"', "\u200b", "\u2028", "...", "x" * 10**5, "0042", "😀"]
    ),
)
URLS = st.one_of(
    TEXTS,
    st.sampled_from(["http://", "ftp://ex.org", "http://[::1", "http://a b.org", "javascript:x"]),
    st.from_regex(r"https?://[^/\s]{1,9}(/\w*)?", fullmatch=True),
)
EXAMPLES = (
    ("\x00", "'", None, "http://carnegie-mec.org/diwan/63699"),
    ("e\u0301", "\ufeff", "\x1b", "http://example.org:99999"),
)
