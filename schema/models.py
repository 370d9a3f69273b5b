"""All models, imported for their metadata: what the migrations must equal."""

from schema import actors as who
from schema import dates
from schema import evidence as vouching
from schema import facts as saying
from schema import loads as loading
from schema.base import Base

__all__ = ["METADATA", "dates", "loading", "saying", "vouching", "who"]

METADATA = Base.metadata
"""Tables of every area."""
