-- Posts
-- Who held which post on a given day?
--
-- Who heads, holds a post in or advises whom. Without --on each post is shown for the day on which
-- the document that states it appeared.
--
-- A post without dates is attested on the day of its document: it is not said to have been held on
-- any other day, and is shown whatever day is asked for. A beginning without an end counts up
-- to the day of the document.
--
-- Parameters
--   on     date   only what may have been held on this day, and what is attested
--   actor  actor  only posts of this actor, or posts with it
--
-- Columns
--   holder     text          who holds the post
--   post       text          as what; empty: not said
--   tie        text, detail  heads, holds-post-in or advises
--   whom       text          whom or what it heads, serves or advises
--   status     text          held: on that day by all that is said; attested: undated, see
--                            attested; open: the dates leave it open; not yet; over; or, where not
--                            all voices have it as actual, what they have it as
--   day        text          the day asked for, or that of the last document
--   since      text, detail  when it began, in EDTF; empty: not said
--   until      text, detail  when it ended, in EDTF; empty: not said
--   attested   text          when the document that states it appeared; of several the first and
--                            the last
--   certainty  text          how it is stated: asserted, reported, alleged, rumoured, inferred
--   source     text, detail  keys of the documents that state it
--   passage    text          where they state it
--   through    text, detail  voices, the innermost first, the document last; " | " between two
--                            chains
--   relation   text, detail  key of the tie

with posts (fact_id) as (
  select relations.id
  from actors
  join relations on relations.from_actor_id = actors.id
  where relations.type in ('heads', 'holds-post-in', 'advises')
    and actors.key = :actor  -- if :actor
  union
  select relations.id
  from actors
  join relations on relations.to_actor_id = actors.id
  where relations.type in ('heads', 'holds-post-in', 'advises')
    and actors.key = :actor  -- if :actor
),
attested (fact_id, first, last, day) as (
  select
    posts.fact_id,
    min(documents.published),
    max(documents.published),
    max(coalesce(dates.latest, dates.earliest))
  from posts
  join evidence on evidence.fact_id = posts.fact_id
  join sources as documents on documents.id = evidence.document_id
  left join dates on dates.edtf = documents.published
  group by posts.fact_id
),
days (fact_id, day) as (
  select
    fact_id,
    coalesce(
      cast(:on as text),  -- if :on
      day,
      last
    )
  from attested
),
judged (fact_id, day, attested, status) as (
  select
    relations.id,
    days.day,
    case
      when attested.first < attested.last then attested.first || '; ' || attested.last
      else attested.last
    end,
    case
      when grounds.modality <> 'actual' then grounds.modality
      when relations.since is null and relations.until is null then 'attested'
      when begun.earliest > days.day then 'not yet'
      when ended.latest < days.day then 'over'
      when begun.latest <= days.day and ended.earliest >= days.day then 'held'
      when begun.latest <= days.day
        and relations.until is null
        and days.day <= attested.day
        then 'held'
      else 'open'
    end
  from attested
  join days on days.fact_id = attested.fact_id
  join relations on relations.id = attested.fact_id
  join fact_overview as grounds on grounds.fact_id = attested.fact_id
  left join dates as begun on begun.edtf = relations.since
  left join dates as ended on ended.edtf = relations.until
)
select
  ties.from_name as holder,
  ties.what as post,
  ties.type as tie,
  ties.to_name as whom,
  judged.status,
  judged.day,
  ties.since,
  ties.until,
  judged.attested,
  ties.certainty,
  ties.source,
  ties.passage,
  ties.through,
  ties.relation
from judged
join ties on ties.fact_id = judged.fact_id
where true
  and judged.status not in ('not yet', 'over')  -- if :on
order by
  ties.to_key,
  case ties.type
    when 'heads' then 1
    when 'holds-post-in' then 2
    else 3
  end,
  ties.from_key,
  ties.document,
  ties.paragraph,
  ties.start,
  ties.relation,
  ties.source
