"""How rows reach a person or a file: terminal table, csv, tsv, json, markdown, html, xlsx."""
