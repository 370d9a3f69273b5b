"""Opening, creating, guarding and describing any database, a sourcebook or not."""
