"""All models, imported for their metadata: what the migrations must build."""

from schema import actors, dates, evidence, facts, loads
from schema.base import Base

__all__ = ["METADATA", "actors", "dates", "evidence", "facts", "loads"]

METADATA = Base.metadata
"""The tables of every area."""
