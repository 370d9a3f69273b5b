"""Finds what a name means: an actor, topic, place, event, document or source.

The database looks up keys and exact names. Everything else is compared here, because engines
disagree about letters.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlalchemy import Connection, text

from reports.definition import Type
from reports.known_names import HEADING, KNOWN, KnownName
from schema.escape import shortened, visible
from schema.folding import LEAST_ROMANISED, fold, foldings, romanised
from schema.suggest import nearest_names
from schema.vocabulary import ActorKind, NameKind

# A key without a document means the event of every document that uses it. The cross joins make
# SQLite search the index on document and key for each document, instead of reading all facts.
EVENTS = """
    select facts.key, events.title, events.title, 'event', 'heading'
    from codings
    cross join facts
    join events on events.id = facts.id
    where :name not like '%:%'
      and facts.document_id = codings.document_id
      and facts.key = :name
      and facts.kind = 'event'
    union
    select documents.key || ':' || facts.key, events.title, events.title, 'event', 'heading'
    from codings
    cross join sources as documents
    cross join facts
    join events on events.id = facts.id
    where :name like '%:%'
      and documents.id = codings.document_id
      and substr(:name, 1, length(documents.key) + 1) = documents.key || ':'
      and facts.document_id = documents.id
      and facts.key = substr(:name, length(documents.key) + 2)
      and facts.kind = 'event'
"""

BODIES = (ActorKind.ORGANISATION, ActorKind.OUTLET, ActorKind.INSTITUTE)
"""Kinds of actors whose names are often made of other names, or of common words."""

# Names are facts, too: a title may contain the name of a body.
USES = """
    select sentence
    from (
      select name as sentence from places
      union
      select sentence from fact_summaries where kind not in ('name', 'event-name')
    ) as uses
    where lower(sentence) like :pattern
    order by length(sentence), sentence
"""

MAX_CANDIDATES = 12
"""How many candidates the message about an ambiguous name lists."""

FEW = 15
"""Up to how many names a message lists where none is near."""

LISTED_BY = {
    Type.ACTOR: "actors",
    Type.EVENT: "timeline",
    Type.SOURCE: "sources",
    Type.PLACE: "places",
}
"""Which report lists all there are."""

WIDEST = 60
"""The width up to which the keys of candidates are aligned."""

LEAST_PLURAL = 4
"""Letters of a word that may have a plural; "UN" has none."""

CITED = (Type.TOPIC, Type.EVENT, Type.DOCUMENT, Type.SOURCE)
"""Types whose headings are titles, which need quotation marks in a sentence."""


class UnknownNameError(Exception):
    """A name that matches nothing, or several things; the message suggests keys.

    A second argument says what there is instead.
    """

    def __str__(self) -> str:
        return "".join(self.args)


def look_up(
    connection: Connection, type: Type, name: str, say: Callable[[str], None] | None = None
) -> KnownName:
    """Return what a key or a name means, with the name that fits.

    A key wins, then a whole name: as it is, then folded. Otherwise each word must be a word of one
    name, in any order, or the beginning of one. Names and short names go before titles and
    descriptions. `say` gets a line unless the name is the heading of what it was understood as.
    Raises UnknownNameError if nothing fits, or more than one thing does.
    """
    known = _look_up(connection, type, name)
    if say and (line := _understood(name, known)):
        say(line)
    return known


def _look_up(connection: Connection, type: Type, name: str) -> KnownName:
    name = unicodedata.normalize("NFC", name)
    exact = _exact(connection, type, name)
    for known in exact:
        if known.key == name:
            return known
    everything: list[KnownName] = []
    fitting = [known for known in exact if known.sort != NameKind.TITLE]
    if not fitting:
        everything = sorted({KnownName(*row) for row in connection.execute(text(KNOWN[type]))})
        asked = _Asked(name)
        fitting = asked.fitting([*_spellings(everything)]) if asked.words else []
        if not fitting:
            raise UnknownNameError(*_unknown(type, name, everything))
    by_key: dict[str, KnownName] = {}
    for known in sorted(
        fitting, key=lambda known: (known.key, known.name != name, known.sort != HEADING)
    ):
        by_key.setdefault(known.key, known)
    if len(by_key) > 1:
        raise UnknownNameError(_several(name, list(by_key.values()), everything))
    [known] = by_key.values()
    names = [it.name for it in everything if it.key == known.key]
    if known.kind in BODIES and (other := _other_use(connection, name, [*names, known.key])):
        raise UnknownNameError(
            f"{name!r} is a word of {visible(known.heading)} ({known.kind}), but means something "
            f"else in “{visible(other)}”; for the {known.kind} give {known.key}"
        )
    return known


def _other_use(connection: Connection, typed: str, names: Sequence[str]) -> str | None:
    """Return what uses a word of these names of a body for something else, if anything does.

    "Washington" is a word of The Washington Institute, but whoever types it may mean the state.
    """
    word = fold(typed)
    own = sorted((f" {fold(name)} " for name in names), key=len, reverse=True)
    if " " in word or f" {word} " in own:
        return None
    pattern = f"%{word if word.isascii() else ''}%"
    for use in connection.execute(text(USES), {"pattern": pattern}).scalars():
        folded = f" {fold(use)} "
        for name in own:
            folded = folded.replace(name, "  ")
        if f" {word} " in folded:
            return str(use)
    return None


def _exact(connection: Connection, type: Type, name: str) -> list[KnownName]:
    """Return what has exactly this key or name; an event only if it has the key."""
    if type is Type.EVENT:
        return _known(connection, EVENTS, name)
    # One after the other: a key is found in an index, and nearly always it is what was typed.
    query = f"select * from ({KNOWN[type]}) as known where"  # noqa: S608 - ours
    return _known(connection, f"{query} key = :name", name) or _known(
        connection, f"{query} name = :name", name
    )


def _known(connection: Connection, query: str, name: str) -> list[KnownName]:
    return [KnownName(*row) for row in connection.execute(text(query), {"name": name})]


class _Asked:
    """A name as it was typed, in each form in which it can be compared."""

    def __init__(self, name: str) -> None:
        self.folded = fold(name)
        self.together = self.folded.replace(" ", "")
        self.words = {*self.folded.split()}
        self.romanised = {*romanised(name).split()}

    def fitting(self, known: Sequence["_Spelling"]) -> list[KnownName]:
        """Return the names that fit best."""
        for fits in self._ways(known):
            best = [spelling.of for spelling in known if fits(spelling)]
            if best:
                return best
        return []

    def _ways(self, known: Sequence["_Spelling"]) -> Iterator[Callable[["_Spelling"], bool]]:
        """Yield the ways in which a name can fit, the best first."""
        yield lambda it: it.whole and it.folded == self.folded
        yield lambda it: it.whole and it.together == self.together
        if any(it.together == self.together for it in known):
            # A title: the longer titles that contain it may be meant, too.
            yield lambda it: self.words <= it.words
        yield lambda it: it.short and self.words == it.words
        yield lambda it: it.short and self._within(it)
        yield lambda it: it.short and self._begins(it) and self._covers(it)
        yield lambda it: it.short and self._begins(it)
        yield self._within
        yield self._begins
        if sum(map(len, self.romanised)) >= LEAST_ROMANISED:
            yield self._sounds

    def _within(self, it: "_Spelling") -> bool:
        """Whether each word that was typed is a word of the name, in the singular or plural."""
        return all(not it.words.isdisjoint(_numbers(word)) for word in self.words)

    def _begins(self, it: "_Spelling") -> bool:
        """Whether each word that was typed begins a word of the name."""
        return all(any(other.startswith(word) for other in it.words) for word in self.words)

    def _covers(self, it: "_Spelling") -> bool:
        """Whether each word of the name begins with a word that was typed."""
        return all(
            any(other.startswith(word) for word in self.words) for other in it.folded.split()
        )

    def _sounds(self, it: "_Spelling") -> bool:
        """Whether one of the two is in another script, and the words agree in Latin letters."""
        latin = self.folded.isascii() and it.folded.isascii()
        return not latin and self.romanised <= {*romanised(it.of.name).split()}


def _numbers(word: str) -> set[str]:
    """Return a word with its plural, or with its singular."""
    if len(word) < LEAST_PLURAL:
        return {word}
    return {word, f"{word}s", word.removesuffix("s")}


class _Spelling:
    """A known name or key, in each form in which it can be compared."""

    def __init__(self, spelling: str, of: KnownName) -> None:
        self.of = of
        self.whole = of.sort != NameKind.TITLE
        self.short = of.sort not in (NameKind.TITLE, NameKind.DESCRIPTION)
        self.folded = fold(spelling)
        self.together = self.folded.replace(" ", "")
        self.words = {word for way in foldings(spelling) for word in way.split()}


def _spellings(known: Iterable[KnownName]) -> Iterator[_Spelling]:
    for name in known:
        yield _Spelling(name.name, name)
        if name.sort == HEADING:
            yield _Spelling(name.key.rpartition(":")[2], name)


# --- messages -------------------------------------------------------------------------------------


def _understood(typed: str, known: KnownName) -> str:
    """Say what a name was understood as; empty if it is what was typed."""
    if fold(typed) == fold(known.heading):
        return ""
    other = "" if fold(typed) == fold(known.key) or _same(typed, known.name) else _other(known)
    return f"{typed}: understood as {_heading(known)}{f' ({other})' if other else ''}"


def _same(name: str, other: str) -> bool:
    return name.casefold().removeprefix("the ") == other.casefold().removeprefix("the ")


def _heading(known: KnownName) -> str:
    return f"“{known.heading}”" if known.kind in CITED else known.heading


def _other(known: KnownName) -> str:
    """Return the name that fits, unless it is the heading."""
    return "" if known.name == known.heading else f"“{known.name}”"


def _several(name: str, fitting: Sequence[KnownName], everything: Sequence[KnownName]) -> str:
    """Say what a name may mean: a line for each, with the name, the kind and the key."""
    documents: dict[str, set[str]] = defaultdict(set)
    for known in everything:
        document, _, key = known.key.rpartition(":")
        documents[key].add(document)
    labels = {}
    for known in fitting[:MAX_CANDIDATES]:
        what = ", ".join(filter(None, (known.kind, _other(known))))
        key = known.key.rpartition(":")[2]
        of_one = known.kind == Type.EVENT and len(documents[key]) == 1
        labels[key if of_one else known.key] = visible(f"{known.heading} ({what})")
    width = min(max(map(len, labels.values())), WIDEST)
    lines = [f"  {label:{width}}  {key}" for key, label in labels.items()]
    if more := len(fitting) - len(labels):
        lines.append(f"  and {more:,} more")
    return "\n".join([f"{shortened(name)!r} may be", *lines, "give one of these keys"])


def _unknown(type: Type, name: str, known: Sequence[KnownName]) -> tuple[str, str]:
    """Say that there is none, with the most similar by heading and key, or else what there is."""
    if not known:
        return f"there is no {type} {shortened(name)!r}: the database has none", ""
    labels: dict[str, str] = {}
    for it in known:
        for spelling in (it.key.rpartition(":")[2], it.heading, it.name):
            labels.setdefault(spelling, f"{it.heading} ({it.key})")
    asked = name.rpartition(":")[2]  # another document may have the key
    near = dict.fromkeys(labels[spelling] for spelling in nearest_names(asked, labels, limit=12))
    nearest = visible(f"; nearest: {', '.join(list(near)[:3])}") if near else ""
    return f"there is no {type} {shortened(name)!r}{nearest}", "" if near else _list(type, known)


def _list(type: Type, known: Sequence[KnownName]) -> str:
    """Return the headings of all there are, if they are few, or the report that lists them."""
    headings = sorted({it.heading for it in known}, key=str.casefold)
    if len(headings) <= FEW:
        return visible(f"; there are: {'; '.join(headings)}")
    return f"; `sourcebook report {LISTED_BY[type]}` lists all" if type in LISTED_BY else ""
