"""The formats of exports: to add one, name it here. Imports nothing, so that help is quick."""

FORMATS = {
    "csv": "exports.files:csv",
    "jsonl": "exports.files:jsonl",
    "parquet": "exports.parquet:parquet",
    "sql": "exports.dump:sql",
    "graphml": "exports.graph:graphml",
    "ftm": "exports.ftm:ftm",
}
"""What `--format` takes, and the function that writes it: a Writer of exports/writing.py."""
