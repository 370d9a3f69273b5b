"""The graph export: actors as nodes and their ties as weighted edges, in GraphML.

A tie is either standing (an alliance, a post: a row of the view `ties`) or made of events (who
does what to whom, or together with whom). Both are directed edges of one graph, distinguished by
`layer`: readers of GraphML accept directed or undirected edges, but not both.

What is intended, expected, possible, hypothetical or denied is not a tie, because a graph cannot
show it as what it is. It is left out, and counted on stderr.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TextIO
from xml.sax.saxutils import escape, quoteattr

from sqlalchemy import Connection, text

from exports.datapackage import ExportedFile
from exports.graphs import ACTUAL, report, streamed
from exports.job import ExportJob

GRAPHML = "sourcebook.graphml"


class Attribute(NamedTuple):
    """An attribute of nodes or edges: its name in the file, its type and its meaning."""

    name: str
    type: type[str] | type[int] | type[bool]
    meaning: str


NODE = (
    Attribute("label", str, "heading of the actor"),
    Attribute("kind", str, "person, state, government, …"),
    Attribute("names", str, 'every name that the texts use, joined by "; "'),
)
EDGE = (
    Attribute("label", str, "how it reads from source to target"),
    Attribute("tie", str, "type of the standing tie, or PLOVER type of the events (else `event`)"),
    Attribute("layer", str, "standing or events"),
    Attribute(
        "weight",
        int,
        "standing: pieces of evidence that state it as actual and that their document does not "
        "reject; events: their number",
    ),
    Attribute("alleged", int, "how much of the weight is only alleged or rumoured"),
    Attribute("symmetric", bool, "whether it holds both ways; the graph has it once"),
    Attribute("fact", str, "key of a standing tie, document:key"),
    Attribute("what", str, "what for, on what, or as what"),
    Attribute("topic", str, "what a comparison is about"),
    Attribute("since", str, "when it began, EDTF"),
    Attribute("until", str, "when it ended, EDTF"),
    Attribute("modality", str, "modality in each piece of evidence"),
    Attribute("certainty", str, "certainty in each piece of evidence"),
    Attribute("documents", str, "keys of the documents that state it"),
    Attribute("passage", str, "where they state it: ¶n"),
)

# The columns of NODE, after the id.
NODES = """
select actors.key, actors.name, actors.kind, actor_summaries.names
from actors
left join actor_summaries on actor_summaries.actor_id = actors.id
order by actors.key
"""

# The columns of EDGE, after source and target.
STANDING = f"""
with actual (fact_id, weight, alleged) as (
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
  actual.weight,
  actual.alleged,
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
from actual
join facts on facts.id = actual.fact_id
join sources as documents on documents.id = facts.document_id
join ties on ties.fact_id = actual.fact_id
join relation_types on relation_types.key = ties.type
order by documents.key, facts.key
"""

# An event counts once for each pair of actors and role. It also counts in `alleged` if all evidence
# that states it as actual is alleged or rumoured.
EVENTS = f"""
with actual (fact_id, tie, alleged) as (
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
    doers.key as from_key,
    partners.key as to_key,
    actual.tie,
    partner.role,
    count(*) as weight,
    sum(actual.alleged) as alleged
  from actual
  join participants as doer on doer.fact_id = actual.fact_id and doer.role = 'doer'
  join participants as partner
    on partner.fact_id = actual.fact_id and partner.actor_id <> doer.actor_id
  join actors as doers on doers.id = doer.actor_id
  join actors as partners on partners.id = partner.actor_id
  where partner.role = 'receiver'
    or (partner.role = 'doer' and doers.key < partners.key)
  group by doers.key, partners.key, actual.tie, partner.role
)
select
  from_key,
  to_key,
  case role when 'doer' then 'do it together: ' else 'does it to: ' end || tie,
  tie,
  'events',
  weight,
  alleged,
  role = 'doer'
from pairs
order by from_key, to_key, tie, role
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


def graphml(job: ExportJob) -> Iterator[ExportedFile]:
    """Write all actors and their ties into one GraphML file, for Gephi, networkx and others."""
    job.require_valid()
    with (job.folder / GRAPHML).open("w", encoding="utf-8", newline="\n") as file:
        writer = GraphWriter(file)
        count = writer.write(job.connection)
    ties, events = job.connection.execute(text(LEFT_OUT)).one()
    if ties or events:
        report("graphml", f"left out {ties} standing ties and {events} events that are not actual")
    if writer.escaped:
        report("graphml", rf"{writer.escaped} characters that XML cannot hold are written as \x00")
    yield ExportedFile(GRAPHML, count)


# What XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_TYPES = {str: "string", int: "int", bool: "boolean"}


class GraphWriter:
    """Writes GraphML as it reads; counts the characters that it escapes in its own way."""

    def __init__(self, out: TextIO) -> None:
        self._write = out.write
        self.escaped = 0

    def write(self, connection: Connection) -> int:
        """Write the whole file; return the number of nodes and edges."""
        self._write('<?xml version="1.0" encoding="UTF-8"?>\n')
        self._write('<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
        for domain, attributes in (("node", NODE), ("edge", EDGE)):
            for name, type, meaning in attributes:
                self._write(
                    f'  <key id="{domain}-{name}" for="{domain}" attr.name="{name}" '
                    f'attr.type="{_TYPES[type]}"><desc>{escape(meaning)}</desc></key>\n'
                )
        self._write('  <graph id="sourcebook" edgedefault="directed">\n')
        nodes = edges = 0
        for key, *values in streamed(connection, NODES):
            nodes += 1
            self._element("node", f"id={self._quoted(key)}", NODE, values)
        for query in (STANDING, EVENTS):
            for source, target, *values in streamed(connection, query):
                edges += 1
                ends = f"source={self._quoted(source)} target={self._quoted(target)}"
                self._element("edge", f'id="e{edges}" {ends}', EDGE, values)
        self._write("  </graph>\n</graphml>\n")
        return nodes + edges

    def _element(
        self, name: str, head: str, attributes: Sequence[Attribute], values: Sequence[Any]
    ) -> None:
        self._write(f"    <{name} {head}>")
        for attribute, value in zip(attributes, values, strict=False):
            if value is None:
                continue
            if attribute.type is bool:
                content = "true" if value else "false"
            elif attribute.type is int:
                content = str(int(value))
            else:
                # A reader of XML takes a bare carriage return for a line end.
                content = escape(self.valid(value), {"\r": "&#13;"})
            self._write(f'<data key="{name}-{attribute.name}">{content}</data>')
        self._write(f"</{name}>\n")

    def _quoted(self, value: str) -> str:
        return quoteattr(self.valid(value))

    def valid(self, text: str) -> str:
        """Return a text that XML can hold, with escapes for what it cannot."""
        valid, count = _FORBIDDEN.subn(
            lambda match: match[0].encode("unicode_escape").decode(), text
        )
        self.escaped += count
        return valid
