-- Control
-- Who holds, contests or besieges which place, and since when?
--
-- One row for each actor and place that a document states, by place. What a document states of a
-- city isn't true of its province as a whole: a row says only what its sentence says. The report
-- places has all places.
--
-- Parameters
--   place         place                   only this place, and places within it
--   actor         actor                   only what this actor controls, or wants to
--   with_members  flag, with actor        also those who act for this actor
--   type          choice of control type  only holds, contests or besieges
--   from          date, first day         leave out what ended before this day, month or year
--   to            date, last day          leave out what began after this day, month or year
--   document      document, repeated      only what these documents state
--   certainty     choice of certainty     only what at least one voice states like this
--
-- Columns
--   place_name   text, section           the place
--   sentence     text, main, as Control  who holds, contests or besieges it
--   since        date                    when it began, in EDTF; empty: not said
--   until        date                    when it ended, in EDTF; empty: not said
--   certainty    text, usually asserted  how it is stated: asserted, reported, alleged, rumoured,
--                                        inferred
--   acting_for   text, as For whom       with --with-members: who acts for the actor that was asked
--                                        for
--   source       documents               keys of the documents that state it
--   passage      passage                 where they state it
--   actor        text, detail            the actor
--   type         text, detail            holds, contests or besieges
--   part         text, detail            which part of the place; empty: all of it, or not said
--   within       text, detail            the larger place that it is in
--   modality     text, detail            actual, intended, expected, possible, hypothetical or
--                                        denied, as each voice has it
--   through      text, detail            voices, the innermost first, the document last; " | "
--                                        between two chains
--   control      text, detail            key of the fact

with involved (fact_id, acting_for) as (
  select
    fact_id,
    min(acting_for) || case count(distinct acting_for || ' ' || member) when 1 then ''
      when 2 then '; ' || max(acting_for) else '; ' || max(acting_for) || '; and others' end
  from participation
  where role = 'controller'
    and actor = :actor  -- if :actor
    and steps = 0  -- unless :with_members
  group by fact_id
)
select
  control.place_name,
  control.sentence,
  control.since,
  control.until,
  control.certainty,
  involved.acting_for,  -- if :actor
  cast(null as text) as acting_for,  -- unless :actor
  control.source,
  control.passage,
  control.actor_name as actor,
  control.type,
  control.part,
  regions.name as within,
  control.modality,
  control.through,
  control.cited_as as control
from control
join places on places.key = control.place
left join places as regions on regions.id = places.within_id
join involved on involved.fact_id = control.fact_id  -- if :actor
where true
  and control.fact_id in (select fact_id from fact_places where place = :place)  -- if :place
  and control.type = :type  -- if :type
  and (control.last_day is null or control.last_day >= :from_day)  -- if :from
  and (control.first_day is null or control.first_day <= :to_day)  -- if :to
  and control.fact_id in (select fact_id from fact_documents  -- if :document
    where document in (:document))  -- if :document
  and exists (select 1 from evidence  -- if :certainty
    where evidence.fact_id = control.fact_id and certainty = :certainty)  -- if :certainty
order by
  control.place_name,
  control.place,
  control.first_day nulls last,
  control.last_day nulls last,
  control.document nulls last,
  control.paragraph nulls last,
  control.start nulls last,
  control.control,
  control.introduced_by
