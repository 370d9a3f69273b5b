"""Rows for every table: a small complete sourcebook, and one more valid row for each table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from schema.facts import TABLE_OF
from schema.models import METADATA

Row = dict[str, Any]

HASH = "0" * 64

JOURNAL = ("loads", "changes", "changed_fields")

SUMMARY: Row = (
    {"kind": "event", "key": "event-1", "introduced_by": "first"}
    | {"sentence": "A visit", "standing": None, "statement": "A visit", "settled": "actual"}
    | {"modality": "actual; possible", "certainty": "asserted; alleged", "hedge": "may have"}
    | {"words": "last October", "who": "A. Writer", "speaker": None, "addressee": None}
    | {"about": None, "holder": None, "object": None, "actors": "writer"}
    | {"attribution_id": None, "chain": "First | Second", "source": "first; second"}
    | {"passage": "first ¶1; second ¶1", "document": "first", "paragraph": 1, "start": 0}
    | {"unnamed": "none"}
)

ROWS: dict[str, list[Row]] = {
    "dates": [
        {"edtf": "2015-10-14~", "precision": "day", "qualifier": "approximate"}
        | {"earliest": "2015-10-14", "latest": "2015-10-14"}
        | {"first_day": 736250, "last_day": 736250},
        {"edtf": "2011/..", "precision": "span", "qualifier": None}
        | {"earliest": "2011-01-01", "latest": None, "first_day": 734503, "last_day": None},
    ],
    "actors": [
        {"id": 1, "key": "writer", "name": "A. Writer", "kind": "person", "background": None},
        {"id": 2, "key": "state", "name": "A State", "kind": "state", "background": "has a coast"},
        {"id": 3, "key": "weekly", "name": "A Weekly", "kind": "outlet", "background": None},
    ],
    "places": [
        {"id": 1, "key": "land", "name": "The Land", "kind": "country", "within_id": None},
        {"id": 2, "key": "town", "name": "The Town", "kind": "city", "within_id": 1},
    ],
    "topics": [{"id": 1, "key": "harbour", "label": "the harbour"}],
    "sources": [
        {"id": 1, "key": "first", "document_id": None, "title": "First", "kind": "article"}
        | {"anonymity": "named", "language": "en", "published": "2015-10-14~", "url": None},
        {"id": 2, "key": "second", "document_id": None, "title": "Second", "kind": "article"}
        | {"anonymity": "named", "language": "fr", "published": None, "url": "http://a.example"},
        {"id": 3, "key": "report", "document_id": None, "title": "Report", "kind": "press-report"}
        | {"anonymity": "named", "language": None, "published": None, "url": None},
        {"id": 4, "key": "some", "document_id": 1, "title": "Some", "kind": "talk"}
        | {"anonymity": "unnamed", "language": None, "published": None, "url": None},
    ],
    "source_actors": [
        {"source_id": 1, "actor_id": 1, "role": "author", "n": 1},
        {"source_id": 1, "actor_id": 3, "role": "publisher", "n": 1},
    ],
    "passages": [
        {"document_id": 1, "n": 1, "section": 1, "length": 10, "hash": HASH, "text": "A heading."},
        {"document_id": 1, "n": 2, "section": 1, "length": 20, "hash": HASH, "text": None},
        {"document_id": 2, "n": 1, "section": None, "length": 9, "hash": HASH, "text": None},
    ],
    "citations": [
        {"source_id": 3, "document_id": 1, "n": 1, "passage": 2}
        | {"start_offset": 0, "end_offset": 5},
    ],
    "attributions": [
        {"id": 1, "document_id": 1, "parent_id": None, "source_id": 1},
        {"id": 2, "document_id": 1, "parent_id": 1, "source_id": 3},
        {"id": 3, "document_id": 2, "parent_id": None, "source_id": 2},
    ],
    "codings": [
        {"document_id": 1, "file": "first.yaml", "hash": HASH, "coder": "me", "format": 1},
        {"document_id": 2, "file": "second.yaml", "hash": HASH, "coder": "me", "format": 1},
    ],
    # From 10 on they have no row in the table of their kind, so that others can be given one.
    "facts": [
        {"id": number, "document_id": 1, "kind": kind, "key": f"{kind}-{number}"}
        for number, kind in [
            *enumerate(("event", "quote", "position", "relation", "link", "name", "event"), 1),
            *enumerate(("event-name", "control"), 8),
            *enumerate(("event", "quote", "position", "relation", "link", "name"), 10),
            *enumerate(("event-name", "control"), 16),
        ]
    ],
    "events": [
        {"id": 1, "kind": "event", "title": "A visit", "summary": None, "event_type": "consult"}
        | {"modality": "actual", "date": "2015-10-14~", "place_id": 2},
        {"id": 7, "kind": "event", "title": "A fight", "summary": "They fight.", "place_id": None}
        | {"event_type": None, "modality": "denied", "date": None},
    ],
    "quotes": [
        {"id": 2, "kind": "quote", "text": "never", "says": "It will not.", "directness": "partial"}
        | {"marks": "damaged", "date": "2015-10-14~", "occasion_id": 1},
    ],
    "positions": [
        {"id": 3, "kind": "position", "topic_id": 1, "position_kind": "fear"}
        | {"statement": "may lose it"},
    ],
    "relations": [
        {"id": 4, "kind": "relation", "from_actor_id": 1, "type": "advises", "to_actor_id": 2}
        | {"what": "ports", "topic_id": 1, "since": "2011/..", "until": "2015-10-14~"},
    ],
    "event_links": [
        {"id": 5, "kind": "link", "from_fact_id": 7, "type": "follows", "to_fact_id": 1}
        | {"from_kind": "event", "to_kind": "event", "lag": "two weeks later"}
        | {"from_event_id": 7, "to_event_id": 1},  # the columns of older revisions
    ],
    "actor_names": [
        {"id": 6, "kind": "name", "actor_id": 2, "name": "the Coast", "name_kind": "metonym"},
    ],
    "event_names": [
        {"id": 8, "kind": "event-name", "event_id": 1, "name": "the Call", "name_kind": "name"},
    ],
    "territorial_control": [
        {"id": 9, "kind": "control", "actor_id": 2, "type": "holds", "place_id": 2}
        | {"part": "the port", "since": "2011/..", "until": "2015-10-14~"},
    ],
    "source_credits": [{"source_id": 2, "role": "author", "n": 1, "name": "Nobody Known"}],
    "identifiers": [
        {"id": 1, "actor_id": 1, "place_id": None, "source_id": None}
        | {"scheme": "wikidata", "identifier": "Q1"},
        {"id": 2, "actor_id": None, "place_id": 1, "source_id": None}
        | {"scheme": "wikidata", "identifier": "Q2"},
        {"id": 3, "actor_id": None, "place_id": None, "source_id": 1}
        | {"scheme": "doi", "identifier": "10.1000/1"},
    ],
    "participants": [
        {"fact_id": 1, "actor_id": 1, "role": "doer", "kind": "event", "count_words": None}
        | {"count_least": None, "count_most": None, "n": 1},
        {"fact_id": 2, "actor_id": 2, "role": "speaker", "kind": "quote", "count_least": 24}
        | {"count_words": "some dozens of", "count_most": None, "n": 1},
    ],
    "evidence": [
        {"id": 1, "fact_id": 1, "document_id": 1, "n": 1, "attribution_id": 1, "stance": None}
        | {"modality": "actual", "certainty": "asserted", "hedge": None}
        | {"date": "2015-10-14~", "date_words": "last October"},
        {"id": 2, "fact_id": 1, "document_id": 2, "n": 1, "attribution_id": 3, "stance": "doubts"}
        | {"modality": "possible", "certainty": "alleged", "hedge": "may have"}
        | {"date": None, "date_words": None},
        {"id": 3, "fact_id": 4, "document_id": 1, "n": 1, "attribution_id": 1, "stance": None}
        | {"modality": "actual", "certainty": "asserted", "hedge": None}
        | {"date": None, "date_words": None},
    ],
    "spans": [
        {"evidence_id": 1, "n": 1, "document_id": 1, "passage": 1}
        | {"start_offset": 0, "end_offset": 4},
        {"evidence_id": 2, "n": 1, "document_id": 2, "passage": 1}
        | {"start_offset": 3, "end_offset": 9},
        {"evidence_id": 3, "n": 1, "document_id": 1, "passage": 2}
        | {"start_offset": 0, "end_offset": 9},
    ],
    "introductions": [
        {"id": number, "document_id": 1, "actor_id": None, "place_id": None}
        | {"topic_id": None, "source_id": None, "cited_as": None}
        | {column: 1}
        for number, column in enumerate(("actor_id", "place_id", "topic_id", "source_id"), 1)
    ],
    "loads": [
        {"id": 1, "document_id": 1, "document": "first", "action": "loaded"}
        | {"loaded_at": "2016-06-01T12:00:00Z", "content_hash": HASH},
    ],
    "changes": [{"load_id": 1, "item": "event", "key": "event-1", "action": "changed"}],
    "changed_fields": [
        {"load_id": 1, "item": "event", "key": "event-1", "field": "title"}
        | {"old_value": "A talk", "new_value": "A visit"},
    ],
    "feeds": [  # the columns of older revisions too
        {"table_name": "events", "row_count": 2, "digest": "0" * 16, "left_out": None}
        | {"checksum": "sqlite " + "0" * 16, "source_checksum": None}
        | {"fed_at": "2016-06-01T12:00:00Z", "seal": "0" * 64},
    ],
    "fact_summaries": [SUMMARY | {"fact_id": 1}],
    "evidence_counts": [
        {"fact_id": 1, "counted_as_id": 1, "pieces": 2, "documents": 2, "relayed": 0}
        | {"origins": 2, "named_origins": 2, "origin_id": None},
    ],
    "attribution_chains": [
        {"attribution_id": 1, "depth": 0, "chain": "First", "anonymity": "named"}
        | {"passage": "¶1; ¶2"},
    ],
    "attribution_ancestors": [{"attribution_id": 1, "ancestor_id": 1, "distance": 0}],
    "evidence_passages": [{"evidence_id": 1, "passage": "¶1", "paragraph": 1, "start": 0}],
    "fact_passages": [{"document_id": 1, "passage": 1, "fact_id": 1, "start": 0, "pieces": 1}],
    "passage_coverage": [{"document_id": 1, "passage": 1, "characters": 4, "facts": 1}],
    "actor_summaries": [{"actor_id": 2, "names": "the Coast"}],
    "citation_passages": [{"document_id": 1, "source_id": 3, "passage": "¶2"}],
    "memberships": [
        {"member_id": 1, "whole_id": 2, "n": 1, "path": "first:relation-4", "steps": 1}
        | {"standing": None, "earliest": "2011-01-01", "latest": "2015-10-14"}
        | {"first_day": 734503, "last_day": 736250},
    ],
}
"""The rows of each table; the migrations add the types of relations."""

EXTRA_ROWS: dict[str, Row] = {
    "dates": {"edtf": "2014", "precision": "year", "qualifier": None}
    | {"earliest": "2014-01-01", "latest": "2014-12-31", "first_day": 735599, "last_day": 735963},
    "actors": ROWS["actors"][1] | {"id": 90, "key": "other"},
    "places": ROWS["places"][1] | {"id": 90, "key": "other"},
    "topics": {"id": 90, "key": "other", "label": "other"},
    "relation_types": {"key": "cousin-of", "label": "is a cousin of", "inverse": "is a cousin of"}
    | {"is_symmetric": True, "sentence": "{from} {is|are} cousins of {to}", "acts_for": False},
    "sources": ROWS["sources"][0] | {"id": 90, "key": "other"},
    "source_actors": {"source_id": 2, "actor_id": 1, "role": "author", "n": 1},
    "passages": ROWS["passages"][1] | {"n": 3},
    "citations": ROWS["citations"][0] | {"n": 2},
    "attributions": {"id": 90, "document_id": 1, "parent_id": 2, "source_id": 4},
    "codings": ROWS["codings"][0] | {"document_id": 3},
    "facts": {"id": 90, "document_id": 1, "kind": "event", "key": "other"},
    "events": ROWS["events"][0] | {"id": 10},
    "quotes": ROWS["quotes"][0] | {"id": 11},
    "positions": ROWS["positions"][0] | {"id": 12},
    "relations": ROWS["relations"][0] | {"id": 13},
    "event_links": ROWS["event_links"][0] | {"id": 14, "type": "part-of"},
    "actor_names": ROWS["actor_names"][0] | {"id": 15},
    "event_names": ROWS["event_names"][0] | {"id": 16},
    "territorial_control": ROWS["territorial_control"][0] | {"id": 17},
    "source_credits": ROWS["source_credits"][0] | {"n": 2},
    "identifiers": ROWS["identifiers"][0] | {"id": 90, "identifier": "Q90"},
    "participants": ROWS["participants"][0]
    | {"actor_id": 2}
    | {"count_words": "three or four", "count_least": 3, "count_most": 4},
    "evidence": ROWS["evidence"][1] | {"id": 90, "document_id": 1, "n": 2, "attribution_id": 2},
    "spans": ROWS["spans"][0] | {"n": 2},
    "introductions": ROWS["introductions"][0] | {"id": 90, "document_id": 2},
    "loads": ROWS["loads"][0] | {"id": 90},
    "changes": ROWS["changes"][0] | {"key": "event-7"},
    "changed_fields": ROWS["changed_fields"][0] | {"field": "date"},
    "feeds": {"fed_at": "2016-07-01T12:00:00Z"},
    "fact_summaries": SUMMARY | {"fact_id": 2},
    "evidence_counts": ROWS["evidence_counts"][0] | {"fact_id": 2},
    "attribution_chains": ROWS["attribution_chains"][0] | {"attribution_id": 2},
    "attribution_ancestors": ROWS["attribution_ancestors"][0] | {"attribution_id": 2},
    "evidence_passages": ROWS["evidence_passages"][0] | {"evidence_id": 2},
    "fact_passages": ROWS["fact_passages"][0] | {"fact_id": 2},
    "passage_coverage": ROWS["passage_coverage"][0] | {"passage": 2},
    "memberships": ROWS["memberships"][0] | {"n": 2},
    "actor_summaries": {"actor_id": 1, "names": "Writer"},
    "citation_passages": {"document_id": 2, "source_id": 3, "passage": "¶1"},
}
"""One more row for each table, valid in a database that holds ROWS."""


def in_order() -> list[sa.Table]:
    """Return the tables, each after those that it refers to in any revision."""
    # In older revisions loads refer to codings, and links to events.
    late = (*JOURNAL, "event_links")
    return sorted(METADATA.sorted_tables, key=lambda table: table.name in late)


def fill(connection: sa.Connection) -> None:
    """Insert ROWS, as far as this revision has tables and columns for them."""
    inspector = sa.inspect(connection)
    for table in in_order():
        if table.name in ROWS and inspector.has_table(table.name):
            there = {column["name"] for column in inspector.get_columns(table.name)}
            rows = [
                {name: row[name] for name in there & row.keys()}
                for row in ROWS[table.name]
                if table.name != "facts" or inspector.has_table(TABLE_OF[row["kind"]])
            ]
            stored = sa.table(table.name, *map(sa.column, rows[0]))
            connection.execute(stored.insert(), rows)


def stored_rows(
    connection: sa.Connection, columns: Mapping[str, Sequence[str]] | None = None
) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of every table of ours, or of some columns, in a fixed order."""
    inspector = sa.inspect(connection)
    if columns is None:
        names = sorted(set(inspector.get_table_names()) & METADATA.tables.keys())
        columns = {name: [field["name"] for field in inspector.get_columns(name)] for name in names}
    actual = {}
    for name, of_table in columns.items():
        listed = ", ".join(f'"{column}"' for column in sorted(of_table))
        rows = connection.exec_driver_sql(f"select {listed} from {name}").all()
        actual[name] = sorted(map(tuple, rows), key=repr)
    return actual
