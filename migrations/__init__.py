"""The schema's history, by Alembic, and how the application runs it in process."""
