"""Full-text search: which rows hold some words, the best first, on any sourcebook.

There is no index that loads and feeds would have to keep in step. The database gives the rows that
may hold the words; FTS5 finds and ranks them in a file that is gone at the end, so that the same
rows come in the same order from either engine. Reads the sourcebook only.

Words are compared as FTS5's `unicode61` does: without case and accents, by letters and digits.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, text

from database.errors import SourcebookError

MOST_WORDS = 50
"""How many words a search can have."""

AT_ONCE = 1000
"""How many hits are completed with one query."""

# Vowel signs belong to a word too, beyond the accents that FTS5 takes for a part of one.
TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"

# Letters beyond ASCII; most English texts have but these signs beside it.
FOREIGN = r"[^\x01-\x7f‘’“”–—…]"


class Kind(StrEnum):
    """What can be found. Of rows that fit equally well the first kinds come first."""

    PASSAGE = "passage"
    QUOTE = "quote"
    EVENT = "event"
    POSITION = "position"
    RELATION = "relation"
    ACTOR = "actor"


class SearchError(SourcebookError):
    """What cannot be searched; the message is one line and says what to do."""


class WordsError(SearchError):
    """Words that cannot be looked for."""


class Hit(NamedTuple):
    """A row that holds all the words."""

    kind: str
    key: str | None
    """Of an actor, or of a fact in the document that introduced it; None of a passage."""
    text: str
    """The passage, the words of a quote, the title, statement, tie or heading."""
    more: str | None
    """What a quote says, an event's summary, what a tie is for, an actor's names."""
    modality: str | None
    """Whether it is, of events, positions and relations."""
    certainty: str | None
    """How it is told, of facts."""
    source: str | None
    """Keys of the documents that say it."""
    passage: str | None
    """Where: ¶n, behind the document's key where several documents do; of an actor, its names."""


@dataclass(frozen=True)
class SearchQuery:
    """The pieces that a row must contain, all of them; a piece is a word or a phrase."""

    pieces: tuple[tuple[tuple[str, ...], bool], ...]
    """Folded words, and whether the last of them is only the beginning of a word."""

    @classmethod
    def parse(cls, words: str) -> SearchQuery:
        """Parse what a user typed: words, "phrases", and beginnings*.

        No other character has a meaning. Raises WordsError if it holds no word, or more than
        MOST_WORDS.
        """
        # Half a surrogate pair, as a broken argument has it, is in no text.
        words = re.sub("[\ud800-\udfff\0]", " ", words)
        parts = re.findall(r'["“”„]([^"“”„]*)["“”](\*?)|([^\s"“”„]+)', words)
        given = [(phrase or word, bool(star) or word.endswith("*")) for phrase, star, word in parts]
        pieces: dict[int, list[str]] = defaultdict(list)
        with _index() as index:
            index.executemany("insert into found (text) values (?)", [(one,) for one, _ in given])
            index.execute("create virtual table said using fts5vocab (found, instance)")
            words_of = "select doc, term from said where term <> '' order by doc, \"offset\""
            for n, word in index.execute(words_of):
                pieces[n - 1].append(word)
        kept = dict.fromkeys((tuple(said), given[n][1]) for n, said in sorted(pieces.items()))
        if not kept:
            raise WordsError("give at least one word, of letters or digits")
        if sum(len(said) for said, _ in kept) > MOST_WORDS:
            raise WordsError(f"give at most {MOST_WORDS} words")
        return cls(tuple(kept))

    @property
    def expression(self) -> str:
        """The same for FTS5. No sign in its words means anything there."""
        said = (f'"{" ".join(words)}"{" *" if begun else ""}' for words, begun in self.pieces)
        return " AND ".join(said)

    def condition(self, connection: Connection, value: str) -> tuple[str, dict[str, str]]:
        """Write a condition on an SQL expression, and what to bind to it.

        Every text with these words fulfils it, and not many others. Engines agree on case in ASCII
        alone: texts with other letters SQLite hands to `possibly`, PostgreSQL lets them through.
        """
        if connection.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.create_function("possible", 1, self.possibly, deterministic=True)
            like, foreign = "like", f"length(cast({value} as blob)) <> length({value})"
            foreign, bound = f"({foreign} and possible({value}))", {}
        else:
            like, foreign, bound = "ilike", f"{value} ~ :foreign", {"foreign": FOREIGN}
        words = {word for said, _ in self.pieces for word in said}
        if not all(map(str.isascii, words)):
            return foreign, bound
        likes = {f"word{n}": f"%{word}%" for n, word in enumerate(sorted(words))}
        held = " and ".join(f"{value} {like} :{name}" for name in likes)
        return f"({held} or {foreign})", {**bound, **likes}

    def possibly(self, text: str) -> bool:
        """Say whether a text may have these words: it does have their letters."""
        letters = _plain(text) if self._plainly else _letters(text)
        for word in self.letters:  # noqa: SIM110 - `all` would cost as much again
            if word not in letters:
                return False
        return True

    @cached_property
    def letters(self) -> list[str]:
        """Each word as `possibly` compares it, the longest first: few texts have that."""
        words = {_letters(word) for said, _ in self.pieces for word in said}
        return sorted(words, key=len, reverse=True)

    @cached_property
    def _plainly(self) -> bool:
        return all(word.isascii() for said, _ in self.pieces for word in said)


def _letters(text: str) -> str:
    """Give a text without case and accents: whatever is one word to FTS5 is alike here too."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(one for one in decomposed if not unicodedata.combining(one))


def _plain(text: str) -> str:
    """Give the ASCII letters of that alone, ten times as fast."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


class SearchResult:
    """The hits of a search; they can be read while the search's block lasts."""

    def __init__(
        self, index: sqlite3.Connection, query: SearchQuery, connection: Connection
    ) -> None:
        self._index = index
        self._query = query
        self._connection = connection
        [self.total] = index.execute(
            "select count(*) from found where found match ?", [query.expression]
        ).fetchone()
        """How many rows hold the words."""

    def hits(self, limit: int, marks: tuple[str, str] | None = None) -> Iterator[Hit]:
        """Give the best first: those that hold the words often, and little else.

        With marks, they stand around the words found, and of a long text only that part is given.
        """
        shown = "text, more"
        if marks:
            shown = "snippet(found, 0, :a, :b, '…', 40), snippet(found, 1, :a, :b, '…', 20)"
        rows = self._index.execute(
            f"""
            select kind, id, source, key, n, modality, {shown}
            from found
            where found match :query
            order by rank, place, source, key, n
            limit :limit
            """,  # noqa: S608 - one of the two above
            {
                "query": self._query.expression,
                "limit": limit,
                **dict(zip("ab", marks or ("", ""), strict=True)),
            },
        )
        while some := rows.fetchmany(AT_ONCE):
            yield from self._complete(some)

    def _complete(self, rows: Sequence[Sequence[Any]]) -> Iterator[Hit]:
        """Add where facts and actors stand, and whether facts are."""
        actors = [id for kind, id, *_ in rows if kind == Kind.ACTOR]
        facts = [id for kind, id, *_ in rows if kind not in (Kind.ACTOR, Kind.PASSAGE)]
        grounds = {one.fact_id: one for one in self._connection.execute(GROUNDS, {"ids": facts})}
        named = self._named(actors)
        for kind, id, source, key, n, modality, said, more in rows:
            if kind == Kind.PASSAGE:
                yield Hit(kind, None, said, None, None, None, source, f"¶{n}")
            elif kind == Kind.ACTOR:
                yield Hit(kind, key, said, more, None, None, *named.get(id, (None, None)))
            else:
                of = grounds[id]
                if kind != Kind.QUOTE:
                    modality = modality or of.modality
                yield Hit(kind, key, said, more, modality, of.certainty, of.source, of.passage)

    def _named(self, actors: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Say where the names of actors stand, as the view `grounds` says it of facts."""
        places: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for actor, document, n in self._connection.execute(NAMED, {"ids": actors}):
            places[actor][document].append(n)
        return {
            actor: (
                "; ".join(by),
                "; ".join(
                    f"{document} ¶{n}" if len(by) > 1 else f"¶{n}"
                    for document, passages in by.items()
                    for n in passages
                ),
            )
            for actor, by in places.items()
        }


@contextmanager
def search(
    connection: Connection, query: SearchQuery, kinds: Sequence[Kind] = ()
) -> Iterator[SearchResult]:
    """Find the rows of these kinds, or of all kinds, that match a query.

    Raises SearchError where Python's SQLite has no FTS5.
    """
    with _index() as index:
        for place, kind in enumerate(Kind):
            if kind in (kinds or Kind):
                _gather(connection, index, query, kind, place)
        yield SearchResult(index, query, connection)


def textless(connection: Connection) -> list[str]:
    """Return the documents with passages whose text is not stored, and so not searched."""
    return list(connection.execute(TEXTLESS).scalars())


def _gather(
    connection: Connection, index: sqlite3.Connection, query: SearchQuery, kind: Kind, place: int
) -> None:
    """Insert the rows of one kind that may match into the index."""
    condition, bound = query.condition(connection, "text || ' ' || coalesce(more, '')")
    statement = text(f"select * from ({ROWS[kind]}) as every where {condition}")  # noqa: S608 - ours
    rows = connection.execution_options(yield_per=AT_ONCE).execute(statement, bound)
    index.executemany(
        f"""
        insert into found (kind, place, id, source, key, n, modality, text, more)
        values ('{kind}', {place}, ?, ?, ?, ?, ?, ?, ?)
        """,  # noqa: S608 - a name and a number of ours
        # The condition is weaker on PostgreSQL.
        (tuple(row) for row in rows if query.possibly(f"{row[-2]} {row[-1] or ''}")),
    )


@contextmanager
def _index() -> Iterator[sqlite3.Connection]:
    """Yield an index in a temporary file, which SQLite deletes."""
    with closing(sqlite3.connect("", isolation_level=None)) as index:
        index.execute("pragma journal_mode = off")
        index.execute("pragma synchronous = off")
        try:
            index.execute(
                "create virtual table found using fts5 (text, more, kind unindexed, "
                "place unindexed, id unindexed, source unindexed, key unindexed, n unindexed, "
                f'modality unindexed, tokenize = "{TOKENIZER}")'
            )
        except sqlite3.OperationalError as error:
            raise SearchError(
                f"search needs FTS5, and Python's SQLite has none ({error}); use another Python"
            ) from None
        index.execute("begin")
        yield index


# --- statements -----------------------------------------------------------------------------------


GROUNDS = text(
    """
    select fact_id, modality, certainty, source, passage
    from grounds
    where fact_id in :ids
    """
).bindparams(bindparam("ids", expanding=True))

NAMED = text(
    """
    select actor_names.actor_id, documents.key, spans.passage
    from actor_names
    join evidence on evidence.fact_id = actor_names.id
    join spans on spans.evidence_id = evidence.id
    join sources as documents on documents.id = evidence.document_id
    where actor_names.actor_id in :ids
    group by actor_names.actor_id, documents.key, spans.passage
    order by actor_names.actor_id, documents.key, spans.passage
    """
).bindparams(bindparam("ids", expanding=True))

TEXTLESS = text(
    """
    select documents.key
    from codings
    join sources as documents on documents.id = codings.document_id
    where exists (
      select 1
      from passages
      where passages.document_id = codings.document_id and passages.text is null
    )
    order by documents.key
    """
)

OF_FACTS = """
    join facts on facts.id = {table}.id
    join sources as documents on documents.id = facts.document_id
"""

ROWS = {
    Kind.PASSAGE: """
        select
          null as id,
          documents.key as source,
          null as key,
          passages.n,
          null as modality,
          passages.text,
          null as more
        from passages
        join sources as documents on documents.id = passages.document_id
        where passages.text is not null
    """,
    Kind.QUOTE: f"""
        select
          quotes.id,
          documents.key as source,
          facts.key,
          null as n,
          null as modality,
          coalesce(quotes.text, quotes.says) as text,
          case when quotes.text is not null then quotes.says end as more
        from quotes
        {OF_FACTS.format(table="quotes")}
    """,  # noqa: S608 - ours
    Kind.EVENT: f"""
        select
          events.id,
          documents.key as source,
          facts.key,
          null as n,
          events.modality,
          events.title as text,
          events.summary as more
        from events
        {OF_FACTS.format(table="events")}
    """,  # noqa: S608 - ours
    Kind.POSITION: f"""
        select
          positions.id,
          documents.key as source,
          facts.key,
          null as n,
          null as modality,
          positions.statement as text,
          null as more
        from positions
        {OF_FACTS.format(table="positions")}
    """,  # noqa: S608 - ours
    Kind.RELATION: f"""
        select
          relations.id,
          documents.key as source,
          facts.key,
          null as n,
          null as modality,
          origins.name || ' ' || relation_types.label || ' ' || targets.name as text,
          relations.what as more
        from relations
        join relation_types on relation_types.key = relations.type
        join actors as origins on origins.id = relations.from_actor_id
        join actors as targets on targets.id = relations.to_actor_id
        {OF_FACTS.format(table="relations")}
    """,  # noqa: S608 - ours
    Kind.ACTOR: """
        select
          actors.id,
          '' as source,
          actors.key,
          null as n,
          null as modality,
          actors.name as text,
          known_as.names as more
        from actors
        join known_as on known_as.actor_id = actors.id
    """,
}
"""Of each kind all that can be found."""
