"""Full-text search in any sourcebook: the rows that contain some words, the best first.

There is no index that loads and feeds would have to maintain. The database returns the rows that
may contain the words; FTS5 finds and ranks them in a temporary file, so that all engines return
the same rows in the same order. The sourcebook is only read.

FTS5's tokenizer `unicode61` compares letters and digits, without case and accents.
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
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, text

from database.errors import SourcebookError

MAX_WORDS = 50
"""How many words a search can have."""

BATCH = 1000
"""How many rows are read, or hits completed, at a time."""

# Vowel signs belong to a word too, beyond the accents that FTS5 counts as a part of it.
TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"

# Anything beyond ASCII, except the punctuation that most English texts have.
NON_ASCII = "[^\x01-\x7f‘’“”–—…]"


class Kind(StrEnum):
    """The kinds of hits. Rows that match equally well come in this order."""

    PASSAGE = "passage"
    QUOTE = "quote"
    EVENT = "event"
    POSITION = "position"
    RELATION = "relation"
    ACTOR = "actor"


class SearchError(SourcebookError):
    """A search that is not possible; the message is one line and says what to do."""


class WordsError(SearchError):
    """Words that cannot be searched for."""


class Hit(NamedTuple):
    """A row that contains all the words; search_command.py says what its columns mean."""

    kind: str
    key: str | None
    text: str
    more: str | None
    modality: str | None
    certainty: str | None
    source: str | None
    passage: str | None


@dataclass(frozen=True)
class SearchQuery:
    """The phrases that a row must contain, all of them."""

    phrases: tuple[tuple[tuple[str, ...], bool], ...]
    """Each with its folded words, and whether the last of them is only the beginning of a word."""

    @classmethod
    def parse(cls, words: str) -> SearchQuery:
        """Parse what a user typed: words, "phrases", and beginnings*.

        No other character has a meaning. Raises WordsError if it contains no word, or more than
        MAX_WORDS.
        """
        # No text holds half a surrogate pair, as it is in a broken argument.
        words = re.sub("[\ud800-\udfff\0]", " ", words)
        parts = re.findall(r'["“”„]([^"“”„]*)["“”](\*?)|([^\s"“”„]+)', words)
        texts = [phrase or word for phrase, _, word in parts]
        prefixes = [bool(star) or word.endswith("*") for _, star, word in parts]
        terms: dict[int, list[str]] = defaultdict(list)
        with _index() as index:
            index.executemany("insert into hits (text) values (?)", zip(texts))
            index.execute("create virtual table terms using fts5vocab (hits, instance)")
            query = "select doc, term from terms where term <> '' order by doc, \"offset\""
            for row, term in index.execute(query):
                terms[row - 1].append(term)
        phrases = dict.fromkeys((tuple(terms[n]), prefixes[n]) for n in sorted(terms))
        if not phrases:
            raise WordsError("give at least one word, of letters or digits")
        if sum(len(phrase) for phrase, _ in phrases) > MAX_WORDS:
            raise WordsError(f"give at most {MAX_WORDS} words")
        return cls(tuple(phrases))

    @property
    def expression(self) -> str:
        """The same for FTS5. No character of the words has a meaning there."""
        return " AND ".join(
            f'"{" ".join(words)}"{" *" if prefix else ""}' for words, prefix in self.phrases
        )

    @property
    def ascii_words(self) -> list[str]:
        """The words of ASCII letters, the longest first: few texts contain them."""
        words = {word for phrase, _ in self.phrases for word in phrase if word.isascii()}
        return sorted(words, key=len, reverse=True)

    def condition(self, connection: Connection, value: str) -> tuple[str, dict[str, str]]:
        """Return a condition on an SQL expression, and its parameters.

        It is true of every text with these words. The engines agree on case only in ASCII, so it is
        also true of every text with other letters.
        """
        engine = connection.dialect.name
        pattern = f"*{NON_ASCII}*" if engine == "sqlite" else NON_ASCII
        non_ascii = {
            "sqlite": f"{value} glob :non_ascii",
            "postgresql": f"{value} ~ :non_ascii",
            "duckdb": f"regexp_matches({value}, :non_ascii)",
            "spark": f"regexp_like({value}, :non_ascii)",
        }[engine]
        if any(not word.isascii() for words, _ in self.phrases for word in words):
            return non_ascii, {"non_ascii": pattern}
        likes = {f"word{n}": f"%{word}%" for n, word in enumerate(self.ascii_words)}
        like = "like" if engine == "sqlite" else "ilike"
        in_ascii = " and ".join(f"{value} {like} :{name}" for name in likes)
        return f"({in_ascii} or {non_ascii})", {"non_ascii": pattern, **likes}


def ascii_letters(text: str) -> str:
    """Return a text without case, accents and all other letters."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


class SearchResult:
    """The hits of a search; they can be read while the search's block lasts."""

    def __init__(
        self, index: sqlite3.Connection, query: SearchQuery, connection: Connection
    ) -> None:
        self._index = index
        self._expression = query.expression
        self._connection = connection
        count = "select count(*) from hits where hits match ?"
        [self.total] = index.execute(count, [self._expression]).fetchone()
        """How many rows match."""

    def hits(self, limit: int, marks: tuple[str, str] | None = None) -> Iterator[Hit]:
        """Yield the best first: those that contain the words often, and little else.

        Marks are put around the words, and a long text is cut to the part that contains them.
        """
        texts = "text, more"
        if marks:
            texts = (
                "snippet(hits, 0, :start, :end, '…', 40), snippet(hits, 1, :start, :end, '…', 20)"
            )
        start, end = marks or ("", "")
        rows = self._index.execute(
            f"""
            select kind, id, source, key, n, modality, {texts}
            from hits
            where hits match :query
            order by rank, place, source, key, n
            limit :limit
            """,  # noqa: S608 - one of the two above
            {"query": self._expression, "limit": limit, "start": start, "end": end},
        )
        while batch := rows.fetchmany(BATCH):
            yield from self._complete(batch)

    def _complete(self, rows: Sequence[Sequence[Any]]) -> Iterator[Hit]:
        """Add where facts and actors are mentioned, and whether facts are real."""
        actors = [id for kind, id, *_ in rows if kind == Kind.ACTOR]
        facts = [id for kind, id, *_ in rows if kind not in (Kind.ACTOR, Kind.PASSAGE)]
        grounds = {row.fact_id: row for row in self._connection.execute(GROUNDS, {"ids": facts})}
        names = self._name_evidence(actors)
        for kind, id, source, key, n, modality, words, more in rows:
            if kind == Kind.PASSAGE:
                yield Hit(kind, None, words, None, None, None, source, f"¶{n}")
            elif kind == Kind.ACTOR:
                yield Hit(kind, key, words, more, None, None, *names.get(id, (None, None)))
            else:
                fact = grounds[id]
                if kind != Kind.QUOTE:
                    modality = modality or fact.modality
                yield Hit(
                    kind, key, words, more, modality, fact.certainty, fact.source, fact.passage
                )

    def _name_evidence(self, actors: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Return the documents and passages of actors' names, as `fact_overview` writes them."""
        passages: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for actor, document, n in self._connection.execute(NAME_EVIDENCE, {"ids": actors}):
            passages[actor][document].append(f"¶{n}")
        evidence = {}
        for actor, places in passages.items():
            if len(places) == 1:
                [(document, numbers)] = places.items()
                evidence[actor] = document, "; ".join(numbers)
            else:
                each = [f"{document} {n}" for document in places for n in places[document]]
                evidence[actor] = "; ".join(places), "; ".join(each)
        return evidence


@contextmanager
def search(
    connection: Connection, query: SearchQuery, kinds: Sequence[Kind] = ()
) -> Iterator[SearchResult]:
    """Search the rows of these kinds, or of all kinds.

    Raises SearchError where Python's SQLite has no FTS5.
    """
    condition, parameters = query.condition(connection, "text || ' ' || coalesce(more, '')")
    words = query.ascii_words
    reader = connection.execution_options(yield_per=BATCH)
    with _index() as index:
        for place, kind in enumerate(Kind):
            if kind not in (kinds or Kind):
                continue
            statement = f"select * from ({ROWS[kind]}) as candidates where {condition}"  # noqa: S608 - ours
            index.executemany(
                f"""
                insert into hits (kind, place, id, source, key, n, modality, text, more)
                values ('{kind}', {place}, ?, ?, ?, ?, ?, ?, ?)
                """,  # noqa: S608 - a name and a number of ours
                (
                    tuple(row)
                    for row in reader.execute(text(statement), parameters)
                    if _contains(f"{row.text} {row.more or ''}", words)
                ),
            )
        yield SearchResult(index, query, connection)


def _contains(text: str, words: Sequence[str]) -> bool:
    """Say whether a text has the letters of all words: to index every candidate is slow."""
    letters = ascii_letters(text)
    return all(word in letters for word in words)


def documents_without_text(connection: Connection) -> list[str]:
    """Return the documents with passages whose text is not stored, and so not searched."""
    return list(connection.execute(WITHOUT_TEXT).scalars())


@contextmanager
def _index() -> Iterator[sqlite3.Connection]:
    """Yield an index in a temporary file, which SQLite deletes."""
    with closing(sqlite3.connect("", isolation_level=None)) as index:
        index.execute("pragma journal_mode = off")
        index.execute("pragma synchronous = off")
        try:
            index.execute(
                "create virtual table hits using fts5 (text, more, kind unindexed, "
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
    from fact_overview
    where fact_id in :ids
    """
).bindparams(bindparam("ids", expanding=True))

NAME_EVIDENCE = text(
    """
    select distinct actor_names.actor_id, documents.key, spans.passage
    from actor_names
    join evidence on evidence.fact_id = actor_names.id
    join spans on spans.evidence_id = evidence.id
    join sources as documents on documents.id = evidence.document_id
    where actor_names.actor_id in :ids
    order by actor_names.actor_id, documents.key, spans.passage
    """
).bindparams(bindparam("ids", expanding=True))

WITHOUT_TEXT = text(
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


def _facts(table: str, text: str, more: str = "null", *, modality: str = "null") -> str:
    """Return a query of the facts of one table."""
    return f"""
        select
          {table}.id, documents.key as source, facts.key, null as n, {modality} as modality,
          {text} as text, {more} as more
        from {table}
        join facts on facts.id = {table}.id
        join sources as documents on documents.id = facts.document_id
    """  # noqa: S608 - ours


ROWS = {
    Kind.PASSAGE: """
        select
          null as id, documents.key as source, null as key, passages.n, null as modality,
          passages.text, null as more
        from passages
        join sources as documents on documents.id = passages.document_id
        where passages.text is not null
    """,
    Kind.QUOTE: _facts(
        "quotes",
        "coalesce(quotes.text, quotes.says)",
        "case when quotes.text is not null then quotes.says end",
    ),
    Kind.EVENT: _facts("events", "events.title", "events.summary", modality="events.modality"),
    Kind.POSITION: _facts("positions", "positions.statement"),
    Kind.RELATION: _facts(
        "relations",
        "origins.name || ' ' || relation_types.label || ' ' || targets.name",
        "relations.what",
    )
    + """
        join relation_types on relation_types.key = relations.type
        join actors as origins on origins.id = relations.from_actor_id
        join actors as targets on targets.id = relations.to_actor_id
    """,
    Kind.ACTOR: """
        select
          actors.id, '' as source, actors.key, null as n, null as modality,
          actors.name as text, actor_summaries.names as more
        from actors
        left join actor_summaries on actor_summaries.actor_id = actors.id
    """,
}
"""The rows that can be searched, by their kind."""
