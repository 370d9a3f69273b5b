-- Posts
-- Who held which post on a given day?
--
-- Who heads, holds a post in or advises whom. Without --on each post is shown for the day on which
-- the document that states it appeared.
--
-- A post without dates is attested on the day of its document: it is not said to have been held on
-- any other day, and is shown whatever day is asked for. A beginning without an end counts up to
-- the day of the document.
--
-- Equal ties of several documents are one post. day, attested and documents are about all of them,
-- and so is the status "disputed"; source and passage name the first three ties. Everything else is
-- about the one with most dates: relation names it. The report ties lists each.
--
-- Parameters
--   on            date                 only what may have been held on this day, and what is
--                                      attested
--   actor         actor                only posts of this actor, or posts with it
--   with_members  flag, with actor     also those who act for this actor
--   document      document, repeated   only what these documents state
--   certainty     choice of certainty  only what at least one voice states like this
--
-- Columns
--   part        text, section                           heading: dated, or undated and so attested
--                                                       only for the day of the document
--   sentence    text, main, as Post                     the post as a sentence, with its standing
--                                                       in front
--   status      text, usually attested, as Status       held: on that day by all that is said;
--                                                       attested: undated, see attested; open: the
--                                                       dates leave it open; not yet; over; if no
--                                                       voice states it as actual, the modality
--                                                       that they give; disputed: voices or
--                                                       documents differ in this
--   since       date                                    when it began, in EDTF; empty: not said
--   until       date                                    when it ended, in EDTF; empty: not said
--   attested    day, as Document dated                  when the document that states it appeared;
--                                                       of several the first and the last
--   certainty   text, usually asserted                  how it is stated: asserted, reported,
--                                                       alleged, rumoured, inferred
--   acting_for  text, as For whom                       with --with-members: who acts for the actor
--                                                       that was asked for
--   source      documents                               keys of the documents that state it
--   passage     passage                                 where they state it
--   day         day, detail                             the day asked for, or that of the last
--                                                       document
--   holder      text, detail                            who holds the post
--   post        text, detail                            as what; empty: not said
--   tie         text, detail                            heads, holds-post-in or advises
--   whom        text, detail                            whom or what it heads, serves or advises
--   documents   integer, detail                         how many documents state it or an equal tie
--   through     text, detail                            voices, the innermost first, the document
--                                                       last; " | " between two chains
--   relation    text, detail                            key of the tie; of equal ties, of the one
--                                                       with most dates
--
-- Rows
--   post
--
-- Legend
--   Attested: no dates are given. The post was held when the document appeared, and nothing is said
--   about other days.

with involved (fact_id, acting_for) as (
  select
    fact_id,
    min(acting_for) || case count(distinct acting_for || ' ' || member) when 1 then ''
      when 2 then '; ' || max(acting_for) else '; ' || max(acting_for) || '; and others' end
  from participation
  where role in ('from', 'to')
    and actor = :actor  -- if :actor
    and steps = 0  -- unless :with_members
  group by fact_id
),
posts (fact_id, post_id) as (
  select relations.id, evidence_counts.counted_as_id
  from relations
  join evidence_counts on evidence_counts.fact_id = relations.id
  join involved on involved.fact_id = relations.id  -- if :actor
  where relations.type in ('heads', 'holds-post-in', 'advises')
    and relations.id in (select fact_id from fact_documents  -- if :document
      where document in (:document))  -- if :document
    and exists (select 1 from evidence  -- if :certainty
      where evidence.fact_id = relations.id and certainty = :certainty)  -- if :certainty
),
attested (post_id, first, last, known, day, number, documents, disputed) as (
  select
    posts.post_id, min(documents.published), max(documents.published),
    max(coalesce(dates.latest, dates.earliest)),
    coalesce(
      cast(:on as text),  -- if :on
      max(coalesce(dates.latest, dates.earliest)), max(documents.published)),
    coalesce(
      :on_day,  -- if :on
      max(dates.last_day), max(dates.first_day)),
    count(distinct documents.id),
    case when min(evidence.modality) < max(evidence.modality) then 1 else 0 end
  from posts
  join evidence on evidence.fact_id = posts.fact_id
  join sources as documents on documents.id = evidence.document_id
  left join dates on dates.edtf = documents.published
  group by posts.post_id
),
-- Of equal ties the one with most dates is shown.
shown (fact_id, post_id, n, source, passage, place) as (
  select posts.fact_id, posts.post_id,
    row_number() over (
      partition by posts.post_id
      order by case when relations.since is null then 1 else 0 end
        + case when relations.until is null then 1 else 0 end, introduced_by, key
    ),
    source,
    case when document = source then replace(passage, '¶', document || ' ¶') else passage end,
    row_number() over (partition by posts.post_id order by introduced_by, key)
  from posts
  join relations on relations.id = posts.fact_id
  join fact_summaries on fact_summaries.fact_id = posts.fact_id
),
stated (post_id, source, passage) as (
  select post_id,
    max(case place when 1 then source end)
      || coalesce('; ' || nullif(max(case place when 2 then source end),
        max(case place when 1 then source end)), '')
      || coalesce('; ' || max(case place when 3 then source end), ''),
    max(case place when 1 then passage end)
      || coalesce('; ' || max(case place when 2 then passage end), '')
      || coalesce('; ' || max(case place when 3 then passage end), '')
  from shown
  group by post_id
  having count(*) > 1
),
-- Dates outside the years 0000 to 9999 have day numbers alone.
judged (fact_id, post_id, status) as (
  select shown.fact_id, shown.post_id,
    case
      when attested.disputed = 1 then 'disputed'
      when fact_summaries.modality <> 'actual' then fact_summaries.modality
      when relations.since is null and relations.until is null then 'attested'
      when coalesce(begun.earliest > attested.day, begun.first_day > attested.number) then 'not yet'
      when coalesce(ended.latest < attested.day, ended.last_day < attested.number) then 'over'
      when coalesce(begun.latest <= attested.day, begun.last_day <= attested.number)
        and (coalesce(ended.earliest >= attested.day, ended.first_day >= attested.number)
          or (relations.until is null and attested.day <= attested.known))
        then 'held'
      else 'open'
    end
  from shown
  join attested on attested.post_id = shown.post_id
  join relations on relations.id = shown.fact_id
  join fact_summaries on fact_summaries.fact_id = shown.fact_id
  left join dates as begun on begun.edtf = relations.since
  left join dates as ended on ended.edtf = relations.until
  where shown.n = 1
)
select
  case when coalesce(ties.since, ties.until) is null
    then 'Undated: attested only for the day of the document' else 'Dated' end as part,
  ties.sentence,
  judged.status,
  ties.since,
  ties.until,
  attested.first || coalesce('; ' || nullif(attested.last, attested.first), '') as attested,
  ties.certainty,
  involved.acting_for,  -- if :actor
  cast(null as text) as acting_for,  -- unless :actor
  coalesce(stated.source, ties.source) as source,
  coalesce(stated.passage, ties.passage) as passage,
  attested.day,
  ties.from_name as holder, ties.what as post, ties.type as tie, ties.to_name as whom,
  attested.documents, ties.through,
  ties.cited_as as relation
from judged
join attested on attested.post_id = judged.post_id
left join stated on stated.post_id = judged.post_id
cross join ties -- so that SQLite does not start from all actors
left join involved on involved.fact_id = judged.fact_id  -- if :actor
where ties.fact_id = judged.fact_id
  and judged.status not in ('not yet', 'over')  -- if :on
order by
  part, ties.to_key,
  case ties.type when 'heads' then 1 when 'holds-post-in' then 2 else 3 end,
  ties.from_key, ties.document, ties.paragraph, ties.start, ties.cited_as
