-- Changes
-- What did the last load add, change and remove?
--
-- The last load that changed something; loading the same again leaves no trace. With --document the
-- last one of these documents, with --since all of them since that day. What was changed has a row
-- for each field, with its old and its new value.
--
-- Parameters
--   document  document, repeated  only these documents
--   since     date, first day     all loads on this day or later, UTC, instead of the last one
--
-- Columns
--   action     text, section  added, changed or removed
--   item       text           what it is: actor, source, event, quote, passage, …
--   key        text, main     its key
--   field      text           the field that was changed, as a coding calls it; of evidence, its
--                             number and field
--   old_value  text, as Was   before the load; empty: nothing
--   new_value  text, as Is    after it; empty: nothing
--   document   documents      key of the document that was loaded
--   done       text           whether the document was loaded or dropped
--   loaded     day            the day on which it was, UTC
--   time       text           the time of that day
--   loaded_at  text, detail   both, in ISO 8601
--
-- Rows
--   change

with last_load (load_id) as (
  -- By number: a clock can be set back.
  select max(id)
  from loads
  where true
    and document in (:document)  -- if :document
)
select
  changes.action,
  changes.item,
  changes.key,
  changed_fields.field,
  changed_fields.old_value,
  changed_fields.new_value,
  loads.document,
  loads.action as done,
  substr(loads.loaded_at, 1, 10) as loaded,
  substr(loads.loaded_at, 12, 5) || ' UTC' as time,
  loads.loaded_at
from loads
join last_load on last_load.load_id = loads.id  -- unless :since
join changes on changes.load_id = loads.id
left join changed_fields
  on changed_fields.load_id = changes.load_id
  and changed_fields.item = changes.item
  and changed_fields.key = changes.key
where true
  and loads.document in (:document)  -- if :document
  and loads.loaded_at >= :since  -- if :since
  -- The same once more, for the index of changes.
  and changes.load_id >= (select min(id) from loads where loaded_at >= :since)  -- if :since
order by
  changes.action,
  changes.item,
  changes.key,
  loads.id,
  changed_fields.field nulls first
