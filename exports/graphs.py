"""The graphs that GraphML and GEXF hold: actors with their ties, and voices that relay each other.

A tie is either standing (an alliance, a post: a row of the view `ties`) or made of events (who
does what to whom, or together with whom). Both are directed edges of one graph, distinguished by
`layer`: readers of GraphML accept directed or undirected edges, but not both. What is only alleged,
inferred, rumoured or disputed is an edge of its own and says so.

What is intended, expected, possible, hypothetical or denied is not a tie, because a graph cannot
show it as what it is. It is left out, and counted on stderr.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from exports.job import ExportJob
from reports.voices import RELAYS, VOICES

Attributes = Mapping[str, tuple[str, str]]
"""The attributes of nodes or edges: their types and meanings."""

Days = tuple[str | None, str | None]
"""First and last day, YYYY-MM-DD; None: open or not known."""


@dataclass(frozen=True)
class Edge:
    """An edge: its ends, the values of its attributes, and the times at which it holds."""

    source: str
    target: str
    values: Sequence[Any]
    times: Sequence[Days] = ()


@dataclass(frozen=True)
class Graph:
    """A graph: its attributes, and what yields nodes (id and values) and edges."""

    name: str
    node: Attributes
    edge: Attributes
    nodes: Callable[[ExportJob], Iterator[Sequence[Any]]]
    edges: Callable[[ExportJob], Iterator[Edge]]


# --- actors and their ties ------------------------------------------------------------------------

NODE = {
    "label": ("string", "heading of the actor"),
    "kind": ("string", "person, state, government, …"),
    "names": ("string", 'every name that the texts use, joined by "; "'),
}
EDGE = {
    "label": ("string", "how it reads from source to target, behind its standing"),
    "standing": ("string", "Alleged, Inferred, Rumoured or Disputed; absent: stated as a fact"),
    "tie": ("string", "type of the tie, or PLOVER type of the events (else `event`)"),
    "layer": ("string", "ties or events"),
    "symmetric": ("boolean", "whether it holds both ways; the graph has it once"),
    "weight": ("int", "ties: pieces of evidence that state it as actual; events: their number"),
    "fact": ("string", "keys of the tie or the events, document:key"),
    "documents": ("string", "keys of the documents that state it"),
    "passage": ("string", "where they state it: ¶n"),
    "date": ("string", "events: when they happened, EDTF"),
    "start": ("string", "first day on which it can have begun, YYYY-MM-DD; absent: not known"),
    "end": ("string", "last day on which it can have ended, YYYY-MM-DD; absent: open or not known"),
    "same_as": ("string", "key of the equal tie of another document that it is counted as"),
    "what": ("string", "what for, on what, or as what"),
    "topic": ("string", "what a comparison is about"),
    "since": ("string", "when it began, EDTF"),
    "until": ("string", "when it ended, EDTF"),
    "modality": ("string", "modalities of its evidence"),
    "certainty": ("string", "certainties of its evidence"),
}

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
  'ties',
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
  cast(null as text),
  ties.earliest,
  ties.latest,
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
  dates.earliest as earliest,
  dates.latest as latest,
  facts.introduced_by || ':' || facts.key as fact,
  facts.source as documents,
  case when facts.source = facts.document then facts.document || ' ' else '' end || facts.passage,
  events.date
from fact_summaries as facts
join events on events.id = facts.fact_id
left join dates on dates.edtf = events.date
join participants as doer on doer.fact_id = facts.fact_id and doer.role = 'doer'
join participants as partner
  on partner.fact_id = facts.fact_id and partner.actor_id <> doer.actor_id
join actors as doers on doers.id = doer.actor_id
join actors as partners on partners.id = partner.actor_id
where facts.settled = 'actual'
  and (partner.role = 'receiver' or (partner.role = 'doer' and doers.key < partners.key))
order by from_key, to_key, tie, both_ways, facts.standing nulls first, fact
"""

# Readers of xsd:date disagree on a year 0, and on how to write years of five digits.
BEYOND = """
select count(*)
from fact_summaries as facts
left join events on events.id = facts.fact_id
left join relations on relations.id = facts.fact_id
where facts.settled = 'actual'
  and exists (
    select 1
    from dates
    where dates.edtf in (events.date, relations.since, relations.until)
      and (
        (dates.first_day is not null and dates.earliest is null)
        or (dates.last_day is not null and dates.latest is null)
      )
  )
  and (
    facts.kind = 'relation'
    or exists (
      select 1
      from participants as doer
      join participants as partner
        on partner.fact_id = doer.fact_id and partner.actor_id <> doer.actor_id
      where doer.fact_id = facts.fact_id
        and doer.role = 'doer'
        and partner.role in ('doer', 'receiver')
    )
  )
"""


def _ties(job: ExportJob) -> Iterator[Edge]:
    for source, target, *values in job.rows(TIES):
        time = (values[START], values[START + 1])
        yield Edge(source, target, values, [time] if any(time) else ())
    for edge, events in groupby(job.rows(EVENTS), key=lambda row: tuple(row[:7])):
        rows = [tuple(row[7:]) for row in events]
        days = [(first, last) for first, last, *_ in rows if first or last]
        facts, documents, passages, dates = (
            "; ".join(dict.fromkeys(filter(None, column))) or None
            for column in list(zip(*rows, strict=True))[2:]
        )
        times = _merged(days)
        start, end = (times[0][0], times[-1][1]) if times else (None, None)
        values = [*edge[2:], len(rows), facts, documents, passages, dates, start, end]
        padding = [None] * (len(EDGE) - len(values))
        yield Edge(edge[0], edge[1], [*values, *padding], times)
    [(beyond,)] = job.rows(BEYOND)
    if beyond:
        job.report(
            f"ties and events with dates before the year 0 or after 9999: {beyond}; start "
            "and end leave these out"
        )


def _merged(times: Sequence[Days]) -> list[Days]:
    """Return times in order without overlaps, which Gephi refuses."""
    merged: list[Days] = []
    for start, end in sorted(times, key=lambda days: days[0] or ""):
        if merged and (merged[-1][1] is None or start is None or start <= merged[-1][1]):
            before = merged.pop()
            end = None if before[1] is None or end is None else max(before[1], end)
            start = before[0]
        merged.append((start, end))
    return merged


START = list(EDGE).index("start")

ACTORS = Graph("sourcebook", NODE, EDGE, lambda job: job.rows(NODES), _ties)

# --- who relays whom ------------------------------------------------------------------------------

VOICE = {
    "label": ("string", "title of the source"),
    "kind": ("string", "article, remarks, report, …"),
    "anonymity": ("string", "whether it is named, described or anonymous"),
}
RELAY = {
    "label": ("string", "how it reads from source to target"),
    "weight": ("int", "pieces of evidence that came this way"),
    "document": ("string", "key of the document"),
    "passage": ("string", "where it relays them: ¶n"),
}


def _relays(job: ExportJob) -> Iterator[Edge]:
    for source, target, weight, document, passage, *_ in job.rows(RELAYS):
        yield Edge(source, target, ["is relayed by", weight, document, passage])


VOICES_GRAPH = Graph("voices", VOICE, RELAY, lambda job: job.rows(VOICES), _relays)

GRAPHS = (ACTORS, VOICES_GRAPH)
