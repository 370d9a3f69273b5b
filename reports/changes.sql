-- Changes
-- What did the last load add, change and remove?
--
-- The last load that changed something; loading the same again leaves no trace. With --document the
-- last one of these documents.
--
-- Parameters
--   document  document, repeated  only these documents
--
-- Columns
--   action     text, section  added, changed or removed
--   item       text           what it is: actor, source, event, quote, passage, …
--   key        text, main     its key
--   document   documents      key of the document that was loaded
--   loaded_at  text           when, UTC
--
-- Rows
--   change

with last_load (load_id, document, loaded_at) as (
  select
    loads.id,
    loads.document,
    loads.loaded_at
  from loads
  where true
    and loads.document in (:document)  -- if :document
  -- By number: a clock can be set back.
  order by loads.id desc
  limit 1
)
select
  changes.action,
  changes.item,
  changes.key,
  last_load.document,
  last_load.loaded_at
from last_load
join changes on changes.load_id = last_load.load_id
order by
  changes.action,
  changes.item,
  changes.key
