"""The words of the text that facts rest on, for many rows at once, where the text is kept."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text

MOST = 5000
"""So many places are asked for with one query: engines limit what can be bound."""

DOCUMENTS = """
    select sources.key, sources.id
    from sources
    where sources.document_id is null
      and sources.key in :documents
"""

# In the order in which the evidence says it; of a broken quotation, in the order of the text.
# SQLite goes through an index for each of two columns, and through none for the two together.
SPANS = """
    select spans.document_id, spans.passage, words.fact, words.fact_id, words.evidence_id,
      words.words
    from spans
    join words on words.evidence_id = spans.evidence_id and words.span = spans.n
    join evidence on evidence.id = spans.evidence_id
    where spans.document_id in :documents
      and spans.passage in :passages
      and (spans.document_id, spans.passage) in :asked
      and words.fact in :facts
    order by spans.document_id, evidence.n, spans.n
"""

PASSAGES = """
    select passages.document_id, passages.n, passages.text
    from passages
    where passages.document_id in :documents
      and passages.n in :passages
      and (passages.document_id, passages.n) in :asked
      and passages.text is not null
"""

Place = tuple[str, int]
"""Key of a document, and the number of a passage in it."""

Said = dict[Place, list[str]]
"""What a fact rests on, by place: a text for each piece of evidence."""

Facts = dict[int, Said]
"""The same of several facts, by id."""


class Wording:
    """Finds words; knows the documents that it was asked for before."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.textless: set[str] = set()
        """Documents whose words were asked for and are not kept."""
        self._ids: dict[str, int] = {}
        self._keys: dict[int, str] = {}

    def said(
        self, places: Sequence[Sequence[Place]], facts: Sequence[Sequence[str]]
    ) -> Iterator[str | None]:
        """Give the words of each row: of its facts, or else of the passage."""
        everywhere = {place for of_row in places for place in of_row}
        self._know({document for document, _ in everywhere})
        found = self._facts(everywhere, {key for keys in facts for key in keys})
        exact = [
            _joined(_meant(found.get(key, {}).values(), of_row) for key in keys)
            for of_row, keys in zip(places, facts, strict=True)
        ]
        left = {
            place
            for of_row, said in zip(places, exact, strict=True)
            for place in of_row
            if place not in said
        }
        whole = {
            (self._keys[document], n): [f"whole: {passage}"]
            for document, n, passage in self._ask(PASSAGES, left)
        }
        self.textless |= {document for document, n in left if (document, n) not in whole}
        for of_row, said in zip(places, exact, strict=True):
            several = len({document for document, _ in of_row}) > 1
            pieces = [
                f"{document + ' ' if several else ''}¶{n} {piece}"
                for document, n in of_row
                for piece in said.get((document, n)) or whole.get((document, n)) or ()
            ]
            yield " | ".join(pieces) or None

    def _facts(self, places: Collection[Place], keys: Collection[str]) -> dict[str, Facts]:
        """Find the words of the facts with these keys; a broken quotation's parts are joined."""
        parts: dict[tuple[str, int, Place, int], list[str]] = defaultdict(list)
        if keys:
            for document, n, key, fact, evidence, words in self._ask(
                SPANS, places, facts=sorted(keys)
            ):
                parts[key, fact, (self._keys[document], n), evidence].append(words)
        found: dict[str, Facts] = {}
        for (key, fact, place, _), words in parts.items():
            pieces = found.setdefault(key, {}).setdefault(fact, {}).setdefault(place, [])
            pieces.append(" … ".join(words))
        return found

    def _know(self, documents: Collection[str]) -> None:
        """Look up the ids of documents: by them, and not by key, is all else indexed."""
        unknown = sorted({*documents} - {*self._ids})
        for start in range(0, len(unknown), MOST):
            for key, document in self._rows(DOCUMENTS, documents=unknown[start : start + MOST]):
                self._ids[key] = document
                self._keys[document] = key

    def _ask(
        self, query: str, places: Collection[Place], **values: Sequence[str]
    ) -> Iterator[tuple[Any, ...]]:
        known = sorted((self._ids[key], n) for key, n in places if key in self._ids)
        for start in range(0, len(known), MOST):
            some = known[start : start + MOST]
            documents, passages = ({*column} for column in zip(*some, strict=True))
            yield from self._rows(
                query, asked=some, documents=sorted(documents), passages=sorted(passages), **values
            )

    def _rows(self, query: str, **values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        statement = text(query).bindparams(*(bindparam(name, expanding=True) for name in values))
        return map(tuple, self.connection.execute(statement, values))


def _meant(facts: Collection[Said], places: Collection[Place]) -> Said:
    """Take the words of the fact that is meant where documents use one key for different facts.

    It stands at every place that the row names; the others seldom do.
    """
    return _joined([said for said in facts if said.keys() >= set(places)] or facts)


def _joined(several: Iterable[Said]) -> Said:
    """Put what several facts rest on into one."""
    together: Said = defaultdict(list)
    for said in several:
        for place, pieces in said.items():
            together[place] += pieces
    return together
