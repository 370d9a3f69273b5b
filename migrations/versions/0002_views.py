"""The views that make ad hoc SQL short.

Lists in one cell are joined by correlated subqueries: a query that asks for ten facts computes
ten lists. Only the name of the joining aggregate differs between the engines.

Every view is one plain select, without union, grouping or a recursion of its own: both engines
then put a query's filters inside it and start from whichever index serves them best.
"""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

from migrations.view_comments import COMMENTS

revision = "sourcebook_0002"
down_revision = "sourcebook_0001"
branch_labels = None
depends_on = None


def listed(value: str, rest: str, separator: str = "; ") -> str:
    """Write a subquery that joins the distinct values of a query, in its order.

    `rest` is the query from its FROM on, with GROUP BY and ORDER BY.
    """
    join = "group_concat" if op.get_bind().dialect.name == "sqlite" else "string_agg"
    return f"(select {join}(value, '{separator}') from (select {value} as value {rest}) as listed)"


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

OF_FACT = """
  from evidence
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id
"""

QUOTE_ROLES = ("speaker", "addressee", "subject")

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

DEPTH = """(
  with recursive steps (parent_id, depth) as (
    select attributions.parent_id, 0
    union all
    select a.parent_id, steps.depth + 1
    from steps
    join attributions as a on a.id = steps.parent_id
  )
  select max(depth) from steps
)"""

# Where a document draws on a voice: on the voice itself, on others that it relays, or by pointing
# to it without resting a fact on it. That evidence is of the chain's document goes without saying;
# said, it keeps PostgreSQL from reading all evidence for each voice.
DRAWN_ON = """
  from (
    with recursive relayed (id) as (
      select attributions.id
      union all
      select a.id
      from relayed
      join attributions as a on a.parent_id = relayed.id
    )
    select spans.passage
    from relayed
    join evidence
      on evidence.attribution_id = relayed.id and evidence.document_id = attributions.document_id
    join spans on spans.evidence_id = evidence.id
    union
    select citations.passage
    from citations
    where citations.source_id = attributions.source_id
      and citations.document_id = attributions.document_id
  ) as drawn
  order by drawn.passage
"""

CHAINS = """
create view chains as
select
  attributions.id as attribution_id,
  attributions.document_id,
  documents.key as document,
  sources.id as source_id,
  sources.key as source,
  sources.title,
  sources.anonymity,
  {depth} as depth,
  {through} as through,
  {passage} as passage
from attributions
join sources on sources.id = attributions.source_id
join sources as documents on documents.id = attributions.document_id
"""

POINTERS = """
create view pointers as
select
  documents.id as document_id,
  documents.key as document,
  sources.id as source_id,
  sources.key as source,
  {passage} as passage
from citations
join sources on sources.id = citations.source_id
join sources as documents on documents.id = citations.document_id
where citations.n = 1
"""

POINTED_TO = """
  from citations as places
  where places.source_id = citations.source_id and places.document_id = citations.document_id
  group by places.passage
  order by places.passage
"""

KNOWN_AS = """
create view known_as as
select
  actors.id as actor_id,
  actors.key as actor,
  {names} as names
from actors
"""

NAME_KINDS = ("name", "short", "title", "metonym", "description", "transliteration")

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
  {passage} as passage,
  {document} as document,
  {paragraph} as paragraph,
  {start} as start
from facts
"""

TIMELINE = """
create view timeline as
select
  facts.id as fact_id,
  facts.key as event,
  case facts.kind when 'event' then 'event' else 'statement' end as kind,
  events.event_type as type,
  coalesce(
    events.title,
    coalesce({speakers} || ': ', '') || coalesce(quotes.says, quotes.text)
  ) as title,
  coalesce(events.date, quotes.date) as date,
  dates.earliest,
  dates.latest,
  dates.precision,
  dates.qualifier,
  grounds.words,
  places.name as place,
  {who} as who,
  case facts.kind when 'event' then events.modality else {first_modality} end as modality,
  grounds.certainty,
  grounds.through,
  grounds.source,
  grounds.passage,
  grounds.document,
  grounds.paragraph,
  grounds.start
from facts
join grounds on grounds.fact_id = facts.id
left join events on events.id = facts.id
left join quotes on quotes.id = facts.id
left join dates on dates.edtf = coalesce(events.date, quotes.date)
left join places on places.id = events.place_id
where facts.kind = 'event' or quotes.date is not null
"""

FIRST_MODALITY = f"(select evidence.modality {OF_FACT} order by documents.key, evidence.n limit 1)"

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
  grounds.passage,
  grounds.document,
  grounds.paragraph,
  grounds.start
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
  grounds.passage,
  grounds.document,
  grounds.paragraph,
  grounds.start
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
  grounds.passage,
  grounds.document,
  grounds.paragraph,
  grounds.start
from positions
join facts on facts.id = positions.id
join topics on topics.id = positions.topic_id
join grounds on grounds.fact_id = positions.id
"""

LOCATED = """
create view located as
select
  evidence.id as evidence_id,
  {passage} as passage
from evidence
"""

TOLD = """
create view told as
select
  facts.id as fact_id,
  facts.kind,
  facts.key as fact,
  coalesce(
    events.title,
    quotes.says,
    quotes.text,
    positions.statement,
    origins.name || ' ' || replace(relations.type, '-', ' ') || ' ' || targets.name
      || coalesce(': ' || coalesce(relations.what, topics.label), ''),
    ones.title || ': ' || replace(event_links.type, '-', ' ') || ': ' || others.title,
    actor_names.name
  ) as statement
from facts
left join events on events.id = facts.id
left join quotes on quotes.id = facts.id
left join positions on positions.id = facts.id
left join relations on relations.id = facts.id
left join actors as origins on origins.id = relations.from_actor_id
left join actors as targets on targets.id = relations.to_actor_id
left join topics on topics.id = relations.topic_id
left join event_links on event_links.id = facts.id
left join events as ones on ones.id = event_links.from_event_id
left join events as others on others.id = event_links.to_event_id
left join actor_names on actor_names.id = facts.id
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

SPANS_OF_FACT = """
  from evidence
  join spans on spans.evidence_id = evidence.id
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id
"""

PLACES_OF_FACT = f"""
  {SPANS_OF_FACT}
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
        " order by min(documents.key), min(evidence.n), value",
    )


def through() -> str:
    """Write a list of the chains that a fact came through, ` | ` between two chains."""
    return listed(
        THROUGH.format(attribution="evidence.attribution_id"),
        f"{OF_FACT} group by evidence.attribution_id"
        " order by min(documents.key), min(evidence.n), value",
        " | ",
    )


def first(column: str) -> str:
    """Write what a column holds of the first characters that say the fact."""
    return f"""(
      select {column} {SPANS_OF_FACT}
      order by documents.key, spans.passage, spans.start_offset
      limit 1
    )"""


def names() -> str:
    """Write a list of the names of an actor: in full, then short, then the others."""
    ranks = " ".join(f"when '{kind}' then {rank}" for rank, kind in enumerate(NAME_KINDS))
    return listed(
        "actor_names.name",
        f"""
          from actor_names
          where actor_names.actor_id = actors.id
          group by actor_names.name
          order by min(case actor_names.name_kind {ranks} end), actor_names.name
        """,
    )


VIEWS = (
    "chains",
    "pointers",
    "known_as",
    "grounds",
    "timeline",
    "quotations",
    "ties",
    "stances",
    "told",
    "located",
    "words",
)
"""In the order in which they are made: those that others read first."""


def upgrade() -> None:
    """Make the views."""
    op.execute(
        CHAINS.format(
            depth=DEPTH,
            through=THROUGH.format(attribution="attributions.id"),
            passage=listed("'¶' || drawn.passage", DRAWN_ON),
        )
    )
    op.execute(POINTERS.format(passage=listed("'¶' || places.passage", POINTED_TO)))
    op.execute(KNOWN_AS.format(names=names()))
    op.execute(
        GROUNDS.format(
            modality=of_fact("evidence.modality"),
            certainty=of_fact("evidence.certainty"),
            hedge=of_fact("evidence.hedge"),
            words=of_fact("evidence.date_words"),
            through=through(),
            source=of_fact("documents.key"),
            passage=listed(PASSAGE, PLACES_OF_FACT),
            document=first("documents.key"),
            paragraph=first("spans.passage"),
            start=first("spans.start_offset"),
        )
    )
    op.execute(
        TIMELINE.format(
            speakers=cast("facts.id", "speaker"),
            who=cast("facts.id", *EVENT_ROLES, *QUOTE_ROLES),
            first_modality=FIRST_MODALITY,
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
    op.execute(TOLD)
    op.execute(
        LOCATED.format(
            passage=listed(
                "'¶' || spans.passage",
                "from spans where spans.evidence_id = evidence.id"
                " group by spans.passage order by min(spans.n)",
            )
        )
    )
    op.execute(WORDS)
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        for comment in comments():
            op.execute(comment)


def comments() -> Iterator[str]:
    """Write what views and columns hold."""
    for view, (meaning, columns) in COMMENTS.items():
        yield f"comment on view {view} is {literal(meaning)}"
        for column, said in columns.items():
            yield f"comment on column {view}.{column} is {literal(said)}"


def literal(text: str) -> str:
    """Write a text as SQL does."""
    return "'" + text.replace("'", "''") + "'"


def downgrade() -> None:
    """Drop the views, those that read others first."""
    for view in reversed(VIEWS):
        op.execute(f"drop view {view}")
