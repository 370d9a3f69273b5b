"""Queries for who relays whom: the network of voices, for exports and for pictures."""

# ruff: noqa: S608 - queries are put together from the texts in this file

# The key of a source that a document introduces for itself is unique in that document alone.
_KEY = """
case
  when {0}.document_id is null then {0}.key
  else (select key from sources as documents where documents.id = {0}.document_id)
    || ':' || {0}.key
end
"""

VOICES = f"""
select distinct {_KEY.format("voices")} as id, voices.title, voices.kind, voices.anonymity
from attributions
join sources as voices on voices.id = attributions.source_id
order by id
"""
"""Sources on whose word something rests, or that relay one."""

RELAYS = f"""
select
  {_KEY.format("voices")} as from_id,
  {_KEY.format("relays")} as to_id,
  (
    select count(*)
    from attribution_ancestors
    join evidence on evidence.attribution_id = attribution_ancestors.attribution_id
    where attribution_ancestors.ancestor_id = chains.attribution_id
  ) as weight,
  chains.document,
  chains.passage,
  chains.source,
  chains.through,
  relays.key as relay,
  outer_chains.through as relay_through
from chains
join attributions on attributions.id = chains.attribution_id
join chains as outer_chains on outer_chains.attribution_id = attributions.parent_id
join sources as voices on voices.id = chains.source_id
join sources as relays on relays.id = outer_chains.source_id
order by from_id, to_id, chains.document, chains.passage, chains.attribution_id
"""
"""Who relays whom, in which document; the last four columns say where the chains of both begin."""
