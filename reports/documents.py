"""`sourcebook documents`: what is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from output.options import (
    StrictCommand,
    command_line,
    failing,
    row_options,
    timeout_option,
    write,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from output.page import Cell, Page

# Equal ties of several documents count for each of them.
DOCUMENTS = """
    with stated (document_id, facts) as (
      select evidence.document_id, count(distinct evidence.fact_id)
      from evidence
      join facts on facts.id = evidence.fact_id
      where facts.kind not in ('name', 'event-name')
      group by evidence.document_id
    ),
    lines (document_id, passages, kept) as (
      select document_id, count(*), count(text)
      from passages
      group by document_id
    ),
    last_load (document, load_id) as (
      select document, max(id)
      from loads
      group by document
    )
    select
      sources.id, sources.key, lines.passages, lines.kept, coalesce(stated.facts, 0) as facts,
      codings.coder, loads.loaded_at
    from codings
    join sources on sources.id = codings.document_id
    left join stated on stated.document_id = codings.document_id
    left join lines on lines.document_id = codings.document_id
    left join last_load on last_load.document = sources.key
    left join loads on loads.id = last_load.load_id
    order by sources.key
"""


@click.command(cls=StrictCommand, params=[*row_options(), timeout_option()])
@click.pass_obj
@failing()
def documents(db: str, format: str, output: Path | None, raw: bool, timeout: float | None) -> None:
    """List the documents that are loaded: author, title, date of publication, size, and when.

    Facts are events, quotes, positions, relations and links; names are not counted.
    """
    from database.connect import reading

    with reading(db, timeout) as connection:
        write(documents_page(connection), format, output, raw)


def documents_page(connection: Connection) -> Page:
    """Return a page with a row for each document that is loaded.

    A single document has its publisher and address below the table instead of in columns.
    """
    from sqlalchemy import text

    from output.page import Page, PageColumn
    from output.wording import listed
    from reports.about import provenance
    from reports.references import references

    loaded = connection.execute(text(DOCUMENTS)).all()
    cited = {source.key: source for source in references(connection, [row.id for row in loaded])}
    rows: list[tuple[Cell, ...]] = []
    single = len(loaded) == 1
    legend = []
    for row in loaded:
        it = cited[row.key]
        publisher = listed([creator.name for creator in it.publishers])
        text_is = "kept" if row.kept else "not kept"
        rows.append(
            (
                row.key,
                listed([author.name for author in it.authors]),
                it.title,
                it.published,
                publisher,
                it.url,
                row.passages,
                row.facts,
                text_is,
                row.coder,
                (row.loaded_at or "")[:10],
                row.loaded_at,
            )
        )
        if single:
            where = ", ".join(filter(None, (publisher, it.url)))
            legend = [*filter(None, [where]), f"The text is {text_is}. Coded by {row.coder}."]
    return Page(
        (
            PageColumn("document", meaning="its key", detail=True),
            PageColumn("author", meaning="who wrote it", label="Author"),
            PageColumn("title", meaning="its title", main=True, label="Title"),
            PageColumn("published", "date", "when it was published; EDTF", label="Published"),
            PageColumn("publisher", meaning="who published it", detail=single, label="Publisher"),
            PageColumn("url", meaning="its address", detail=single, label="Address"),
            PageColumn("passages", "integer", "how many it has", label="Passages"),
            PageColumn("facts", "integer", "facts coded from it, without names", label="Facts"),
            PageColumn("text", meaning="whether its text is kept", detail=single, label="Text"),
            PageColumn("coder", meaning="who coded it", detail=True, label="Coder"),
            PageColumn("loaded", "day", "when its coding was last loaded, UTC", label="Loaded"),
            PageColumn("loaded_at", meaning="the same, to the second", detail=True),
        ),
        rows,
        title="Documents",
        unit="document",
        question="What is loaded?",
        legend=legend,
        meta={"command": command_line(), **provenance(connection)},
        condensed=True,
    )
