"""The graph export: actors as nodes and their ties as weighted edges, in GraphML.

Written as it is read, whatever the size. Reads the sourcebook and writes one file.

A tie is either standing (an alliance, a post: a row of the view `ties`) or made of events (who
does what to whom, or together with whom). Both are directed edges of one graph, told apart by
`layer`, for readers of GraphML take either directed or undirected edges and not both.

What is intended, expected, possible, hypothetical or denied is no tie: a graph cannot show it as
what it is. It is left out, and counted on stderr.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TextIO
from xml.sax.saxutils import escape, quoteattr

import click
from sqlalchemy import Connection, text

from exports.actual import ACTUAL
from exports.writing import Export, File
from feeds.rows import BATCH

GRAPHML = "sourcebook.graphml"

Type = type[str] | type[int] | type[bool]


class Attribute(NamedTuple):
    """What nodes or edges bear: its name in the file, its type and what it means."""

    name: str
    type: Type
    meaning: str


NODE = (
    Attribute("label", str, "heading of the actor"),
    Attribute("kind", str, "person, state, government, …"),
    Attribute("names", str, 'every name that the texts use, joined by "; "'),
)
EDGE = (
    Attribute("label", str, "how it reads from source to target"),
    Attribute("tie", str, "type of the standing tie, or PLOVER type of the events (else `event`)"),
    Attribute("layer", str, "standing; or events"),
    Attribute(
        "weight",
        int,
        "standing: pieces of evidence that have it as actual and that their document does not "
        "reject; events: how many",
    ),
    Attribute("alleged", int, "of the weight, how much is only alleged or rumoured"),
    Attribute("symmetric", bool, "whether it is the same both ways: it stands once all the same"),
    Attribute("fact", str, "key of a standing tie, document:key"),
    Attribute("what", str, "what for, on what, or as what"),
    Attribute("topic", str, "what a comparison is on"),
    Attribute("since", str, "when it began, EDTF"),
    Attribute("until", str, "when it ended, EDTF"),
    Attribute("modality", str, "whether it is, as each piece of evidence has it"),
    Attribute("certainty", str, "how it is told, as each piece of evidence has it"),
    Attribute("documents", str, "keys of those that tell it"),
    Attribute("passage", str, "where they do: ¶n"),
)

# Columns stand as in NODE, behind the id.
NODES = """
select actors.key, actors.name, actors.kind, known_as.names
from actors
join known_as on known_as.actor_id = actors.id
order by actors.key
"""

# Columns stand as in EDGE, behind source and target.
STANDING = f"""
with held (fact_id, weight, alleged) as (
  select
    evidence.fact_id,
    count(*),
    count(*) filter (where evidence.certainty in ('alleged', 'rumoured'))
  from relations
  join evidence on evidence.fact_id = relations.id
  where {ACTUAL}
  group by evidence.fact_id
)
select
  ties.from_key,
  ties.to_key,
  ties.label,
  ties.type,
  'standing',
  held.weight,
  held.alleged,
  relation_types.is_symmetric,
  documents.key || ':' || facts.key,
  ties.what,
  ties.topic,
  ties.since,
  ties.until,
  ties.modality,
  ties.certainty,
  ties.source,
  ties.passage
from held
join facts on facts.id = held.fact_id
join sources as documents on documents.id = facts.document_id
join ties on ties.fact_id = held.fact_id
join relation_types on relation_types.key = ties.type
order by documents.key, facts.key
"""

# An event counts once for each two actors and way. It counts in `alleged` too where it is told as
# actual, and by nobody but the alleging.
EVENTS = f"""
with shown (fact_id, tie, alleged) as (
  select
    events.id,
    coalesce(events.event_type, 'event'),
    coalesce(
      (
        select min(case when evidence.certainty in ('alleged', 'rumoured') then 1 else 0 end)
        from evidence
        where evidence.fact_id = events.id
          and {ACTUAL}
      ),
      0
    )
  from events
  where events.modality = 'actual'
),
pairs as (
  select
    one.actor_id as from_id,
    other.actor_id as to_id,
    shown.tie,
    other.role,
    count(*) as weight,
    sum(shown.alleged) as alleged
  from shown
  join participants as one on one.fact_id = shown.fact_id and one.role = 'doer'
  join participants as other on other.fact_id = shown.fact_id and other.actor_id <> one.actor_id
  join actors as ones on ones.id = one.actor_id
  join actors as others on others.id = other.actor_id
  where other.role = 'receiver'
    or (other.role = 'doer' and ones.key < others.key)
  group by one.actor_id, other.actor_id, shown.tie, other.role
)
select
  ones.key,
  others.key,
  case pairs.role when 'doer' then 'do it together: ' else 'does it to: ' end || pairs.tie,
  pairs.tie,
  'events',
  pairs.weight,
  pairs.alleged,
  pairs.role = 'doer'
from pairs
join actors as ones on ones.id = pairs.from_id
join actors as others on others.id = pairs.to_id
order by ones.key, others.key, pairs.tie, pairs.role
"""

LEFT_OUT = f"""
select
  (
    select count(*)
    from relations
    where not exists (
      select 1
      from evidence
      where evidence.fact_id = relations.id
        and {ACTUAL}
    )
  ),
  (select count(*) from events where modality <> 'actual')
"""


def graphml(export: Export) -> Iterator[File]:
    """Write all actors and their ties into one GraphML file, for Gephi, networkx and others."""
    export.check()
    with (export.folder / GRAPHML).open("w", encoding="utf-8", newline="\n") as file:
        written = _Writer(file)
        count = written.graph(export.connection)
    ties, events = export.connection.execute(text(LEFT_OUT)).one()
    if ties or events:
        _tell(f"left out {ties} standing ties and {events} events that are not actual")
    if written.escaped:
        _tell(rf"{written.escaped} characters that XML cannot hold are written as \x00")
    yield File(GRAPHML, count)


def _tell(message: str) -> None:
    click.echo(f"graphml: {message}", err=True)


def streamed(connection: Connection, query: str) -> Iterator[Sequence[Any]]:
    """Give the rows of a query one by one, few of them held at a time."""
    streaming = text(query).execution_options(stream_results=True, yield_per=BATCH)
    with connection.execute(streaming) as rows:
        yield from rows


# --- GraphML --------------------------------------------------------------------------------------

# What XML 1.0 has no way to hold, not even escaped.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_TYPES = {str: "string", int: "int", bool: "boolean"}


class _Writer:
    """Writes GraphML; counts the characters that it had to escape its own way."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.escaped = 0

    def graph(self, connection: Connection) -> int:
        """Write the whole file, and give how many nodes and edges it has."""
        count = 0
        write = self._out.write
        write('<?xml version="1.0" encoding="UTF-8"?>\n')
        write('<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
        for domain, attributes in (("node", NODE), ("edge", EDGE)):
            for name, type, meaning in attributes:
                write(
                    f'  <key id="{domain}-{name}" for="{domain}" attr.name="{name}" '
                    f'attr.type="{_TYPES[type]}"><desc>{escape(meaning)}</desc></key>\n'
                )
        write('  <graph id="sourcebook" edgedefault="directed">\n')
        for key, *values in streamed(connection, NODES):
            count += 1
            write(f"    <node id={self._attribute(key)}>")
            self._data("node", NODE, values)
            write("</node>\n")
        edges = 0
        for query in (STANDING, EVENTS):
            for source, target, *values in streamed(connection, query):
                edges += 1
                ends = f"source={self._attribute(source)} target={self._attribute(target)}"
                write(f'    <edge id="e{edges}" {ends}>')
                self._data("edge", EDGE, values)
                write("</edge>\n")
        write("  </graph>\n</graphml>\n")
        return count + edges

    def _data(self, domain: str, attributes: Sequence[Attribute], values: Sequence[Any]) -> None:
        for attribute, value in zip(attributes, values, strict=False):
            if value is None:
                continue
            if attribute.type is bool:
                written = "true" if value else "false"
            elif attribute.type is int:
                written = str(int(value))
            else:
                # A reader of XML takes a bare carriage return for a line end.
                written = escape(self._held(value), {"\r": "&#13;"})
            self._out.write(f'<data key="{domain}-{attribute.name}">{written}</data>')

    def _attribute(self, value: str) -> str:
        return quoteattr(self._held(value))

    def _held(self, value: str) -> str:
        held, count = _FORBIDDEN.subn(
            lambda found: found[0].encode("unicode_escape").decode(), value
        )
        self.escaped += count
        return held
