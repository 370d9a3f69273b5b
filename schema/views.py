"""The views: their SQL, and for the data dictionary their columns; SQLite stores no comments.

Each view is a plain join of stored columns, in SQL that SQLite, PostgreSQL, DuckDB and Spark read
alike. `migrate` creates them anew after every upgrade; tests compare names, order, types and, in
PostgreSQL, comments. A list in one cell joins its values by "; ".
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

from schema.edtf import Precision, Qualifier
from schema.vocabulary import (
    Anonymity,
    Directness,
    EventType,
    FactKind,
    Marks,
    Modality,
    PositionKind,
    RelationType,
    Unnamed,
)

Closed = type[StrEnum]


class Column(NamedTuple):
    """One column of a view."""

    name: str
    type: Literal["text", "integer"]
    meaning: str
    vocabulary: Closed | None = None
    """The closed list of its values, if there is one."""


class View(NamedTuple):
    """A view: its name, what a row means, its columns in order, and its query."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    query: str


def text(name: str, meaning: str, vocabulary: Closed | None = None) -> Column:
    """Describe a column of text."""
    return Column(name, "text", meaning, vocabulary)


def number(name: str, meaning: str) -> Column:
    """Describe a column of integers."""
    return Column(name, "integer", meaning)


FACT = number("fact_id", "the fact: facts.id")
INTRODUCED_BY = text("introduced_by", "key of the document that introduced it")
SENTENCE = text("sentence", "the fact as a sentence that can be quoted alone")
STANDING = text(
    "standing", "Alleged, Did not happen, …: words in front of the sentence; null: a plain fact"
)
THROUGH = text(
    "through",
    'the voices that it came through, innermost first, the document last; " | " between two chains',
)
SOURCE = text("source", "keys of the documents that state it")
PASSAGE = text("passage", "where: ¶n, after the key of the document if several documents state it")
DOCUMENT = text("document", "key of the first document that states it, by key: for sorting")
PARAGRAPH = number("paragraph", "number of its first passage there: for sorting")
START = number("start", "first character of its evidence in that passage, from 0: for sorting")
WHERE = (THROUGH, SOURCE, PASSAGE, DOCUMENT, PARAGRAPH, START)
CERTAINTY = text("certainty", "certainties of its evidence")
MODALITIES = text("modality", "modalities of its evidence")
WORDS = text("words", "the words of its date, verbatim")
DATED = (
    text("date", "when, as the coder settled it; EDTF; null: undated"),
    text("earliest", "first day that the date can mean, YYYY-MM-DD; null: open or unknown"),
    text("latest", "last day that the date can mean, YYYY-MM-DD; null: open or unknown"),
    text("precision", "how exact the date is", Precision),
    text("qualifier", "how sure the date is; null: unqualified", Qualifier),
    number("first_day", "earliest as a day number, which orders any year: dates.first_day"),
    number("last_day", "latest as a day number, which orders any year: dates.last_day"),
    WORDS,
)

# How every view of facts ends, and whence.
EVIDENCE = """\
  coalesce(fact_summaries.chain, attribution_chains.chain) as through,
  fact_summaries.source,
  fact_summaries.passage,
  fact_summaries.document,
  fact_summaries.paragraph,
  fact_summaries.start
"""
CHAINED = """\
left join attribution_chains
  on attribution_chains.attribution_id = fact_summaries.attribution_id
"""

VIEWS = (
    View(
        "chains",
        "chains of voices: one row for each voice, with its way to the document",
        (
            number("attribution_id", "the voice in its chain: attributions.id"),
            number("document_id", "the document: sources.id"),
            text("document", "its key"),
            number("source_id", "whose voice it is: sources.id"),
            text("source", "its key"),
            text("title", "its title"),
            text("anonymity", "whether it is named", Anonymity),
            number("depth", "voices between it and the document; 0: the document itself"),
            text("through", "titles from this voice to the document"),
            text("passage", "where the document draws on it, or on voices that it relays: ¶n"),
        ),
        """\
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
  attribution_chains.passage
from attribution_chains
join attributions on attributions.id = attribution_chains.attribution_id
join sources on sources.id = attributions.source_id
join sources as documents on documents.id = attributions.document_id
""",
    ),
    View(
        "cited_sources",
        "sources that a document points to: one row for each document and source",
        (
            number("document_id", "the document: sources.id"),
            text("document", "its key"),
            number("source_id", "the source that it points to: sources.id"),
            text("source", "its key"),
            text("passage", "where: ¶n"),
        ),
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
    ),
    View(
        "fact_overview",
        "every fact with all that vouches for it, in one row",
        (
            FACT,
            text("kind", "event, quote, position, relation, link or name", FactKind),
            text("fact", "its key, unique in the document that introduced it"),
            INTRODUCED_BY,
            SENTENCE,
            STANDING,
            text("statement", "title of an event, words of an utterance, a tie written out, …"),
            text("settled", "modality as the coder, or the first evidence, has it", Modality),
            MODALITIES,
            CERTAINTY,
            text("hedge", "the words that hedge it, verbatim"),
            WORDS,
            number("pieces", "pieces of evidence, of equal ties together"),
            number("documents", "documents that state it or an equal tie"),
            number("origins", "different sources at the inner ends of its chains"),
            number("named_origins", "how many of these are named"),
            text("unnamed", "how much of its evidence is from unnamed voices", Unnamed),
            *WHERE,
        ),
        f"""\
select
  fact_summaries.fact_id,
  fact_summaries.kind,
  fact_summaries.key as fact,
  fact_summaries.introduced_by,
  fact_summaries.sentence,
  fact_summaries.standing,
  fact_summaries.statement,
  fact_summaries.settled,
  fact_summaries.modality,
  fact_summaries.certainty,
  fact_summaries.hedge,
  fact_summaries.words,
  fact_summaries.pieces,
  fact_summaries.documents,
  fact_summaries.origins,
  fact_summaries.named_origins,
  fact_summaries.unnamed,
{EVIDENCE}from fact_summaries
{CHAINED}""",
    ),
    View(
        "timeline",
        "events, and dated utterances as statements; undated events have a null date",
        (
            FACT,
            text("event", "key of the event or quote; unique in the document that introduced it"),
            text("kind", "event, or statement for an utterance"),
            text("type", "PLOVER type of an event; null where none fits", EventType),
            text("title", "title of the event; of a statement who said what"),
            SENTENCE,
            *DATED,
            text("place", "name of the place"),
            text("who", "headings of all who take part, doers or speakers first"),
            text("modality", "whether it came to pass, as the coder settled it", Modality),
            CERTAINTY,
            *WHERE,
        ),
        f"""\
select
  fact_summaries.fact_id,
  fact_summaries.key as event,
  case fact_summaries.kind when 'event' then 'event' else 'statement' end as kind,
  events.event_type as type,
  coalesce(fact_summaries.speaker || ': ', '') || fact_summaries.statement as title,
  fact_summaries.sentence,
  dates.edtf as date,
  dates.earliest,
  dates.latest,
  dates.precision,
  dates.qualifier,
  dates.first_day,
  dates.last_day,
  fact_summaries.words,
  places.name as place,
  fact_summaries.who,
  fact_summaries.settled as modality,
  fact_summaries.certainty,
{EVIDENCE}from fact_summaries
left join events on events.id = fact_summaries.fact_id
left join quotes on quotes.id = fact_summaries.fact_id
left join dates on dates.edtf = coalesce(events.date, quotes.date)
left join places on places.id = events.place_id
{CHAINED}where fact_summaries.kind = 'event' or quotes.date is not null
""",
    ),
    View(
        "quotations",
        "utterances with their speakers and what they are about",
        (
            FACT,
            text("quote", "key of the quote; unique in the document that introduced it"),
            SENTENCE,
            text("speaker", "headings of those who say it"),
            text("text", 'the words in marks, " … " where the writer breaks in; null: none'),
            text("says", "the whole statement in the coder's words; may be null where direct"),
            text("directness", "how it is given", Directness),
            text("marks", "the state of its quotation marks in the text", Marks),
            *DATED,
            text("about", "headings of those whom it is about"),
            text("addressee", "headings of those who are spoken to"),
            text("occasion", "key of the event that was its occasion"),
            CERTAINTY,
            *WHERE,
        ),
        f"""\
select
  quotes.id as fact_id,
  fact_summaries.key as quote,
  fact_summaries.sentence,
  fact_summaries.speaker,
  quotes.text,
  quotes.says,
  quotes.directness,
  quotes.marks,
  quotes.date,
  dates.earliest,
  dates.latest,
  dates.precision,
  dates.qualifier,
  dates.first_day,
  dates.last_day,
  fact_summaries.words,
  fact_summaries.about,
  fact_summaries.addressee,
  occasions.key as occasion,
  fact_summaries.certainty,
{EVIDENCE}from quotes
join fact_summaries on fact_summaries.fact_id = quotes.id
left join dates on dates.edtf = quotes.date
left join facts as occasions on occasions.id = quotes.occasion_id
{CHAINED}""",
    ),
    View(
        "ties",
        "standing ties between two actors: posts and comparisons too",
        (
            FACT,
            text("relation", "key of the relation; unique in the document that introduced it"),
            SENTENCE,
            text("from_key", "key of the first actor"),
            text("from_name", "its heading"),
            text("type", "the tie, read from the first to the second", RelationType),
            text("label", "how it reads from the first to the second"),
            text("inverse", "how it reads from the second to the first"),
            text("to_key", "key of the second actor"),
            text("to_name", "its heading"),
            text("what", "what for, on what, or as what (a post)"),
            text("topic", "label of the topic of a comparison"),
            text("since", "when it began; EDTF; null: not said"),
            text("until", "when it ended; EDTF; null: not said"),
            MODALITIES,
            CERTAINTY,
            WORDS,
            *WHERE,
        ),
        f"""\
select
  relations.id as fact_id,
  fact_summaries.key as relation,
  fact_summaries.sentence,
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
  fact_summaries.modality,
  fact_summaries.certainty,
  fact_summaries.words,
{EVIDENCE}from relations
join fact_summaries on fact_summaries.fact_id = relations.id
join relation_types on relation_types.key = relations.type
join actors as origins on origins.id = relations.from_actor_id
join actors as targets on targets.id = relations.to_actor_id
left join topics on topics.id = relations.topic_id
{CHAINED}""",
    ),
    View(
        "stances",
        "positions of actors by topic",
        (
            FACT,
            text("position", "key of the position; unique in the document that introduced it"),
            SENTENCE,
            text("topic_key", "key of the topic"),
            text("topic", "its label"),
            text("holder", "headings of those who hold it"),
            text("kind", "in which way they hold it", PositionKind),
            text("statement", "the position in the coder's words"),
            text("object", "headings of those whom it is about"),
            MODALITIES,
            CERTAINTY,
            *WHERE,
        ),
        f"""\
select
  positions.id as fact_id,
  fact_summaries.key as position,
  fact_summaries.sentence,
  topics.key as topic_key,
  topics.label as topic,
  fact_summaries.holder,
  positions.position_kind as kind,
  positions.statement,
  fact_summaries.object,
  fact_summaries.modality,
  fact_summaries.certainty,
{EVIDENCE}from positions
join fact_summaries on fact_summaries.fact_id = positions.id
join topics on topics.id = positions.topic_id
{CHAINED}""",
    ),
    View(
        "words",
        "the very words of each piece of evidence; empty unless texts were kept (--keep-text)",
        (
            FACT,
            text("kind", "event, quote, position, relation, link or name", FactKind),
            text("fact", "its key; unique in the document that introduced it"),
            number("evidence_id", "the evidence: evidence.id"),
            text("source", "key of the document"),
            number("passage", "number of the passage: ¶"),
            number("span", "number of the stretch in the evidence, from 1"),
            text("words", "the words, as the text has them (white space collapsed)"),
        ),
        """\
select
  evidence.fact_id,
  facts.kind,
  facts.key as fact,
  evidence.id as evidence_id,
  documents.key as source,
  spans.passage,
  spans.n as span,
  substr(passages.text, spans.start_offset + 1, spans.end_offset - spans.start_offset) as words
from spans
join evidence on evidence.id = spans.evidence_id
join facts on facts.id = evidence.fact_id
join sources as documents on documents.id = spans.document_id
join passages on passages.document_id = spans.document_id and passages.n = spans.passage
where passages.text is not null
""",
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
