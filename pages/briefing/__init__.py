"""A page or four on an actor, topic, event, document or the whole sourcebook."""
