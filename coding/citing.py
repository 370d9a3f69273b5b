"""What codings say about documents that they only cite.

The document's own coding owns the columns of its row and may say more than those that cite it. What
these say is kept with their introductions, so that it remains when the document is dropped.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, text

from coding.items import CANONICAL, Content, ItemKey, Items
from coding.snapshot import DocumentSnapshot
from schema.escape import visible


def keep_citing(connection: Connection, document: str, wanted: Items) -> bool:
    """Keep what a coding says about each source that it introduces; return whether that is new."""
    query = """
        select cited.key, introductions.id, introductions.cited_as
        from sources
        join introductions on introductions.document_id = sources.id
        join sources as cited on cited.id = introductions.source_id
        where sources.key = :document and sources.document_id is null and cited.id <> sources.id
    """
    rows = connection.execute(text(query), {"document": document}).all()
    differing = [
        {"id": id, "cited_as": description}
        for key, id, stored in rows
        if (description := CANONICAL.encode(wanted[ItemKey("source", key)])) != stored
    ]
    if differing:
        update = "update introductions set cited_as = :cited_as where id = :id"
        connection.execute(text(update), differing)
    return bool(differing)


def citing(snapshot: DocumentSnapshot) -> tuple[Content | None, str]:
    """Return what other codings say about a document; or None, and why that can't be used."""
    query = """
        select documents.key, introductions.cited_as
        from introductions
        join sources as documents on documents.id = introductions.document_id
        where introductions.source_id = :document and introductions.document_id <> :document
        order by documents.key
    """
    parameters = {"document": snapshot.document_id}
    rows = snapshot.connection.execute(text(query), parameters).all()
    versions: dict[str, list[str]] = defaultdict(list)
    for key, description in rows:
        if description is None:
            return None, (
                f"is cited in {visible(key)}, which an earlier version of Sourcebook loaded; load "
                "that coding again first"
            )
        versions[description].append(key)
    if len(versions) > 1:
        first, second = (json.loads(description) for description in [*versions][:2])
        fields = ", ".join(field for field in first if first[field] != second.get(field))
        keys = " and ".join(visible(keys[0]) for keys in [*versions.values()][:2])
        return None, (
            f"is cited differently in {keys} ({fields}); make them agree and load both together, "
            "or drop them, too"
        )
    # An earlier version knew fewer fields.
    row = snapshot.items[ItemKey("source", snapshot.document)]
    empty: dict[str, Any] = {field: [] if isinstance(row[field], list) else None for field in row}
    return empty | json.loads(next(iter(versions))), ""
