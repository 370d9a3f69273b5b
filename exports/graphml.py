"""The graph export: actors as nodes and their ties as weighted edges, in GraphML.

A tie is either standing (an alliance, a post: a row of the view `ties`) or made of events (who
does what to whom, or together with whom). Both are directed edges of one graph, distinguished by
`layer`: readers of GraphML accept directed or undirected edges, but not both. What is only alleged,
inferred, rumoured or disputed is an edge of its own and says so.

What is intended, expected, possible, hypothetical or denied is not a tie, because a graph cannot
show it as what it is. It is left out, and counted on stderr.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from exports.datapackage import ExportedFile
from exports.job import ExportJob

GRAPHML = "sourcebook.graphml"

NODE = {
    "label": ("string", "heading of the actor"),
    "kind": ("string", "person, state, government, …"),
    "names": ("string", 'every name that the texts use, joined by "; "'),
}
EDGE = {
    "label": ("string", "how it reads from source to target, behind its standing"),
    "standing": ("string", "Alleged, Inferred, Rumoured or Disputed; absent: stated as a fact"),
    "tie": ("string", "type of the standing tie, or PLOVER type of the events (else `event`)"),
    "layer": ("string", "standing or events"),
    "symmetric": ("boolean", "whether it holds both ways; the graph has it once"),
    "weight": ("int", "standing: pieces of evidence that state it as actual; events: their number"),
    "fact": ("string", "keys of the tie or the events, document:key"),
    "documents": ("string", "keys of the documents that state it"),
    "passage": ("string", "where they state it: ¶n"),
    "same_as": ("string", "key of the equal tie of another document that it is counted as"),
    "what": ("string", "what for, on what, or as what"),
    "topic": ("string", "what a comparison is about"),
    "since": ("string", "when it began, EDTF"),
    "until": ("string", "when it ended, EDTF"),
    "modality": ("string", "modalities of its evidence"),
    "certainty": ("string", "certainties of its evidence"),
}
"""The attributes of nodes and edges: their types and meanings."""

# The columns of NODE, after the id.
NODES = """
select actors.key, actors.name, actors.kind, actor_summaries.names
from actors
left join actor_summaries on actor_summaries.actor_id = actors.id
order by actors.key
"""

# The columns of EDGE, after source and target.
TIES = """
select
  ties.from_key,
  ties.to_key,
  coalesce(ties.standing || ': ', '') || ties.label,
  ties.standing,
  ties.type,
  'standing',
  relation_types.is_symmetric,
  (
    select count(*)
    from evidence
    where evidence.fact_id = ties.fact_id
      and evidence.modality = 'actual'
      and evidence.stance is distinct from 'rejects'
  ),
  ties.introduced_by || ':' || ties.relation,
  ties.source,
  ties.passage,
  case when equals.fact_id <> ties.fact_id then equals.introduced_by || ':' || equals.key end,
  ties.what,
  ties.topic,
  ties.since,
  ties.until,
  ties.modality,
  ties.certainty
from ties
join relation_types on relation_types.key = ties.type
join fact_overview as facts on facts.fact_id = ties.fact_id
left join fact_summaries as equals on equals.fact_id = facts.counted_as_id
where facts.settled = 'actual'
order by ties.introduced_by, ties.relation
"""

# A row for each event, pair of actors and role. Rows that are equal before `fact` are one edge.
EVENTS = """
select
  doers.key as from_key,
  partners.key as to_key,
  coalesce(facts.standing || ': ', '')
    || case partner.role when 'doer' then 'do it together: ' else 'does it to: ' end
    || coalesce(events.event_type, 'event') as label,
  facts.standing,
  coalesce(events.event_type, 'event') as tie,
  'events' as layer,
  partner.role = 'doer' as both_ways,
  facts.introduced_by || ':' || facts.key as fact,
  facts.source as documents,
  case when facts.source = facts.document then facts.document || ' ' else '' end || facts.passage
from fact_summaries as facts
join events on events.id = facts.fact_id
join participants as doer on doer.fact_id = facts.fact_id and doer.role = 'doer'
join participants as partner
  on partner.fact_id = facts.fact_id and partner.actor_id <> doer.actor_id
join actors as doers on doers.id = doer.actor_id
join actors as partners on partners.id = partner.actor_id
where facts.settled = 'actual'
  and (partner.role = 'receiver' or (partner.role = 'doer' and doers.key < partners.key))
order by from_key, to_key, tie, both_ways, facts.standing nulls first, fact
"""

LEFT_OUT = """
select
  count(*) filter (where kind = 'relation'),
  count(*) filter (where kind = 'event')
from fact_summaries
where settled is distinct from 'actual'
"""

# What XML 1.0 cannot hold, not even escaped.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def graphml(job: ExportJob) -> Iterator[ExportedFile]:
    """Write all actors and their ties into one GraphML file, for Gephi, networkx and others."""
    job.require_valid()
    xml = Xml()
    elements = 0
    with (job.folder / GRAPHML).open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write('<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
        for domain, attributes in (("node", NODE), ("edge", EDGE)):
            for name, (type, meaning) in attributes.items():
                file.write(
                    f'  <key id="{domain}-{name}" for="{domain}" attr.name="{name}" '
                    f'attr.type="{type}"><desc>{escape(meaning)}</desc></key>\n'
                )
        file.write('  <graph id="sourcebook" edgedefault="directed">\n')
        for key, *values in job.rows(NODES):
            elements += 1
            file.write(f"    <node id={xml.quoted(key)}>{xml.data('node', NODE, values)}</node>\n")
        for number, (source, target, *values) in enumerate(_edges(job), start=1):
            elements += 1
            ends = f"source={xml.quoted(source)} target={xml.quoted(target)}"
            data = xml.data("edge", EDGE, values)
            file.write(f'    <edge id="e{number}" {ends}>{data}</edge>\n')
        file.write("  </graph>\n</graphml>\n")
    [(ties, events)] = job.rows(LEFT_OUT)
    if ties or events:
        job.report(f"left out {ties} standing ties and {events} events that are not actual")
    if xml.escaped:
        job.report(rf"{xml.escaped} characters that XML cannot hold are written as \x00")
    yield ExportedFile(GRAPHML, elements)


def _edges(job: ExportJob) -> Iterator[Sequence[Any]]:
    yield from job.rows(TIES)
    for edge, events in groupby(job.rows(EVENTS), key=lambda row: tuple(row[:7])):
        columns = [*zip(*(row[7:] for row in events), strict=True)]
        joined = ("; ".join(dict.fromkeys(filter(None, column))) or None for column in columns)
        yield (*edge, len(columns[0]), *joined)


class Xml:
    """Writes values as XML; counts the characters that it escapes in its own way."""

    escaped = 0

    def data(
        self, domain: str, attributes: Mapping[str, tuple[str, str]], values: Sequence[Any]
    ) -> str:
        """Return the elements of the attributes whose values are not null."""
        elements = []
        for (name, (type, _)), value in zip(attributes.items(), values, strict=False):
            if value is not None:
                content = str(bool(value)).lower() if type == "boolean" else str(value)
                # A reader of XML takes a bare carriage return for a line end.
                content = escape(self.valid(content), {"\r": "&#13;"})
                elements.append(f'<data key="{domain}-{name}">{content}</data>')
        return "".join(elements)

    def quoted(self, value: str) -> str:
        """Return a text as an attribute."""
        return quoteattr(self.valid(value))

    def valid(self, text: str) -> str:
        """Return a text that XML can hold, with escapes for what it cannot."""
        valid, count = FORBIDDEN.subn(
            lambda match: match[0].encode("unicode_escape").decode(), text
        )
        self.escaped += count
        return valid
