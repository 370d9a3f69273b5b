"""Likely duplicates: two keys whose names are equal or alike, and ties that two documents have.

Both are read from the database after a load, or a rehearsal of one, so that every coding there is
compared. Nothing is joined: a coder decides, with `sourcebook rename`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from sqlalchemy import Connection, text

from coding.faults import quoted
from coding.items import ItemKey
from schema.evidence import IDENTIFIED
from schema.folding import fold
from schema.vocabulary import ActorKind, FactKind

ALIKE = 88
"""How alike two names must be to be taken for spellings of one, out of 100."""

SHORTEST = 5
"""Names of fewer letters are alike by chance."""

_ARTICLES = frozenset({"the", "a", "an"})

VAGUE = ActorKind.UNNAMED
"""A kind that doesn't speak against another one: a bare surname may be coded so."""

NAMED = {
    "actor": """
        select actors.key, 0 as rank, actors.name, actors.kind, documents.key as document
        from actors
        join introductions on introductions.actor_id = actors.id
        join sources as documents on documents.id = introductions.document_id
        union
        select actors.key, 1, actor_names.name, actors.kind, documents.key
        from actor_names
        join actors on actors.id = actor_names.actor_id
        join facts on facts.id = actor_names.id
        join sources as documents on documents.id = facts.document_id
        where actor_names.name_kind in ('name', 'short')
        order by 1, 2, 3, 5
    """,
    **{
        kind: f"""
            select shared.key, 0 as rank, {named}, documents.key as document
            from {kind}s as shared
            join introductions on introductions.{kind}_id = shared.id
            join sources as documents on documents.id = introductions.document_id
            order by 1, 2, 3, 5
        """  # noqa: S608 - our own names
        for kind, named in {
            "place": "shared.name, shared.kind",
            "topic": "shared.label as name, '' as kind",
            "source": "shared.title as name, shared.kind",
        }.items()
    },
}
"""Key, name, kind and document of everything that codings share, the heading first."""

TIES = """
    select
      ours.key as document,
      facts.key as fact,
      relations.what,
      theirs.key as other_document,
      other_facts.key as other_fact,
      others.what as other_what
    from relations
    join facts on facts.id = relations.id
    join sources as ours on ours.id = facts.document_id
    join relations as others
      on others.from_actor_id = relations.from_actor_id
      and others.to_actor_id = relations.to_actor_id
      and others.type = relations.type
      and others.id <> relations.id
    join facts as other_facts on other_facts.id = others.id
    join sources as theirs on theirs.id = other_facts.document_id
    where theirs.id <> ours.id
    order by 1, 2, 4, 5
"""

IDENTIFIERS = """
    select {kind}s.key, identifiers.scheme, identifiers.identifier
    from identifiers
    join {kind}s on {kind}s.id = identifiers.{kind}_id
"""


@dataclass
class _Known:
    """Something that codings share, with all its names."""

    key: str
    kind: str
    names: dict[str, str] = field(default_factory=dict)
    """By folded name, the heading first."""
    documents: set[str] = field(default_factory=set)
    """The documents that name it."""
    identifiers: dict[str, set[str]] = field(default_factory=dict)
    """By scheme."""

    @property
    def heading(self) -> str:
        return next(iter(self.names), "")


def likely_duplicates(connection: Connection, documents: set[str]) -> Iterator[tuple[ItemKey, str]]:
    """Yield keys that these documents name and that are like others, with what speaks for it.

    If a document names both, they aren't duplicates: its coder kept them apart.
    """
    for kind, query in NAMED.items():
        known: dict[str, _Known] = {}
        for key, _rank, name, what, document in connection.execute(text(query)):
            item = known.setdefault(key, _Known(key, what))
            item.names.setdefault(fold(name), name)
            item.documents.add(document)
        identified = IDENTIFIERS.format(kind=kind) if kind in IDENTIFIED else None
        for key, scheme, identifier in connection.execute(text(identified)) if identified else ():
            if key in known:
                known[key].identifiers.setdefault(scheme, set()).add(identifier)
        for a, b in _candidates(known):
            shared = a.identifiers.keys() & b.identifiers.keys()
            if any(a.identifiers[scheme].isdisjoint(b.identifiers[scheme]) for scheme in shared):
                continue  # catalogues tell them apart
            if a.documents & b.documents or not (a.documents | b.documents) & documents:
                continue
            reasons = _reasons(kind, a, b)
            if reasons:
                new, old = (a, b) if a.documents & documents else (b, a)
                same = new.kind == old.kind or VAGUE in (new.kind, old.kind)
                against = "" if same else f"; against it: {new.kind}, {old.kind}"
                remedy = f"`sourcebook rename {kind} {new.key} {old.key} CODING…` joins them"
                where = ", ".join(sorted(old.documents))
                message = f"may be {old.key} of {where}: {reasons}{against}; if so, {remedy}"
                yield ItemKey(kind, new.key), message


def _candidates(known: Mapping[str, _Known]) -> list[tuple[_Known, _Known]]:
    """Return the pairs worth comparing: those with a name, its last word or its start in common."""
    blocks: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for key, item in known.items():
        for name in item.names:
            if name:
                blocks["last", name.split()[-1]].add(key)
                blocks["name", name].add(key)
        blocks["start", item.heading[:3]].add(key)
    pairs = {pair for keys in blocks.values() for pair in combinations(sorted(keys), 2)}
    return [(known[a], known[b]) for a, b in sorted(pairs)]


def _reasons(kind: str, a: _Known, b: _Known) -> str:
    """Say why two may be one; "" if nothing speaks for it."""
    from rapidfuzz import fuzz

    same = a.names.keys() & b.names.keys()
    if same:
        return f"both are called {quoted(a.names[min(same, key=len)])}"
    kinds = {a.kind, b.kind} - {VAGUE}
    if len(kinds) > 1:
        return ""
    ours, theirs = a.names[a.heading], b.names[b.heading]
    words, other = set(a.heading.split()), set(b.heading.split())
    if kind == "actor" and kinds <= {ActorKind.PERSON} and (words < other or other < words):
        short, long = sorted((ours, theirs), key=len)
        if fold(short).split()[-1] == fold(long).split()[-1]:
            return f"{quoted(short)} is part of {quoted(long)}"
    if min(len(a.heading), len(b.heading)) < SHORTEST or _numbers(a) != _numbers(b):
        return ""
    if fuzz.ratio(a.heading, b.heading) >= ALIKE:
        return f"{quoted(ours)} and {quoted(theirs)} are spelled alike"
    return ""


def _numbers(known: _Known) -> list[str]:
    return [word for word in known.heading.split() if any(map(str.isdecimal, word))]


def repeated_ties(
    connection: Connection, documents: set[str]
) -> Iterator[tuple[str, ItemKey, str]]:
    """Yield document and key of ties of these documents that another document has, with advice."""
    for document, fact, what, other, other_fact, theirs in connection.execute(text(TIES)):
        alike = not what or not theirs or _core(what) == _core(theirs)
        if alike and document in documents and (other not in documents or other < document):
            remedy = f"write `elsewhere: - fact: {other}:{other_fact}` with its evidence instead"
            message = f"already in {other}; {remedy}, or keep both"
            yield document, ItemKey(FactKind.RELATION, fact), message


def _core(what: str) -> str:
    """Return words without case and articles: the supreme leader is Supreme Leader."""
    return " ".join(word for word in fold(what).split() if word not in _ARTICLES)
