"""A sourcebook as static pages."""
