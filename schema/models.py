"""All models, imported for their metadata: what the migrations must build."""

from schema import actors, dates, derived, evidence, facts, loads
from schema.base import Base

__all__ = ["METADATA", "actors", "dates", "derived", "evidence", "facts", "loads"]

METADATA = Base.metadata
"""The tables of every area."""

DERIVED = tuple(table for table in METADATA.sorted_tables if table.info.get("derived"))
"""The derived tables: their rows follow from the others."""
