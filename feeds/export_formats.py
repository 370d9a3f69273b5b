"""The formats of exports: to add one, name it here. Imports nothing, so that help is quick."""

FORMATS = {
    "csv": "feeds.files:csv",
}
"""What `--format` takes, and the function that writes it: a Writer, as feeds/export.py has it."""
