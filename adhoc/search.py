"""Search in any sourcebook: the rows that contain some words, the best first.

There is no index that loads and feeds would have to maintain. The database returns the rows that
may contain the words. Here they are folded (schema/folding.py), compared and ranked, so that all
engines return the same rows in the same order.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import nsmallest
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from adhoc.search_rows import DOCUMENTS, EVIDENCE, NAME_EVIDENCE, NAMES, ROWS, WITHOUT_TEXT, Kind
from database.errors import SourcebookError
from schema.date_words import date_in_words
from schema.folding import (
    HYPHENS,
    LEAST_ROMANISED,
    foldings,
    letters,
    other_foldings,
    romanised,
    words,
)
from schema.suggest import nearest, nearest_names

MAX_WORDS = 50
"""How many words a search can have."""

BATCH = 1000
"""How many rows are read, or hits completed, at a time."""

LONGEST = 100
"""Letters of a word that the database compares: SQLite limits a pattern."""

MOST_ACTORS = 20
"""How many actors a word can name and mean."""

USUAL_LENGTH = 20
"""Words of a row of usual length. A word counts for less in a longer one."""

LEAST_BEGINNING = 4
"""Letters of a beginning that is suggested."""

MOST_ALONE = 5
"""How many words of a search that found nothing are looked for one by one."""

MOST_SCANNED = 20_000
"""Rows of a kind that are read for suggestions."""

# Anything beyond ASCII, except the punctuation that most English texts have.
NON_ASCII = "[^\x01-\x7f‘’“”–—…]"

# Signs that a folded word lacks, of those that are ASCII or excepted above.
INSIDE_WORDS = ".'`‘’-"

_BETWEEN_WORDS = re.compile(rf"([\s{re.escape(HYPHENS)}–—…]+)")
_TYPED = re.compile(r'["“”„]([^"“”„]*)["“”](\*?)|([^\s"“”„]+)')


def plain_text(typed: str) -> str:
    """Return what was typed without NUL, and halves of surrogate pairs of a broken argument."""
    return re.sub("[\ud800-\udfff\0]", " ", typed)


class SearchError(SourcebookError):
    """Words that cannot be searched for; the message is one line and says what to do."""


class Hit(NamedTuple):
    """A row that contains all the words; search_command.py says what its columns mean."""

    kind: str
    what: str
    voice: str | None
    passage: str | None
    key: str | None
    modality: str | None
    certainty: str | None
    source: str | None


@dataclass(frozen=True)
class Phrase:
    """Words that a row must contain next to each other."""

    typed: str
    ways: tuple[str, ...]
    """The folded words, in each way of dividing them, and in Latin letters."""
    begins: bool
    """Whether the last word is only the beginning of one."""
    actors: tuple[str, ...] = ()
    """Headings of actors one of whose names contains it; they mean the same in a row."""

    @cached_property
    def _needles(self) -> list[str]:
        return [f" {way}" if self.begins else f" {way} " for way in self.ways]

    @cached_property
    def _letters(self) -> list[str]:
        return [letters(way) for way in self.ways]

    @cached_property
    def _as_typed(self) -> re.Pattern[str]:
        end = "" if self.begins else r"(?!\w)"
        return re.compile(rf"(?<!\w){re.escape(self.typed)}{end}", re.IGNORECASE)

    def count(self, row: str, folded: Sequence[str]) -> int:
        """Return how often a row contains it, given also in each way of dividing its words."""
        count = 0
        for way in folded:
            for needle in self._needles:
                count = max(count, way.count(needle))
        return count or any(heading in row for heading in self.actors)

    def may_be_in(self, row: str, folded: str) -> bool:
        """Whether a row, also given folded and without spaces, can contain it."""
        return any(its in folded for its in self._letters) or any(it in row for it in self.actors)

    def is_exact(self, row: str) -> bool:
        """Whether a row contains it as it was typed, but for case."""
        return self._as_typed.search(row) is not None


@dataclass(frozen=True)
class SearchQuery:
    """The phrases that a row must contain, all of them."""

    phrases: tuple[Phrase, ...]

    @classmethod
    def parse(cls, typed: str) -> SearchQuery:
        """Parse what a user typed: words, "phrases", and beginnings*.

        No other character has a meaning. Raises SearchError if it contains no word, or more than
        MAX_WORDS.
        """
        typed = plain_text(typed)
        phrases: dict[tuple[str, ...], Phrase] = {}
        for quoted, star, word in _TYPED.findall(typed):
            part = quoted or word.rstrip("*")
            ways = tuple(filter(None, dict.fromkeys([*foldings(part), *_in_latin(part)])))
            if ways:
                begins = bool(star) or word.endswith("*")
                phrases.setdefault((*ways, "*" * begins), Phrase(part.strip(), ways, begins))
        if not phrases:
            raise SearchError("give at least one word, of letters or digits")
        if sum(len(phrase.ways[0].split()) for phrase in phrases.values()) > MAX_WORDS:
            raise SearchError(f"give at most {MAX_WORDS} words")
        return cls(tuple(phrases.values()))

    def with_names(self, names: Iterable[tuple[str, str]]) -> SearchQuery:
        """Return the query with the actors, as pairs of heading and name, whom its words name.

        Names in another script are also compared in Latin letters. A word that names too many is
        only looked for itself.
        """
        actors: dict[Phrase, set[str]] = defaultdict(set)
        for heading, name in names:
            latin = _in_latin(name)
            if name == heading and not latin:
                continue  # rows are searched for it anyway
            folded = [f" {way} " for way in (*foldings(name), *latin)]
            for phrase in self.phrases:
                if phrase.count(name, folded):
                    actors[phrase].add(heading)
        return SearchQuery(
            tuple(
                replace(phrase, actors=tuple(sorted(actors[phrase])))
                if len(actors[phrase]) <= MOST_ACTORS
                else phrase
                for phrase in self.phrases
            )
        )

    def rank(self, row: str) -> tuple[bool, float] | None:
        """Return a row's rank, the smaller the better; None if it lacks a word.

        Rows with the words as they were typed come first, then those that contain them often, and
        little else.
        """
        run = letters(row)  # cheap, and few rows pass
        if not all(phrase.may_be_in(row, run) for phrase in self.phrases):
            return None
        folded = [f" {words(row)} "]
        counts = self._counts(row, folded)
        if not counts and (others := other_foldings(row)):
            folded += [f" {way} " for way in others]
            counts = self._counts(row, folded)
        if not counts:
            return None
        room = 0.3 + 0.9 * folded[0].count(" ") / USUAL_LENGTH
        score = sum(count / (count + room) for count in counts)
        exact = all(phrase.is_exact(row) for phrase in self.phrases)
        return not exact, -round(score, 9)

    def _counts(self, row: str, folded: Sequence[str]) -> list[int]:
        """Return how often a row contains each phrase; empty if it lacks one."""
        counts = []
        for phrase in self.phrases:
            if not (count := phrase.count(row, folded)):
                return []
            counts.append(count)
        return counts

    def condition(self, engine: str) -> tuple[str, dict[str, str]]:
        """Return a condition on the columns `whole` and `bare`, and its parameters.

        `bare` is the text without INSIDE_WORDS. The condition is true of every text with these
        words. The engines agree on case only in ASCII, so it is also true of every text with other
        letters.
        """
        matches = {
            "sqlite": "whole glob :{}",
            "postgresql": "whole ~ :{}",
            "duckdb": "regexp_matches(whole, :{})",
            "spark": "regexp_like(whole, :{})",
        }[engine]
        any_text = "*" if engine == "sqlite" else ""
        parameters = {"non_ascii": f"{any_text}{NON_ASCII}{any_text}"}
        non_ascii = matches.format("non_ascii")
        if not all(any(map(str.isascii, (*it.ways, *it.actors))) for it in self.phrases):
            return non_ascii, parameters
        parameters["inside"] = f"{any_text}[^ ][{INSIDE_WORDS}][^ ]{any_text}"
        like = "like" if engine == "sqlite" else "ilike"
        phrases = []
        for phrase in self.phrases:
            ways = []
            for way in filter(str.isascii, phrase.ways):
                names = [f"word{n}" for n, _ in enumerate(way.split(), len(parameters))]
                patterns = [f"%{word[:LONGEST]}%" for word in way.split()]
                parameters |= zip(names, patterns, strict=True)
                ways.append(" and ".join(f"{{text}} {like} :{name}" for name in names))
            for heading in filter(str.isascii, phrase.actors):
                name = f"word{len(parameters)}"
                parameters[name] = f"%{heading}%"
                ways.append(f"whole {like} :{name}")
            phrases.append(f"({' or '.join(ways)})")
        every = " and ".join(phrases)
        inside = f"{matches.format('inside')} and {every.format(text='bare')}"
        return f"({every.format(text='whole')} or {non_ascii} or {inside})", parameters

    def marked(self, row: str, marks: tuple[str, str]) -> str:
        """Return a row with marks around the words; a long one is cut to the part around them."""
        wanted = [(word, phrase.begins) for phrase in self.phrases for word in _words(phrase.ways)]
        pieces = _BETWEEN_WORDS.split(row)
        hits = [n for n, piece in enumerate(pieces) if _has(piece, wanted)]
        for n in hits:
            before, word, after = re.fullmatch(r"(\W*)(.*?)(\W*)", pieces[n], re.DOTALL).groups()  # type: ignore[union-attr]
            pieces[n] = f"{before}{marks[0]}{word}{marks[1]}{after}"
        first = max(0, hits[0] - 20) if hits else 0
        shown = pieces[first : first + 120]
        start, end = "…" * bool(first), "…" * (first + 120 < len(pieces))
        return f"{start}{''.join(shown).strip()}{end}"


def _in_latin(typed: str) -> list[str]:
    """Return words of another script in Latin letters: "Путин" is also searched as "putin"."""
    latin = "" if words(typed).isascii() else romanised(typed)
    return [latin] if len(latin) >= LEAST_ROMANISED else []


def _words(ways: Sequence[str]) -> set[str]:
    return {word for way in ways for word in way.split()}


def _has(piece: str, wanted: Sequence[tuple[str, bool]]) -> bool:
    its = _words(foldings(piece))
    return any(
        word in its or (begins and any(other.startswith(word) for other in its))
        for word, begins in wanted
    )


class SearchResult:
    """The best hits of a search, and how many there are."""

    def __init__(
        self, connection: Connection, query: SearchQuery, kinds: Sequence[Kind], limit: int
    ) -> None:
        self._connection = connection
        names = [(row.heading, row.name) for row in connection.execute(NAMES)]
        self._query = query.with_names(names)
        self.total = 0
        """How many rows match."""
        self._best = nsmallest(limit, self._ranked(kinds), key=lambda ranked: ranked[0])

    def _ranked(self, kinds: Sequence[Kind]) -> Iterator[tuple[tuple[Any, ...], Kind, Any]]:
        """Yield each row that matches, with its place in the order and its kind."""
        condition, parameters = self._query.condition(self._connection.dialect.name)
        for place, kind in enumerate(Kind):
            if kind in (kinds or Kind):
                for whole, row in rows_of(self._connection, kind, condition, parameters):
                    if rank := self._query.rank(whole):
                        self.total += 1
                        yield (*rank, place, row.source, row.key or "", row.n or 0), kind, row

    def hits(self, marks: tuple[str, str] | None = None) -> Iterator[Hit]:
        """Yield the hits, the best first.

        Marks are put around the words, and a long text is cut to the part that contains them.
        """
        best = iter(self._best)
        while batch := list(islice(best, BATCH)):
            for hit in self._complete([(kind, row) for _, kind, row in batch]):
                yield hit._replace(what=self._query.marked(hit.what, marks)) if marks else hit

    def _complete(self, rows: Sequence[tuple[Kind, Any]]) -> Iterator[Hit]:
        """Add where facts and actors are mentioned, by whom, and whether facts are real."""
        actors = [row.id for kind, row in rows if kind is Kind.ACTOR]
        ids = [row.id for kind, row in rows if kind not in (Kind.ACTOR, Kind.PASSAGE)]
        facts = {fact.fact_id: fact for fact in self._connection.execute(EVIDENCE, {"ids": ids})}
        names = self._name_evidence(actors)
        documents = {*self._connection.execute(DOCUMENTS).scalars()}
        for kind, row in rows:
            if kind is Kind.PASSAGE:
                yield Hit(kind, row.text, None, f"¶{row.n}", None, None, None, row.source)
            elif kind is Kind.ACTOR:
                others = [name for name in (row.more or "").split("; ") if name != row.text]
                what = f"{row.text}: {'; '.join(others)}" if others and others[0] else row.text
                source, passage = names.get(row.id, (None, None))
                yield Hit(kind, what, None, passage, row.key, None, None, source)
            else:
                fact = facts[row.id]
                yield Hit(
                    kind,
                    _what(kind, row.text, row.more),
                    _voice(kind, fact, documents),
                    fact.passage,
                    row.key,
                    None if kind is Kind.QUOTE else fact.settled,
                    fact.certainty,
                    fact.source,
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


def _what(kind: Kind, sentence: str, more: str | None) -> str:
    if not more or more in sentence:
        return sentence
    return f"{sentence}: “{more}”" if kind is Kind.QUOTE else f"{sentence}. {more}"


def _voice(kind: Kind, fact: Any, documents: Collection[str]) -> str:
    """Say whose word a fact is: of a quote the speaker and the date, otherwise the chains."""
    if kind is Kind.QUOTE and fact.speaker:
        speaker = " and ".join(fact.speaker.split("; "))
        return f"{speaker}, {date_in_words(fact.date)}" if fact.date else speaker
    chains = []
    for chain in (fact.through or "").split(" | "):
        document = next((title for title in documents if chain.endswith(title)), "")
        chains.append(chain.removesuffix(document).removesuffix("; ") or "the document")
    return "; ".join(dict.fromkeys(chains))


def rows_of(
    connection: Connection, kind: Kind, condition: str, parameters: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield the rows of a kind for which a condition on `whole` and `bare` is true.

    Each comes after its whole text.
    """
    bare = "whole"
    for sign in INSIDE_WORDS:
        quoted = sign.replace("'", "''")
        bare = f"replace({bare}, '{quoted}', '')"
    statement = f"""
        select id, source, key, n, text, more, people
        from (
          select *, {bare} as bare
          from (
            select
              *, text || ' ' || coalesce(more, '') || ' ' || coalesce(people, '') as whole
            from ({ROWS[kind]}) as searched
          ) as candidates
        ) as candidates
        where {condition}
    """  # noqa: S608 - ours
    reader = connection.execution_options(yield_per=BATCH)
    for row in reader.execute(text(statement), parameters):
        yield f"{row.text} {row.more or ''} {row.people or ''}", row


def known_words(connection: Connection, kinds: Sequence[Kind]) -> list[str]:
    """Return the words of all rows, folded and sorted."""
    known: set[str] = set()
    for kind in kinds or Kind:
        for whole, _ in islice(rows_of(connection, kind, "true", {}), MOST_SCANNED):
            known |= _words(foldings(whole))
    return sorted(known)


def hits_alone(
    connection: Connection, query: SearchQuery, kinds: Sequence[Kind]
) -> dict[Phrase, int]:
    """Return how many rows contain each phrase of a search; empty if it has too many phrases."""
    return {
        phrase: SearchResult(connection, SearchQuery((phrase,)), kinds, 1).total
        for phrase in (query.phrases if len(query.phrases) <= MOST_ALONE else ())
    }


def nearest_words(phrase: Phrase, known: Sequence[str]) -> list[str]:
    """Return the words nearest to one that no row contains.

    If none is near a word of another script as it is, it is compared in Latin letters. More words
    would be near by chance then, so they must begin with the same letter.
    """
    typed, *others = phrase.ways
    near = nearest(typed, known, limit=3)
    if not near and others and not typed.isascii():
        latin = others[-1]
        same_letter = (word for word in known if word[0] == latin[0])
        near = nearest_names(latin, same_letter, limit=3)
    return near


def beginnings(query: SearchQuery, known: Sequence[str]) -> str:
    """Return what to search for instead: of each word the longest beginning that others have."""
    return " ".join(
        f'"{phrase.typed}"{"*" * phrase.begins}'
        if phrase.begins or " " in phrase.ways[0]
        else f"{_beginning(phrase.ways[0], known)}*"
        for phrase in query.phrases
    )


def _beginning(word: str, known: Sequence[str]) -> str:
    lengths = range(len(word), max(LEAST_BEGINNING, len(word) * 2 // 3) - 1, -1)
    beginnings = [word[:length] for length in lengths]
    if word.endswith("y"):  # ally, allied
        beginnings.insert(1, f"{word[:-1]}i")
    for beginning in beginnings:
        place = bisect_left(known, beginning)
        if any(it != word and it.startswith(beginning) for it in known[place : place + 2]):
            return beginning
    return word


def documents_without_text(connection: Connection) -> list[str]:
    """Return the documents with passages whose text is not stored, and so not searched."""
    return list(connection.execute(WITHOUT_TEXT).scalars())
