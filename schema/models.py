"""All models, imported for their metadata: what the migrations must equal."""

from schema import dates, loading, saying, vouching, who
from schema.base import Base

__all__ = ["METADATA", "dates", "loading", "saying", "vouching", "who"]

METADATA = Base.metadata
"""Tables of every area."""
