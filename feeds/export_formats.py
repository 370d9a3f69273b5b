"""The formats of exports: to add one, name it here. Imports nothing, so that help is quick."""

FORMATS = {
    "csv": "feeds.files:csv",
    "jsonl": "feeds.files:jsonl",
    "parquet": "feeds.parquet:parquet",
    "sql": "feeds.dump:sql",
    "graphml": "feeds.graph:graphml",
    "ftm": "feeds.ftm:ftm",
}
"""What `--format` takes, and the function that writes it: a Writer, as feeds/export.py has it."""
