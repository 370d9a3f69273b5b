"""Derived rows of documents: chains of voices, and what each passage is evidence for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from schema.vocabulary import Anonymity

Row = dict[str, Any]
Rows = dict[str, list[Row]]
"""Rows by table."""

ATTRIBUTIONS = """
    select attributions.id, attributions.parent_id, attributions.document_id,
      attributions.source_id, sources.title, sources.anonymity
    from attributions
    join sources on sources.id = attributions.source_id
    where attributions.document_id in ({ids})
    order by attributions.id
"""

CITATIONS = "select document_id, source_id, passage from citations where document_id in ({ids})"

SPANS = """
    select spans.document_id, spans.passage, spans.start_offset, spans.end_offset,
      spans.evidence_id, evidence.fact_id, evidence.attribution_id
    from spans
    join evidence on evidence.id = spans.evidence_id
    where spans.document_id in ({ids})
    order by spans.evidence_id, spans.n
"""

PASSAGES = "select document_id, n from passages where document_id in ({ids})"


def asked(connection: Connection, query: str, ids: Sequence[int]) -> Sequence[Any]:
    """Ask for the rows of these ids, which stand in the statement itself: all are integers."""
    return connection.exec_driver_sql(query.format(ids=", ".join(map(str, ids)) or "null")).all()


def of_documents(connection: Connection, documents: Sequence[int]) -> Rows:
    """Compute the rows of documents in all tables but those of facts and memberships."""
    spans = asked(connection, SPANS, documents)
    cited: dict[tuple[int, int], set[int]] = defaultdict(set)
    for document, source, passage in asked(connection, CITATIONS, documents):
        cited[document, source].add(passage)
    return {
        **_chains(asked(connection, ATTRIBUTIONS, documents), spans, cited),
        "evidence_passages": list(_evidence(spans)),
        "citation_passages": list(_citations(cited)),
        **_coverage(asked(connection, PASSAGES, documents), spans),
    }


def _citations(cited: dict[tuple[int, int], set[int]]) -> Iterator[Row]:
    for (document, source), passages in cited.items():
        marks = _marks(sorted(passages))
        yield {"document_id": document, "source_id": source, "passage": marks}


def _chains(
    attributions: Sequence[Any], spans: Sequence[Any], cited: dict[tuple[int, int], set[int]]
) -> Rows:
    drawn_on: dict[int, set[int]] = defaultdict(set)
    for span in spans:
        drawn_on[span.attribution_id].add(span.passage)
    lineages: dict[int, list[Any]] = {}
    for one in attributions:  # each after its parent
        lineages[one.id] = [one, *lineages.get(one.parent_id, ())]
    ancestors: list[Row] = []
    passages: dict[int, set[int]] = defaultdict(set)
    for number, lineage in lineages.items():
        for distance, one in enumerate(lineage):
            ancestors.append(
                {"attribution_id": number, "ancestor_id": one.id, "distance": distance}
            )
            passages[one.id] |= drawn_on[number]
        passages[number] |= cited.get((lineage[0].document_id, lineage[0].source_id), set())
    return {
        "attribution_ancestors": ancestors,
        "attribution_chains": [
            {
                "attribution_id": number,
                "depth": len(lineage) - 1,
                "chain": "; ".join(one.title for one in lineage),
                "anonymity": _least_known({one.anonymity for one in lineage}),
                "passage": _marks(sorted(passages[number])),
            }
            for number, lineage in lineages.items()
        ],
    }


def _least_known(found: set[str]) -> str:
    return next(
        one for one in (Anonymity.VOICELESS, Anonymity.UNNAMED, Anonymity.NAMED) if one in found
    ).value


def _marks(passages: Sequence[int]) -> str | None:
    return "; ".join(f"¶{passage}" for passage in passages) or None


def _evidence(spans: Sequence[Any]) -> Iterator[Row]:
    for number, places in groupby(spans, itemgetter(4)):
        found = list(places)
        yield {
            "evidence_id": number,
            "passage": _marks(list(dict.fromkeys(span.passage for span in found))),
            "paragraph": found[0].passage,
            "start": found[0].start_offset,
        }


def _coverage(passages: Sequence[Any], spans: Sequence[Any]) -> Rows:
    by_passage: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for span in spans:
        by_passage[span.document_id, span.passage].append(span)
    facts, coverage = [], []
    for document, passage in passages:
        found = by_passage[document, passage]
        by_fact = defaultdict(list)
        for span in found:
            by_fact[span.fact_id].append(span)
        place = {"document_id": document, "passage": passage}
        coverage.append({**place, "characters": _covered(found), "facts": len(by_fact)})
        facts += [
            {
                **place,
                "fact_id": fact,
                "start": min(span.start_offset for span in of_fact),
                "pieces": len({span.evidence_id for span in of_fact}),
            }
            for fact, of_fact in by_fact.items()
        ]
    return {"passage_coverage": coverage, "fact_passages": facts}


def _covered(spans: Sequence[Any]) -> int:
    """Count the characters that are in one span or in several."""
    covered = reached = 0
    for start, end in sorted((span.start_offset, span.end_offset) for span in spans):
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return covered
