"""The views that make ad hoc SQL short.

Lists in one cell are joined by correlated subqueries: a query that asks for ten facts computes
ten lists. Only the name of the joining aggregate differs between the engines.
"""

from __future__ import annotations

from alembic import op

revision = "sourcebook_0002"
down_revision = "sourcebook_0001"
branch_labels = None
depends_on = None


def listed(value: str, rest: str) -> str:
    """Write a subquery that joins the distinct values of a query, ordered, by "; ".

    `rest` is the query from its FROM on, with GROUP BY and ORDER BY.
    """
    join = "group_concat" if op.get_bind().dialect.name == "sqlite" else "string_agg"
    return f"(select {join}(value, '; ') from (select {value} as value {rest}) as listed)"


def cast(fact: str, *roles: str) -> str:
    """Write a subquery that lists the headings of those who take part in these roles."""
    ranks = " ".join(f"when '{role}' then {rank}" for rank, role in enumerate(roles))
    among = ", ".join(f"'{role}'" for role in roles)
    return listed(
        "actors.name",
        f"""
          from participants
          join actors on actors.id = participants.actor_id
          where participants.fact_id = {fact} and participants.role in ({among})
          group by actors.name
          order by min(case participants.role {ranks} end), actors.name
        """,
    )


EVENT_ROLES = (
    "doer",
    "receiver",
    "instrument",
    "beneficiary",
    "mediator",
    "host",
    "concerned",
)

# The chain of one attribution, from the innermost voice out to the document. Written as a
# subquery that starts from the one attribution, so that no query walks chains it does not show.
THROUGH = """(
  with recursive steps (parent_id, through) as (
    select a.parent_id, s.title
    from attributions as a
    join sources as s on s.id = a.source_id
    where a.id = {attribution}
    union all
    select a.parent_id, steps.through || '; ' || s.title
    from steps
    join attributions as a on a.id = steps.parent_id
    join sources as s on s.id = a.source_id
  )
  select through from steps where parent_id is null
)"""

CHAINS = """
create view chains as
with recursive steps (attribution_id, parent_id, depth) as (
  select id, parent_id, 0
  from attributions
  union all
  select steps.attribution_id, attributions.parent_id, steps.depth + 1
  from steps
  join attributions on attributions.id = steps.parent_id
)
select
  attributions.id as attribution_id,
  attributions.document_id,
  documents.key as document,
  sources.id as source_id,
  sources.key as source,
  sources.title,
  sources.anonymity,
  steps.depth,
  {through} as through
from steps
join attributions on attributions.id = steps.attribution_id
join sources on sources.id = attributions.source_id
join sources as documents on documents.id = attributions.document_id
where steps.parent_id is null
"""

GROUNDS = """
create view grounds as
select
  facts.id as fact_id,
  {modality} as modality,
  {certainty} as certainty,
  {hedge} as hedge,
  {words} as words,
  {through} as through,
  {source} as source,
  {passage} as passage
from facts
"""

TIMELINE = """
create view timeline as
select
  events.id as fact_id,
  facts.key as event,
  'event' as kind,
  events.event_type as type,
  events.title,
  events.date,
  dates.earliest,
  dates.latest,
  dates.precision,
  dates.qualifier,
  grounds.words,
  places.name as place,
  {who_event} as who,
  events.modality,
  grounds.certainty,
  grounds.through,
  grounds.source,
  grounds.passage
from events
join facts on facts.id = events.id
join grounds on grounds.fact_id = events.id
left join dates on dates.edtf = events.date
left join places on places.id = events.place_id
union all
select
  quotes.id,
  facts.key,
  'statement',
  null,
  coalesce({speakers} || ': ', '') || coalesce(quotes.says, quotes.text),
  quotes.date,
  dates.earliest,
  dates.latest,
  dates.precision,
  dates.qualifier,
  grounds.words,
  null,
  {who_quote},
  (
    select modality
    from evidence
    where evidence.fact_id = quotes.id
    order by n, evidence.id
    limit 1
  ),
  grounds.certainty,
  grounds.through,
  grounds.source,
  grounds.passage
from quotes
join facts on facts.id = quotes.id
join grounds on grounds.fact_id = quotes.id
join dates on dates.edtf = quotes.date
"""

QUOTATIONS = """
create view quotations as
select
  quotes.id as fact_id,
  facts.key as quote,
  {speaker} as speaker,
  quotes.text,
  quotes.says,
  quotes.directness,
  quotes.marks,
  quotes.date,
  dates.earliest,
  dates.latest,
  {about} as about,
  {addressee} as addressee,
  occasions.key as occasion,
  grounds.words as date_words,
  grounds.certainty,
  grounds.through,
  grounds.source,
  grounds.passage
from quotes
join facts on facts.id = quotes.id
join grounds on grounds.fact_id = quotes.id
left join dates on dates.edtf = quotes.date
left join facts as occasions on occasions.id = quotes.occasion_id
"""

TIES = """
create view ties as
select
  relations.id as fact_id,
  facts.key as relation,
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
  grounds.modality,
  grounds.certainty,
  grounds.words,
  grounds.through,
  grounds.source,
  grounds.passage
from relations
join facts on facts.id = relations.id
join relation_types on relation_types.key = relations.type
join actors as origins on origins.id = relations.from_actor_id
join actors as targets on targets.id = relations.to_actor_id
join grounds on grounds.fact_id = relations.id
left join topics on topics.id = relations.topic_id
"""

STANCES = """
create view stances as
select
  positions.id as fact_id,
  facts.key as position,
  topics.key as topic_key,
  topics.label as topic,
  {holder} as holder,
  positions.position_kind as kind,
  positions.statement,
  {object} as object,
  grounds.modality,
  grounds.certainty,
  grounds.through,
  grounds.source,
  grounds.passage
from positions
join facts on facts.id = positions.id
join topics on topics.id = positions.topic_id
join grounds on grounds.fact_id = positions.id
"""

WORDS = """
create view words as
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
"""

OF_FACT = """
  from evidence
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id
"""

PLACES_OF_FACT = """
  from evidence
  join spans on spans.evidence_id = evidence.id
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id
  group by documents.key, evidence.document_id, spans.passage
  order by documents.key, spans.passage
"""

# ¶10 where one document speaks of the fact, its key before the sign where several do.
PASSAGE = """
  case
    when exists (
      select 1
      from evidence as others
      where others.fact_id = facts.id and others.document_id <> evidence.document_id
    )
    then documents.key || ' '
    else ''
  end || '¶' || spans.passage
"""


def of_fact(column: str) -> str:
    """Write a list of what the evidence of a fact has in a column, in the order of the text."""
    return listed(
        column,
        f"{OF_FACT} and {column} is not null group by {column}"
        " order by min(documents.key), min(evidence.n)",
    )


def through() -> str:
    """Write a list of the chains that a fact came through."""
    return listed(
        THROUGH.format(attribution="evidence.attribution_id"),
        f"{OF_FACT} group by evidence.attribution_id order by min(documents.key), min(evidence.n)",
    )


def upgrade() -> None:
    """Make the views, those that others read first."""
    op.execute(CHAINS.format(through=THROUGH.format(attribution="steps.attribution_id")))
    op.execute(
        GROUNDS.format(
            modality=of_fact("evidence.modality"),
            certainty=of_fact("evidence.certainty"),
            hedge=of_fact("evidence.hedge"),
            words=of_fact("evidence.date_words"),
            through=through(),
            source=of_fact("documents.key"),
            passage=listed(PASSAGE, PLACES_OF_FACT),
        )
    )
    op.execute(
        TIMELINE.format(
            who_event=cast("events.id", *EVENT_ROLES),
            speakers=cast("quotes.id", "speaker"),
            who_quote=cast("quotes.id", "speaker", "addressee", "subject"),
        )
    )
    op.execute(
        QUOTATIONS.format(
            speaker=cast("quotes.id", "speaker"),
            about=cast("quotes.id", "subject"),
            addressee=cast("quotes.id", "addressee"),
        )
    )
    op.execute(TIES)
    op.execute(
        STANCES.format(holder=cast("positions.id", "holder"), object=cast("positions.id", "object"))
    )
    op.execute(WORDS)


def downgrade() -> None:
    """Drop the views, those that read others first."""
    for view in ("words", "stances", "ties", "quotations", "timeline", "grounds", "chains"):
        op.execute(f"drop view {view}")
