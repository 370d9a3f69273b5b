"""The views: their SQL, and for the data dictionary their columns; SQLite stores no comments.

Each view is a plain join in SQL that SQLite, PostgreSQL, DuckDB and Spark read alike. Its stored
columns are selected bare, so that SQLite reports their declared types, and what they mean follows
from the models. `migrate` creates the views anew after every upgrade; tests compare names, order,
types and, in PostgreSQL, comments. A list in one cell joins its values by "; ".
"""

from __future__ import annotations

from collections.abc import Mapping

from schema.filter_views import FILTER_VIEWS
from schema.view import FACT, MEANINGS, View

CITED_AS = """\
case when (select count(*) from codings) > 1 then fact_summaries.introduced_by || ':' else '' end\
 || fact_summaries.key"""
# A chain begins with the title of its voice and ends with that of its document.
VOICES = """\
case when attribution_chains.depth > 0 then substr(attribution_chains.chain, 1,\
 length(attribution_chains.chain) - length(documents.title) - 2) end"""
RELAYED_BY = """\
case when attribution_chains.depth > 1 then substr(attribution_chains.chain,\
 length(sources.title) + 3,\
 length(attribution_chains.chain) - length(sources.title) - length(documents.title) - 4) end"""
DATED = """
  dates.earliest,
  dates.latest,
  dates.precision,
  dates.qualifier,
  dates.first_day,
  dates.last_day,
  fact_summaries.words,"""

TIME = {
    "earliest": "first day on which it can have begun, YYYY-MM-DD; null: open or unknown",
    "latest": "last day on which it can have ended, YYYY-MM-DD; null: open or unknown",
    "first_day": "earliest as a day number, in any year",
    "last_day": "latest as a day number, in any year",
}


def _view_of_facts(
    name: str,
    meaning: str,
    key: str,
    columns: str,
    joins: str,
    meanings: Mapping[str, str],
    where: str = "",
) -> View:
    """Return a view of facts: their keys, these columns, and where they are stated."""
    query = f"""\
select
  fact_summaries.fact_id,
  fact_summaries.key as {key},
  fact_summaries.introduced_by,
  {CITED_AS} as cited_as,{columns}
  coalesce(fact_summaries.chain, attribution_chains.chain) as through,
  fact_summaries.source,
  fact_summaries.passage,
  fact_summaries.document,
  fact_summaries.paragraph,
  fact_summaries.start
from fact_summaries
{joins}left join attribution_chains
  on attribution_chains.attribution_id = fact_summaries.attribution_id
{where}"""  # noqa: S608 - of texts in this file
    return View(name, meaning, query, {**FACT, **meanings})


VIEWS = (
    *FILTER_VIEWS,
    View(
        "chains",
        "chains of voices: one row for each voice, with its way to the document",
        f"""\
select
  attribution_chains.attribution_id,
  attributions.document_id,
  documents.key as document,
  attributions.source_id,
  sources.key as source,
  sources.title,
  sources.anonymity,
  attribution_chains.depth,
  attribution_chains.chain as through,
  {VOICES} as voices,
  {RELAYED_BY} as relayed_by,
  attribution_chains.passage
from attribution_chains
join attributions on attributions.id = attribution_chains.attribution_id
join sources on sources.id = attributions.source_id
join sources as documents on documents.id = attributions.document_id
""",  # noqa: S608 - of texts in this file
        MEANINGS
        | {
            "attribution_id": "the voice: attributions.id",
            "source_id": "whose it is: sources.id",
            "voices": "the chain without the document; null: the document itself",
            "relayed_by": "voices between this one and the document; null: none",
        },
    ),
    View(
        "cited_sources",
        "sources that a document points to: one row for each document and source",
        """\
select
  citation_passages.document_id,
  documents.key as document,
  citation_passages.source_id,
  sources.key as source,
  citation_passages.passage
from citation_passages
join sources on sources.id = citation_passages.source_id
join sources as documents on documents.id = citation_passages.document_id
""",
        MEANINGS,
    ),
    _view_of_facts(
        "fact_overview",
        "every fact with all that vouches for it, in one row",
        "fact",
        """
  fact_summaries.kind,
  fact_summaries.sentence,
  fact_summaries.standing,
  fact_summaries.statement,
  fact_summaries.speaker,
  fact_summaries.settled,
  fact_summaries.modality,
  fact_summaries.certainty,
  fact_summaries.hedge,
  fact_summaries.words,
  figures.pieces,
  figures.documents,
  figures.relayed,
  figures.origins,
  figures.named_origins,
  figures.origin_id,
  fact_summaries.unnamed,
  evidence_counts.counted_as_id,""",
        """\
left join evidence_counts on evidence_counts.fact_id = fact_summaries.fact_id
left join evidence_counts as figures on figures.fact_id = evidence_counts.counted_as_id
""",
        {},
    ),
    _view_of_facts(
        "timeline",
        "events, dated utterances as statements, and dated positions; undated events have no date",
        "event",
        """
  case fact_summaries.kind when 'quote' then 'statement' else fact_summaries.kind end as kind,
  events.event_type as type,
  coalesce(fact_summaries.speaker || ': ', fact_summaries.holder || ': ', '') || \
fact_summaries.statement as title,
  fact_summaries.sentence,
  fact_summaries.standing,
  dates.edtf as date,"""
        + DATED
        + """
  places.name as place,
  coalesce(fact_summaries.who, fact_summaries.holder) as who,
  events.duration_words as duration,
  fact_summaries.settled as modality,
  fact_summaries.certainty,""",
        """\
left join events on events.id = fact_summaries.fact_id
left join quotes on quotes.id = fact_summaries.fact_id
left join positions on positions.id = fact_summaries.fact_id
left join dates on dates.edtf = coalesce(events.date, quotes.date, positions.date)
left join places on places.id = events.place_id
""",
        {
            "kind": "event; statement for an utterance; or position, for what somebody held then",
            "title": "title of the event; of a statement or position who said or held what",
            "who": "who takes part: of an event doers first; of a position its holders",
            "place": "name of the place",
        },
        "where fact_summaries.kind = 'event' or dates.edtf is not null\n",
    ),
    _view_of_facts(
        "quotations",
        "utterances with their speakers and what they are about",
        "quote",
        """
  fact_summaries.sentence,
  fact_summaries.standing,
  fact_summaries.speaker,
  quotes.text,
  quotes.says,
  quotes.directness,
  quotes.marks,
  quotes.date,"""
        + DATED
        + """
  fact_summaries.about,
  fact_summaries.addressee,
  occasions.key as occasion,
  fact_summaries.certainty,""",
        """\
join quotes on quotes.id = fact_summaries.fact_id
left join dates on dates.edtf = quotes.date
left join facts as occasions on occasions.id = quotes.occasion_id
""",
        {"occasion": "key of the event that was its occasion"},
    ),
    _view_of_facts(
        "ties",
        "standing ties between two actors: posts and comparisons too",
        "relation",
        """
  fact_summaries.sentence,
  fact_summaries.standing,
  origins.key as from_key,
  origins.name as from_name,
  relations.type,
  relation_types.label,
  relation_types.inverse,
  targets.key as to_key,
  targets.name as to_name,
  relations.what,
  topics.label as topic,
  relations.since,
  relations.until,
  begun.earliest,
  ended.latest,
  begun.first_day,
  ended.last_day,
  relations.duration_words as duration,
  fact_summaries.modality,
  fact_summaries.certainty,
  fact_summaries.words,""",
        """\
join relations on relations.id = fact_summaries.fact_id
join relation_types on relation_types.key = relations.type
join actors as origins on origins.id = relations.from_actor_id
join actors as targets on targets.id = relations.to_actor_id
left join topics on topics.id = relations.topic_id
left join dates as begun on begun.edtf = relations.since
left join dates as ended on ended.edtf = relations.until
""",
        TIME
        | {
            "from_key": "key of the first actor",
            "from_name": "its heading",
            "to_key": "key of the second actor",
            "to_name": "its heading",
            "topic": "label of the topic of a comparison",
        },
    ),
    _view_of_facts(
        "stances",
        "positions of actors by topic",
        "position",
        """
  fact_summaries.sentence,
  fact_summaries.standing,
  topics.key as topic_key,
  topics.label as topic,
  fact_summaries.holder,
  positions.position_kind as kind,
  fact_summaries.statement,
  fact_summaries.object,
  positions.date,"""
        + DATED
        + """
  fact_summaries.modality,
  fact_summaries.certainty,""",
        """\
join positions on positions.id = fact_summaries.fact_id
join topics on topics.id = positions.topic_id
left join dates on dates.edtf = positions.date
""",
        {"topic_key": "key of the topic", "topic": "its label"},
    ),
    _view_of_facts(
        "control",
        "who holds, contests or besieges which place",
        "control",
        """
  fact_summaries.sentence,
  fact_summaries.standing,
  actors.key as actor,
  actors.name as actor_name,
  territorial_control.type,
  places.key as place,
  places.name as place_name,
  territorial_control.part,
  territorial_control.since,
  territorial_control.until,
  begun.earliest,
  ended.latest,
  begun.first_day,
  ended.last_day,
  fact_summaries.modality,
  fact_summaries.certainty,
  fact_summaries.words,""",
        """\
join territorial_control on territorial_control.id = fact_summaries.fact_id
join actors on actors.id = territorial_control.actor_id
join places on places.id = territorial_control.place_id
left join dates as begun on begun.edtf = territorial_control.since
left join dates as ended on ended.edtf = territorial_control.until
""",
        TIME
        | {
            "actor": "key of the actor",
            "actor_name": "its heading",
            "place": "key of the place",
            "place_name": "its name",
        },
    ),
    View(
        "words",
        "the very words of each piece of evidence; empty unless texts were kept (--keep-text)",
        """\
select
  evidence.fact_id,
  facts.kind,
  facts.key as fact,
  introducing.key as introduced_by,
  spans.evidence_id,
  documents.key as source,
  spans.passage,
  spans.n as span,
  substr(passages.text, spans.start_offset + 1, spans.end_offset - spans.start_offset) as words
from spans
join evidence on evidence.id = spans.evidence_id
join facts on facts.id = evidence.fact_id
join sources as introducing on introducing.id = facts.document_id
join sources as documents on documents.id = spans.document_id
join passages on passages.document_id = spans.document_id and passages.n = spans.passage
where passages.text is not null
""",
        {
            "fact_id": "the fact: facts.id",
            "fact": "its key, unique in the document that introduced it",
            "introduced_by": "key of the document that introduced it",
            "evidence_id": "the evidence: evidence.id",
            "source": "key of the document",
            "words": "the words, as the text has them (white space collapsed)",
        },
    ),
)
"""In the order in which they are created; none reads another."""

RENAMED = {
    "grounds": ("fact_overview",),
    "told": ("fact_overview",),
    "located": ("evidence_passages",),
    "known_as": ("actor_summaries",),
    "pointers": ("cited_sources",),
}
"""Views of earlier versions, and what holds their columns now: rights go over to it."""

RENAMED_COLUMNS = {("quotations", "date_words"): "words"}
"""Columns that views of earlier versions had, and what they are called now in the same view."""
