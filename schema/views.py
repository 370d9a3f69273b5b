"""The views and their columns, for the data dictionary: SQLite stores no comments.

A migration creates the views; tests compare names, order, types and, in PostgreSQL, comments. A
list in one cell joins its values by "; ".
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
    """A view: its name, what a row means, and its columns in order."""

    name: str
    meaning: str
    columns: tuple[Column, ...]


def text(name: str, meaning: str, vocabulary: Closed | None = None) -> Column:
    """Describe a column of text."""
    return Column(name, "text", meaning, vocabulary)


def number(name: str, meaning: str) -> Column:
    """Describe a column of integers."""
    return Column(name, "integer", meaning)


FACT = number("fact_id", "the fact: facts.id")
THROUGH = text(
    "through",
    'the voices that it came through, innermost first, the document last; " | " between two chains',
)
SOURCE = text("source", "keys of the documents that speak of it")
PASSAGE = text(
    "passage", "where: ¶n; behind the document's key where several documents speak of it"
)
DOCUMENT = text("document", "key of the document of the first evidence, by key: for sorting")
PARAGRAPH = number("paragraph", "its first passage there, as a number: for sorting")
START = number("start", "first character of that evidence in the passage, from 0: for sorting")
WHERE = (THROUGH, SOURCE, PASSAGE, DOCUMENT, PARAGRAPH, START)
CERTAINTY = text("certainty", "how it is told, as each piece of evidence has it")
MODALITIES = text("modality", "whether it is, as each piece of evidence has it")
WORDS = text("words", "the words of its date, verbatim")
EARLIEST = text("earliest", "first day that the date can mean, YYYY-MM-DD; null: open or unknown")
LATEST = text("latest", "last day that the date can mean, YYYY-MM-DD; null: open or unknown")

VIEWS = (
    View(
        "chains",
        "chains of voices, walked: one row a voice and the way by which it came to the document",
        (
            number("attribution_id", "the voice in its chain: attributions.id"),
            number("document_id", "the document: sources.id"),
            text("document", "its key"),
            number("source_id", "whose voice it is: sources.id"),
            text("source", "its key"),
            text("title", "its title"),
            text("anonymity", "whether it is named", Anonymity),
            number("depth", "through how many hands it came; 0: the document itself"),
            text("through", "titles from this voice out to the document"),
            text("passage", "where the document draws on it, or on voices that it relays: ¶n"),
        ),
    ),
    View(
        "pointers",
        "sources that a document points to: one row a document and source",
        (
            number("document_id", "the document: sources.id"),
            text("document", "its key"),
            number("source_id", "the source that is pointed to: sources.id"),
            text("source", "its key"),
            text("passage", "where: ¶n"),
        ),
    ),
    View(
        "known_as",
        "actors with all their names in one cell",
        (
            number("actor_id", "the actor: actors.id"),
            text("actor", "its key"),
            text("names", "every name that the texts use: in full, then short ones, then others"),
        ),
    ),
    View(
        "grounds",
        "what each fact rests on, all its evidence in one row; the other views are made with it",
        (
            FACT,
            MODALITIES,
            CERTAINTY,
            text("hedge", "the words that hedge it, verbatim"),
            WORDS,
            *WHERE,
        ),
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
            text("date", "when, as the coder settled it; EDTF; null: undated"),
            EARLIEST,
            LATEST,
            text("precision", "how exact the date is", Precision),
            text("qualifier", "how sure the date is; null: unqualified", Qualifier),
            WORDS,
            text("place", "name of the place"),
            text("who", "headings of all who take part, doers or speakers first"),
            text("modality", "whether it came to pass, as the coder settled it", Modality),
            CERTAINTY,
            *WHERE,
        ),
    ),
    View(
        "quotations",
        "utterances with their speakers and what they are about",
        (
            FACT,
            text("quote", "key of the quote; unique in the document that introduced it"),
            text("speaker", "headings of those who say it"),
            text("text", 'the words in marks, " … " where the writer breaks in; null: none'),
            text("says", "the whole statement in the coder's words; may be null where direct"),
            text("directness", "how it is given", Directness),
            text("marks", "the state of its quotation marks in the text", Marks),
            text("date", "when it was said, as the coder settled it; EDTF; null: undated"),
            EARLIEST,
            LATEST,
            text("about", "headings of those whom it is about"),
            text("addressee", "headings of those who are spoken to"),
            text("occasion", "key of the event that was its occasion"),
            text("date_words", "the words of its date, verbatim"),
            CERTAINTY,
            *WHERE,
        ),
    ),
    View(
        "ties",
        "standing ties between two actors: posts and comparisons too",
        (
            FACT,
            text("relation", "key of the relation; unique in the document that introduced it"),
            text("from_key", "key of the one actor"),
            text("from_name", "its heading"),
            text("type", "the tie, read from the one to the other", RelationType),
            text("label", "how it reads from the one to the other"),
            text("inverse", "how it reads from the other to the one"),
            text("to_key", "key of the other actor"),
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
    ),
    View(
        "stances",
        "positions of actors by topic, to be set side by side",
        (
            FACT,
            text("position", "key of the position; unique in the document that introduced it"),
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
    ),
    View(
        "told",
        "what each fact says, in one line, whatever kind of fact it is",
        (
            FACT,
            text("kind", "what sort of fact it is", FactKind),
            text("fact", "its key; unique in the document that introduced it"),
            text("statement", "title of an event, words of an utterance, a tie written out, …"),
        ),
    ),
    View(
        "located",
        "where each piece of evidence stands, in one line",
        (
            number("evidence_id", "the evidence: evidence.id"),
            text("passage", "its passages in the order of its words: ¶3; ¶4"),
        ),
    ),
    View(
        "words",
        "the very words of each piece of evidence; empty unless texts were kept (--keep-text)",
        (
            FACT,
            text("kind", "what sort of fact it is", FactKind),
            text("fact", "its key; unique in the document that introduced it"),
            number("evidence_id", "the evidence: evidence.id"),
            text("source", "key of the document"),
            number("passage", "number of the passage: ¶"),
            number("span", "number of the stretch in the evidence, from 1"),
            text("words", "the words, as the text has them (white space collapsed)"),
        ),
    ),
)
"""Each after those it uses."""
