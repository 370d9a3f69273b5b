"""Sources as they are cited: who wrote them, title, publisher, date, address and passages."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, bindparam, text

from output.wording import listed, runs
from schema.date_words import date_in_words
from schema.vocabulary import ActorKind, Anonymity, SourceKind, SourceRole

BATCH = 1000
"""Sources per query: engines limit the number of bound values."""

SOURCES = """
    select sources.id, sources.key, sources.kind, sources.anonymity, sources.title,
      sources.published, sources.url, sources.language, sources.volume, sources.issue,
      sources.pages, documents.key as document, codings.document_id as coded,
      makers.role, makers.name, makers.actor_kind
    from sources
    left join sources as documents on documents.id = sources.document_id
    left join codings on codings.document_id = sources.id
    left join (
      select source_actors.source_id, source_actors.role, source_actors.n, actors.name,
        actors.kind as actor_kind, actors.key as actor
      from source_actors
      join actors on actors.id = source_actors.actor_id
      where source_actors.source_id in :ids
      union all
      select source_id, role, n, name, null, null
      from source_credits
      where source_id in :ids
    ) as makers on makers.source_id = sources.id
    where sources.id in :ids
    order by documents.key nulls first, sources.key, sources.id, makers.n, makers.name,
      makers.actor
"""

IDENTIFIERS = """
    select source_id, scheme, min(identifier) as identifier
    from identifiers
    where source_id in :ids and scheme in ('doi', 'isbn', 'issn')
    group by source_id, scheme
    order by source_id, scheme
"""

DOCUMENTS = """
    select id
    from sources
    where document_id is null
      and key in :documents
    order by key
"""

# A source that only a coded document tells about is cited through that document.
RELAYED = """
    select attributions.source_id as source, attributions.document_id as document
    from attributions
    where attributions.source_id in :ids
      and attributions.parent_id is not null
    union
    select citations.source_id, citations.document_id
    from citations
    where citations.source_id in :ids
    order by source, document
"""


@dataclass(frozen=True)
class Creator:
    """Somebody who wrote, published or speaks through a source."""

    name: str
    person: bool

    def family_and_given(self) -> tuple[str, str] | None:
        """Split a person's name before its last word and the particles in front of that.

        None if it can't be split: an institution, a single word, or a name with a comma, whose
        order nobody knows.
        """
        words = self.name.split()
        if not self.person or len(words) < 2 or "," in self.name:
            return None
        first = len(words) - 1
        while first > 1 and words[first - 1].islower():  # van, de la, bin
            first -= 1
        return " ".join(words[first:]), " ".join(words[:first])


@dataclass(frozen=True)
class Reference:
    """A source to be cited."""

    key: str
    """Its key; of an unnamed source with its document: `document:key`."""
    kind: str
    title: str
    authors: tuple[Creator, ...]
    """Its authors in the coder's order, or else its voices."""
    publishers: tuple[Creator, ...]
    published: str
    """EDTF, or nothing."""
    url: str
    language: str
    described: bool
    """Whether the title may be the coder's words for it: then it isn't quoted."""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """Its DOI, ISBN and ISSN, by scheme."""
    relayed_by: tuple["Reference", ...] = ()
    """The coded documents through which it is known, unless it is such a document itself."""

    def text(self, *, passages: str = "") -> str:
        """Return the citation to paste, without its full stop."""
        parts = [
            listed([author.name for author in self.authors]),
            self.title if self.described else f"“{self.title}”",
            listed([publisher.name for publisher in self.publishers]),
            self.place_in_journal(),
            date_in_words(self.published, full=True),
            f"https://doi.org/{self.doi}" if self.doi else self.url,
            passages,
            self.note(),
        ]
        return ", ".join(part for part in parts if part)

    def place_in_journal(self) -> str:
        """Return volume, issue and pages: vol. 3, no. 2, pp. 12–34."""
        plural = "pp." if re.search("[-–,]", self.pages) else "p."
        parts = {"vol.": self.volume, "no.": self.issue, plural: self.pages.replace("-", "–")}
        return ", ".join(f"{label} {value}" for label, value in parts.items() if value)

    @property
    def doi(self) -> str:
        """Its DOI, or nothing."""
        return self.identifiers.get("doi", "")

    @property
    def in_journal(self) -> bool:
        """Whether it is an article with a place in a journal, which is its publisher then."""
        return self.kind == SourceKind.ARTICLE and bool(self.volume or self.issue)

    def brief(self) -> str:
        """Return author, title and date, without a full stop."""
        bare = replace(self, publishers=(), url="", identifiers={}, relayed_by=())
        return replace(bare, volume="", issue="", pages="").text()

    def note(self) -> str:
        """Say which documents the source is known through, if it hasn't been read itself."""
        documents = "; ".join(document.text() for document in self.relayed_by)
        return f"cited in {documents}" if documents else ""


def references(connection: Connection, ids: Sequence[int]) -> Iterator[Reference]:
    """Yield the sources with these ids, sorted by key, unnamed ones last."""
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        relayed = {
            source: [row.document for row in rows]
            for source, rows in groupby(_rows(connection, RELAYED, batch), attrgetter("source"))
        }
        documents = sorted({document for through in relayed.values() for document in through})
        by_id = dict(_references(connection, documents, {}))
        through = {
            source: tuple(by_id[document] for document in documents)
            for source, documents in relayed.items()
        }
        for _, reference in _references(connection, batch, through):
            yield reference


def citations(
    connection: Connection, places: Mapping[str, Collection[int]]
) -> Iterator[tuple[str, str]]:
    """Yield each document's key and the citation of these passages, sorted by key.

    `places` is read only when the first citation is needed, after all rows.
    """
    statement = text(DOCUMENTS).bindparams(bindparam("documents", expanding=True))
    documents = sorted(places)
    for start in range(0, len(documents), BATCH):
        keys = {"documents": documents[start : start + BATCH]}
        for source in references(connection, connection.execute(statement, keys).scalars().all()):
            yield source.key, f"{source.text(passages=cited_passages(places[source.key]))}."


def cited_passages(numbers: Collection[int]) -> str:
    """Return the numbers of passages as cited: ¶ 4, or ¶¶ 4, 7–9."""
    numbered = ", ".join(
        f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs(sorted(numbers))
    )
    return f"{'¶' if len(numbers) == 1 else '¶¶'} {numbered}"


def _references(
    connection: Connection, ids: Sequence[int], relayed: dict[int, tuple[Reference, ...]]
) -> Iterator[tuple[int, Reference]]:
    identifiers = {
        source: {row.scheme: row.identifier for row in rows}
        for source, rows in groupby(_rows(connection, IDENTIFIERS, ids), attrgetter("source_id"))
    }
    for id, rows in groupby(_rows(connection, SOURCES, ids), attrgetter("id")):
        actors = list(rows)
        source = actors[0]
        by_role = {
            role: tuple(
                # Who isn't coded as an actor is probably a person, if it is an author.
                Creator(
                    row.name,
                    row.actor_kind == ActorKind.PERSON
                    or (row.actor_kind is None and role == SourceRole.AUTHOR),
                )
                for row in actors
                if row.role == role
            )
            for role in SourceRole
        }
        writing = source.kind in (SourceKind.ARTICLE, SourceKind.BOOK) or source.url is not None
        named = source.anonymity == Anonymity.NAMED
        coded = source.coded is not None
        yield (
            id,
            Reference(
                key=source.key if source.document is None else f"{source.document}:{source.key}",
                kind=source.kind,
                title=source.title,
                authors=by_role[SourceRole.AUTHOR] or by_role[SourceRole.VOICE],
                publishers=by_role[SourceRole.PUBLISHER],
                published=source.published or "",
                url=source.url or "",
                language=source.language or "",
                volume=source.volume or "",
                issue=source.issue or "",
                pages=source.pages or "",
                identifiers=identifiers.get(id, {}),
                described=not (coded or (named and writing)),
                relayed_by=() if coded else relayed.get(id, ()),
            ),
        )


def _rows(connection: Connection, query: str, ids: Sequence[int]) -> Iterator[Any]:
    statement = text(query).bindparams(bindparam("ids", expanding=True))
    yield from connection.execute(statement, {"ids": list(ids)})
