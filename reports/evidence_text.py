"""The words of the evidence for facts, read for many rows at once, where the text is kept."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text

BATCH = 5000
"""Places per query: engines limit the number of bound values."""

DOCUMENTS = """
    select sources.key, sources.id
    from sources
    where sources.document_id is null
      and sources.key in :documents
"""

# In the order of the evidence, and within a broken quotation in the order of the text. SQLite uses
# an index for each of the two columns, but none for the pair, which is written as text: not every
# engine on Spark compares rows with a list of rows.
SPANS = """
    select spans.document_id, spans.passage, words.introduced_by, words.fact, words.evidence_id,
      words.words
    from spans
    join words on words.evidence_id = spans.evidence_id and words.span = spans.n
    join evidence on evidence.id = spans.evidence_id
    where spans.document_id in :documents
      and spans.passage in :passages
      and spans.document_id || ':' || spans.passage in :places
      and words.fact in :facts
    order by spans.document_id, evidence.n, spans.n
"""

PASSAGES = """
    select passages.document_id, passages.n, passages.text
    from passages
    where passages.document_id in :documents
      and passages.n in :passages
      and passages.document_id || ':' || passages.n in :places
      and passages.text is not null
"""

Place = tuple[str, int]
"""Key of a document, and the number of a passage in it."""

Words = dict[Place, list[str]]
"""The words of a fact by place: a text for each piece of evidence."""


class EvidenceText:
    """Reads words, and remembers the ids of documents."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.textless: set[str] = set()
        """Documents whose words are needed, but whose text isn't kept."""
        self._ids: dict[str, int] = {}
        self._keys: dict[int, str] = {}

    def words(
        self, places: Sequence[Sequence[Place]], facts: Sequence[Sequence[str]]
    ) -> Iterator[str | None]:
        """Yield the words of each row: those of its facts, or else the passage."""
        all_places = {place for of_row in places for place in of_row}
        self._find_ids({document for document, _ in all_places})
        by_key = self._facts(all_places, {key for keys in facts for key in keys})
        exact = [_merged(by_key.get(key, {}) for key in keys) for keys in facts]
        missing = {
            place
            for of_row, words in zip(places, exact, strict=True)
            for place in of_row
            if place not in words
        }
        whole = {
            (self._keys[document], n): [f"whole: {passage}"]
            for document, n, passage in self._query(PASSAGES, missing)
        }
        self.textless |= {document for document, n in missing if (document, n) not in whole}
        for of_row, words in zip(places, exact, strict=True):
            several = len({document for document, _ in of_row}) > 1
            pieces = [
                f"{document + ' ' if several else ''}¶{n} {piece}"
                for document, n in of_row
                for piece in words.get((document, n)) or whole.get((document, n)) or ()
            ]
            yield " | ".join(pieces) or None

    def _facts(self, places: Collection[Place], keys: Collection[str]) -> dict[str, Words]:
        """Return the words of the facts with these keys; parts of a broken quotation are joined."""
        parts: dict[tuple[str, Place, int], list[str]] = defaultdict(list)
        bare = sorted({key.rpartition(":")[2] for key in keys})
        if bare:
            for document, n, introduced_by, key, evidence, words in self._query(
                SPANS, places, facts=bare
            ):
                for name in (key, f"{introduced_by}:{key}"):
                    parts[name, (self._keys[document], n), evidence].append(words)
        by_key: dict[str, Words] = {}
        for (key, place, _), words in parts.items():
            by_key.setdefault(key, {}).setdefault(place, []).append(" … ".join(words))
        return by_key

    def _find_ids(self, documents: Collection[str]) -> None:
        """Look up the ids of documents, since the other tables are indexed by id."""
        unknown = sorted({*documents} - {*self._ids})
        for start in range(0, len(unknown), BATCH):
            for key, document in self._rows(DOCUMENTS, documents=unknown[start : start + BATCH]):
                self._ids[key] = document
                self._keys[document] = key

    def _query(
        self, query: str, places: Collection[Place], **values: Sequence[str]
    ) -> Iterator[tuple[Any, ...]]:
        known = sorted((self._ids[key], n) for key, n in places if key in self._ids)
        for start in range(0, len(known), BATCH):
            batch = known[start : start + BATCH]
            documents, passages = ({*column} for column in zip(*batch, strict=True))
            yield from self._rows(
                query,
                places=[f"{document}:{n}" for document, n in batch],
                documents=sorted(documents),
                passages=sorted(passages),
                **values,
            )

    def _rows(self, query: str, **values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        statement = text(query).bindparams(*(bindparam(name, expanding=True) for name in values))
        return map(tuple, self.connection.execute(statement, values))


def _merged(several: Iterable[Words]) -> Words:
    merged: Words = defaultdict(list)
    for words in several:
        for place, pieces in words.items():
            merged[place] += pieces
    return merged
