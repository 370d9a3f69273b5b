"""The export formats; to add one, list it here. Imports nothing, so that help is quick."""

FORMATS = {
    "csv": "exports.csv_jsonl:csv",
    "jsonl": "exports.csv_jsonl:jsonl",
    "parquet": "exports.parquet:parquet",
    "sql": "exports.sql_dump:sql",
    "graphml": "exports.graph_files:graphml",
    "gexf": "exports.graph_files:gexf",
    "datasette": "exports.datasette:datasette",
    "ftm": "exports.ftm:ftm",
}
"""What `--format` takes, and the function that writes it: a Writer of exports/export.py."""
